"""The truth: sums by the day against the rows, and what templates must bill."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest

HALF_A_CENT = Decimal("0.005")


def write_everything(vendors):
    """A sync as simple as can be: each charge that is due as one one-time line of its amount."""
    for template in vendors.admin("GET", "/truth")["templates"]:
        if template["expected"] is None:
            continue
        # What is held, or typed in already, is no business of the sync.
        due = {
            kind: int((Decimal(template["source"][kind]) - Decimal(template["already_typed_in"][kind])) * 100)
            for kind in ("retail", "cost")
        }
        vendors.add_line(
            template["invoice_template"],
            quantity=1,
            retail_cents=due["retail"],
            cost_cents=due["cost"],
            one_time_charge=True,
        )


@pytest.mark.parametrize(
    "settings", [{}, {"amount_digits": "4"}, {"azure_rows": "meter"}, {"ratio_digits": "10"}, {"months": "field"}]
)
def test_rows_agree_with_days_to_the_rounding_of_each_row(start, settings):
    vendors = start(**settings)
    vendors.admin("POST", "/advance")

    charges = vendors.admin("GET", "/truth")["charges"]

    assert len(charges) > 150
    for charge in charges:
        for kind in ("retail", "cost"):
            difference = Decimal(charge["exact"][kind]) - Decimal(charge["source"][kind])
            # Half a cent for each row, and as much again for its rounded ratio.
            assert abs(difference) <= HALF_A_CENT * 2 * charge["rows"], charge


def test_charges_and_strays_sum_to_the_invoices(vendors):
    vendors.admin("POST", "/advance")
    truth = vendors.admin("GET", "/truth")

    csp = [invoice for invoice in truth["invoices"] if invoice["program"] != "SPLA"]
    month_of = {invoice["invoice_id"]: invoice["month"] for invoice in csp}
    charges = [(charge["month"], charge["source"]["retail"]) for charge in truth["charges"]]
    strays = [(month_of[stray["invoice_id"]], stray["retail"]) for stray in truth["strays"]]
    invoiced = totals_by_month((invoice["month"], invoice["retail"]) for invoice in csp)
    assert {"2026-08", "2026-09", "2026-10"} - set(invoiced) == set()
    assert totals_by_month(charges + strays) == invoiced


def totals_by_month(amounts):
    totals: defaultdict[str, Decimal] = defaultdict(Decimal)
    for month, amount in amounts:
        totals[month] += Decimal(amount)
    return totals


@pytest.mark.parametrize("months", ["calendar", "field"])
def test_generated_invoices_total_what_the_truth_expects(start, months):
    vendors = start(months=months)
    for _ in range(3):
        write_everything(vendors)
        expected = expected_by_customer(vendors)
        known = {invoice["id"] for invoice in vendors.all_syncro("/invoices", "invoices")}

        vendors.admin("POST", "/advance")

        generated: defaultdict[int, Decimal] = defaultdict(Decimal)
        for invoice in vendors.all_syncro("/invoices", "invoices"):
            if invoice["id"] not in known:
                generated[invoice["customer_id"]] += Decimal(invoice["subtotal"])
        assert expected
        assert {customer: generated[customer] for customer in expected} == expected


def expected_by_customer(vendors):
    """Customers all of whose templates run before the next step and have an expectation."""
    totals: defaultdict[int, Decimal] = defaultdict(Decimal)
    unclear = set()
    for template in vendors.admin("GET", "/truth")["templates"]:
        customer = template["syncro_customer"]
        if template["expected"] is not None:
            totals[customer] += Decimal(template["expected"]["retail"])
        elif template.get("reason") != "nothing new since the template last ran":
            unclear.add(customer)
        elif template["foreign_lines"]:
            totals[customer] += Decimal(template["foreign"]["retail"])
    return {customer: total for customer, total in totals.items() if customer not in unclear}


def test_template_expects_nothing_after_it_ran_until_the_next_invoice(vendors):
    vendors.admin("POST", "/advance", to="2026-10-25")

    templates = {t["invoice_template"]: t for t in vendors.admin("GET", "/truth")["templates"]}

    assert templates[5001]["reason"] == "nothing new since the template last ran"
    vendors.admin("POST", "/advance")
    templates = {t["invoice_template"]: t for t in vendors.admin("GET", "/truth")["templates"]}
    assert templates[5001]["months"] == ["2026-10"]


def test_template_with_a_hand_made_line_does_not_expect_it_twice(vendors):
    templates = vendors.admin("GET", "/truth")["templates"]

    typed_in = [t for t in templates if t["already_typed_in"]["retail"] != "0"]

    assert [t["already_typed_in"] for t in typed_in] == [{"retail": "54", "cost": "44.82"}]


def test_mapping_names_what_exists(vendors):
    mappings = vendors.admin("GET", "/mapping")["mappings"]
    tenants = {t["TenantId"]: t["TenantDomain"] for t in vendors.prism("/api/v2/microsoftcsp/tenants").json}
    templates = {row["id"]: row["customer_id"] for row in vendors.all_syncro("/schedules", "schedules")}

    assert {m["motion"] for m in mappings} == {"seat_monthly", "azure_plan", "seat_annual"}
    assert all(tenants[m["customer"]] == m["domain"] for m in mappings)
    assert all(templates[m["invoice_template"]] == m["syncro_customer"] for m in mappings)
    assert {m["customer"] for m in mappings} == set(tenants)


def test_two_accounts_share_nothing(tmp_path):
    from sandbox.server import running
    from tests.sandbox.conftest import Client

    with running(tmp_path, accounts=("northwind", "tailwind")) as server:
        first, second = Client(server), Client(server, 1)
        first.add_line(5001, name="Only here")

        names = [{t["CustomerName"] for t in c.prism("/api/v2/microsoftcsp/tenants").json} for c in (first, second)]
        schedules = [{s["id"] for s in c.all_syncro("/schedules", "schedules")} for c in (first, second)]
        assert all([*names, *schedules])
        assert (names[0] & names[1], schedules[0] & schedules[1]) == (set(), set())
        wrong = second.send(
            "GET",
            f"/syncro/{first.subdomain}/api/v1/me",
            headers={"Authorization": f"Bearer {second.syncro_token}"},
        )
        assert wrong.status == 401
