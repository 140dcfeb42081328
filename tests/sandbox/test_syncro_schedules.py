"""Syncro: schedules and their lines, in whole cents."""

from __future__ import annotations

from decimal import Decimal

import pytest

NEW = {"customer_id": 106, "name": "Licences", "frequency": "Monthly", "next_run": "2026-12-01"}


def test_create_empty_is_422_with_every_message(vendors):
    answer = vendors.syncro("POST", "/schedules", {})

    assert answer.status == 422
    assert answer.json == {
        "error": [
            "Frequency Must be a valid selection",
            "Frequency can't be blank",
            "Next run can't be blank",
            "Name can't be blank",
            "Customer can't be blank",
        ]
    }


def test_create_ignores_lines(vendors):
    answer = vendors.syncro("POST", "/schedules", NEW | {"paused": True, "lines": [vendors.a_line()]})

    schedule = answer.json["schedule"]
    assert answer.status == 200
    assert (schedule["paused"], schedule["lines"]) == (True, [])
    assert schedule["next_run"] == "2026-12-01T00:00:00.000Z"


def test_change_partial_keeps_the_rest_and_refuses_blank(vendors):
    schedule = vendors.syncro("POST", "/schedules", NEW).json["schedule"]
    path = f"/schedules/{schedule['id']}"

    changed = vendors.syncro("PUT", path, {"name": "Renamed"}).json["schedule"]
    refused = vendors.syncro("PUT", path, {"next_run": ""})

    assert changed == schedule | {"name": "Renamed"}
    assert (refused.status, refused.json) == (422, {"error": ["Next run can't be blank"]})


def test_delete_then_404_with_an_empty_body(vendors):
    schedule = vendors.syncro("POST", "/schedules", NEW).json["schedule"]
    path = f"/schedules/{schedule['id']}"

    assert vendors.syncro("DELETE", path).status == 200
    assert (vendors.syncro("GET", path).status, vendors.syncro("GET", path).text) == (404, "")
    assert vendors.syncro("DELETE", path).status == 404


def test_list_filters_by_customer_alone(vendors):
    rows = vendors.syncro("GET", "/schedules", customer_id=114, name="nothing").json["schedules"]

    assert len(rows) == 2
    assert {row["customer_id"] for row in rows} == {114}


def test_list_walks_all_pages_with_lines_inside(vendors):
    rows = vendors.all_syncro("/schedules", "schedules")

    assert len(rows) > 40
    assert any(row["paused"] for row in rows)
    assert {row["frequency"] for row in rows} == {"Monthly", "Quarterly", "Annually"}
    assert [bool(row["lines"]) for row in rows if row["name"] == "Monthly services"].count(True) > 10
    assert [row["id"] for row in rows if row["name"] == "Monthly services" and not row["lines"]] == []


def test_next_run_as_a_date_by_switch(start):
    assert len(start(next_run_format="date").a_template()["next_run"]) == 10


def test_add_line_shows_cents_dollars_and_a_text_quantity(vendors):
    line = vendors.add_line(5001, quantity=12, retail_cents=2205, cost_cents=1870, taxable=False)

    assert line["quantity"] == "12.0"
    assert (line["retail_cents"], line["price_retail"]) == (2205, Decimal("22.05"))
    assert (line["cost_cents"], line["price_cost"]) == (1870, Decimal("18.70"))
    assert (line["taxable"], line["one_time_charge"], line["recurring_type_id"]) == (False, False, None)


def test_add_line_twice_makes_two_at_the_end(vendors):
    first, second = vendors.add_line(5001), vendors.add_line(5001)

    assert [line["id"] for line in vendors.lines_of(5001)][-2:] == [first["id"], second["id"]]


def test_add_line_first_place_by_switch(start):
    vendors = start(new_line_position="start")

    line = vendors.add_line(5001)

    assert vendors.lines_of(5001)[0]["id"] == line["id"]


def test_add_line_without_name_is_422(vendors):
    answer = vendors.syncro("POST", "/schedules/5001/add_line_item", {"quantity": 1})

    assert (answer.status, answer.json) == (422, {"error": ["Name can't be blank"]})


@pytest.mark.parametrize(("switch", "status"), [("on", 200), ("off", 422)])
def test_add_line_by_product_alone(start, switch, status):
    vendors = start(name_autofill=switch)

    answer = vendors.syncro("POST", "/schedules/5001/add_line_item", {"product_id": 301})

    assert answer.status == status
    if status == 200:
        line = answer.json["schedule_line_item"]
        assert (line["name"], line["retail_cents"]) == ("Managed workstation", 4500)


def test_add_line_of_an_unknown_product_is_422(vendors):
    answer = vendors.syncro("POST", "/schedules/5001/add_line_item", vendors.a_line(product_id=99999))

    assert (answer.status, answer.json) == (422, {"error": ["Product must exist"]})


@pytest.mark.parametrize(
    ("rule", "added", "changed"),
    [
        ("accepted", -500, -700),
        ("refused", None, None),
        ("refused_on_add", None, -700),
        ("zero", 0, 0),
        ("absolute", 500, 700),
    ],
)
def test_negative_cents_by_switch(start, rule, added, changed):
    vendors = start(negative_cents=rule)
    line = vendors.add_line(5001)

    answer = vendors.syncro("POST", "/schedules/5001/add_line_item", vendors.a_line(retail_cents=-500))
    change = vendors.syncro("PUT", f"/schedules/5001/line_items/{line['id']}", vendors.a_line(retail_cents=-700))

    assert _cents(answer) == added
    assert _cents(change) == changed


def _cents(answer):
    if answer.status == 422:
        assert answer.json == {"error": ["Retail cents must be greater than or equal to 0"]}
        return None
    return answer.json["schedule_line_item"]["retail_cents"]


@pytest.mark.parametrize(("digits", "expected"), [("2", "1.33"), ("4", "1.3333")])
def test_quantity_keeps_some_digits_by_switch(start, digits, expected):
    assert start(quantity_digits=digits).add_line(5001, quantity="1.3333")["quantity"] == expected


@pytest.mark.parametrize(
    ("switch", "value", "quantity", "status"),
    [
        ("negative_quantity", "refused", -1, 422),
        ("negative_quantity", "accepted", -1, 200),
        ("zero_quantity", "refused", 0, 422),
        ("zero_quantity", "accepted", 0, 200),
    ],
)
def test_quantity_limits_by_switch(start, switch, value, quantity, status):
    vendors = start(**{switch: value})
    line = vendors.add_line(5001)

    answer = vendors.syncro("PUT", f"/schedules/5001/line_items/{line['id']}", {"quantity": quantity})

    assert answer.status == status


@pytest.mark.parametrize(("form", "cents"), [("partial", 2000), ("full", 0)])
def test_change_line_with_quantity_alone(start, form, cents):
    vendors = start(line_put=form)
    line = vendors.add_line(5001)

    changed = vendors.syncro("PUT", f"/schedules/5001/line_items/{line['id']}", {"quantity": 5})

    found = changed.json["schedule_line_item"]
    assert (found["quantity"], found["retail_cents"], found["position"]) == ("5.0", cents, line["position"])


def test_change_line_blank_name_and_unknown_line(vendors):
    line = vendors.add_line(5001)

    refused = vendors.syncro("PUT", f"/schedules/5001/line_items/{line['id']}", {"name": ""})
    unknown = vendors.syncro("PUT", "/schedules/5001/line_items/99999", vendors.a_line())

    assert (refused.status, refused.json) == (422, {"error": ["Name can't be blank"]})
    assert unknown.status == 404


BODIES = {
    "line_item_id": lambda number: {"line_item_id": number},
    "schedule_line_item_id": lambda number: {"schedule_line_item_id": number},
    "ticket_line_item_id": lambda number: {"ticket_line_item_id": number},
    "id": lambda number: {"id": number},
    "bare": lambda number: number,
}


@pytest.mark.parametrize("understood", [*BODIES, "any", "refused"])
@pytest.mark.parametrize("sent", BODIES)
def test_remove_line_understands_one_body_by_switch(start, understood, sent):
    vendors = start(remove_key=understood)
    line = vendors.add_line(5001)
    count = len(vendors.lines_of(5001))

    answer = vendors.syncro("POST", "/schedules/5001/remove_line_item", BODIES[sent](line["id"]))

    good = understood in ("any", sent)
    assert answer.status == (200 if good else 422 if understood == "refused" else 404)
    assert len(vendors.lines_of(5001)) == count - int(good)


def test_remove_line_missed_in_silence_by_switch(start):
    vendors = start(remove_key="bare", remove_miss="silent")
    line = vendors.add_line(5001)

    answer = vendors.syncro("POST", "/schedules/5001/remove_line_item", {"line_item_id": line["id"]})

    assert answer.status == 200
    assert line["id"] in [each["id"] for each in vendors.lines_of(5001)]


def test_lines_edited_in_the_screens(vendors):
    line = vendors.add_line(5001)
    edit = {"schedule_id": 5001, "line_id": line["id"]}

    vendors.admin("POST", "/ui", action="edit_line", values={"quantity": 9, "name": "Mine"}, **edit)
    vendors.admin("POST", "/ui", action="reorder_lines", schedule_id=5001)
    first = vendors.lines_of(5001)[0]
    assert (first["id"], first["quantity"], first["name"]) == (line["id"], "9.0", "Mine")

    vendors.admin("POST", "/ui", action="delete_line", **edit)
    assert line["id"] not in [each["id"] for each in vendors.lines_of(5001)]


def test_templates_hold_hand_made_and_counted_lines(vendors):
    lines = [line for row in vendors.all_syncro("/schedules", "schedules") for line in row["lines"]]

    counted = [line for line in lines if line["recurring_type_id"] is not None]
    assert len(counted) >= 1
    products = vendors.all_syncro("/products", "products")
    hand_made = next(p["id"] for p in products if p["name"].startswith("PC_CFQ7TTC0HX56:0002 "))
    assert [line["product_id"] for line in lines].count(hand_made) == 1
