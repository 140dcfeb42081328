"""Syncro: customers, generated invoices, and what generation does to a template."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from decimal import Decimal


def invoices_of(vendors, **query):
    return vendors.syncro("GET", "/invoices", **query).json["invoices"]


def test_customers_hide_the_disabled(vendors):
    shown = vendors.all_syncro("/customers", "customers")
    every = vendors.syncro("GET", "/customers", include_disabled="true").json["meta"]["total_entries"]

    assert len(shown) == every - 1
    assert not any(customer["disabled"] for customer in shown)


def test_customers_are_a_real_task_to_match(vendors):
    customers = vendors.all_syncro("/customers", "customers")
    tenants = vendors.prism("/api/v2/microsoftcsp/tenants").json

    names = {customer["business_name"] for customer in customers}
    twins = [c for c in customers if c["business_name"] == "Proseware, Inc."]
    assert 10 < sum(tenant["CustomerName"] in names for tenant in tenants) < len(tenants) - 10
    assert len({twin["email"] for twin in twins}) == 2
    assert any(customer["business_name"] is None for customer in customers)
    assert any(customer["email"] is None for customer in customers)


def test_customers_filters(vendors):
    like = vendors.syncro("GET", "/customers", business_name="proseware").json["customers"]
    mail = vendors.syncro("GET", "/customers", email=like[0]["email"].upper()).json["customers"]
    without = vendors.syncro("GET", "/customers", query="proseware", **{"not_id[]": like[0]["id"]})

    assert len(like) == 2
    assert mail == [like[0]]
    assert without.json["customers"] == [like[1]]


def test_customer_alone_and_unknown(vendors):
    customer = vendors.syncro("GET", "/customers/106").json["customer"]

    assert customer["business_then_name"] == customer["business_name"]
    assert "portal_key=" in customer["online_profile_url"]
    assert vendors.syncro("GET", "/customers/9").status == 404


def test_generation_makes_an_invoice_and_drops_one_time_lines(vendors):
    mark, once_mark = "kept [mark]", "once [mark]"
    vendors.add_line(5001, description=mark, quantity="2.5", retail_cents=1999, cost_cents=1500)
    vendors.add_line(5001, description=once_mark, one_time_charge=True, retail_cents=-150, cost_cents=-100, quantity=1)
    before = vendors.syncro("GET", "/schedules/5001").json["schedule"]

    vendors.admin("POST", "/advance")

    after = vendors.syncro("GET", "/schedules/5001").json["schedule"]
    header = next(i for i in invoices_of(vendors, page=1) if i["customer_id"] == before["customer_id"])
    invoice = vendors.syncro("GET", f"/invoices/{header['id']}").json
    assert [line["description"] for line in before["lines"]][-2:] == [mark, once_mark]
    assert [line["description"] for line in after["lines"]][-1] == mark
    assert after["next_run"][:7] == "2026-11"
    assert header["date"] == before["next_run"]
    assert header["created_at"].startswith(before["next_run"][:10])
    kept, once = invoice["line_items"][-2:]
    assert (kept["item"], kept["name"]) == ("Licences", mark)
    assert (kept["quantity"], kept["price"], kept["cost"]) == ("2.5", "19.99", "15.0")
    assert (once["name"], once["price"]) == (once_mark, "-1.5")
    lines = invoice["line_items"]
    total = sum((Decimal(line["quantity"]) * Decimal(line["price"]) for line in lines), Decimal(0))
    assert Decimal(invoice["subtotal"]) == total.quantize(Decimal("0.01"), "ROUND_HALF_UP")
    assert isinstance(invoice["number"], str)


def test_generation_keeps_one_time_lines_by_switch(start):
    vendors = start(one_time_after_generation="kept")
    line = vendors.add_line(5001, one_time_charge=True)

    vendors.admin("POST", "/advance")

    assert line["id"] in [each["id"] for each in vendors.lines_of(5001)]


def test_generation_leaves_the_paused_and_the_empty_alone(vendors):
    rows = vendors.all_syncro("/schedules", "schedules")
    paused = next(row for row in rows if row["paused"])
    empty = next(row for row in rows if not row["lines"] and row["frequency"] == "Monthly")

    vendors.admin("POST", "/advance")

    assert vendors.syncro("GET", f"/schedules/{paused['id']}").json["schedule"] == paused
    moved = vendors.syncro("GET", f"/schedules/{empty['id']}").json["schedule"]
    assert moved["next_run"] > empty["next_run"]
    made = Counter(i["customer_id"] for i in vendors.all_syncro("/invoices", "invoices"))
    assert paused["customer_id"] not in made
    assert len(made) > 10


def test_generation_of_one_template_on_demand(vendors):
    before = vendors.syncro("GET", "/schedules/5001").json["schedule"]

    made = vendors.admin("POST", "/generate", schedule_id=5001)["generated"]

    assert [invoice["id"] for invoice in invoices_of(vendors)] == made
    after = vendors.syncro("GET", "/schedules/5001").json["schedule"]
    assert after["next_run"][:10] == "2026-11-02"
    assert before["next_run"] != after["next_run"]


def test_generation_counts_dynamic_lines_itself(vendors):
    rows = vendors.all_syncro("/schedules", "schedules")
    counted = next(r for r in rows if any(line["recurring_type_id"] for line in r["lines"]))

    invoice_id = vendors.admin("POST", "/generate", schedule_id=counted["id"])["generated"][0]

    lines = vendors.syncro("GET", f"/invoices/{invoice_id}").json["line_items"]
    assert Decimal(next(line["quantity"] for line in lines if "under care" in line["item"])) >= 10


def test_invoices_list_has_no_lines_and_a_short_meta(vendors):
    vendors.admin("POST", "/advance")

    answer = vendors.syncro("GET", "/invoices").json

    assert set(answer["meta"]) == {"total_pages", "page"}
    assert "line_items" not in answer["invoices"][0]
    assert "schedule_id" not in answer["invoices"][0]
    created = [invoice["created_at"] for invoice in answer["invoices"]]
    assert created == sorted(created, reverse=True)


def test_invoices_since_a_moment(vendors):
    vendors.admin("POST", "/advance")
    vendors.admin("POST", "/advance")

    since = dt.datetime(2026, 11, 1, tzinfo=dt.UTC).isoformat()
    later = invoices_of(vendors, since_updated_at=since)

    assert later
    assert all(invoice["updated_at"] >= "2026-11" for invoice in later)


def test_invoice_by_number_wrapped_with_schedule_by_switch(start):
    vendors = start(invoice_wrapper="invoice", invoice_schedule_id="on")
    vendors.admin("POST", "/generate", schedule_id=5001)
    header = invoices_of(vendors)[0]

    invoice = vendors.syncro("GET", f"/invoices/{header['number']}").json["invoice"]

    assert (invoice["id"], invoice["schedule_id"]) == (header["id"], 5001)


def test_invoice_tax_only_where_the_customer_has_a_rate(vendors):
    vendors.admin("POST", "/advance")

    taxed = [i for i in vendors.all_syncro("/invoices", "invoices") if i["tax"] != "0.0"]
    assert len(taxed) == 3
    assert all(Decimal(i["total"]) == Decimal(i["subtotal"]) + Decimal(i["tax"]) for i in taxed)
