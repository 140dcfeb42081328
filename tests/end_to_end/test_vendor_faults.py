"""Every fault of the vendors by its name: the sync or the next one ends right, and nothing is there twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from sandbox.faults import ALWAYS
from tests.end_to_end import occasions
from tests.end_to_end.office import Json, Office
from tests.end_to_end.rightness import right

CAST = ("adatum", "coho-winery")
ADATUM, COHO, LUCERNE, PALM = 5001, 5010, 5026, 5031

ADD = {"vendor": "syncro", "method": "POST", "path": "/add_line_item$"}
CHANGE = {"vendor": "syncro", "method": "PUT", "path": "/line_items/"}
MAKE = {"vendor": "syncro", "method": "POST", "path": "/products$"}
PRICE = {"vendor": "syncro", "method": "PUT", "path": "/products/"}
TAKE_OFF = {"vendor": "syncro", "method": "POST", "path": "/remove_line_item$"}
LISTS = {"vendor": "syncro", "method": "GET", "path": "/(products|customers|schedules)$"}
TEMPLATE = {"vendor": "syncro", "method": "GET", "path": "/schedules/"}
SOURCE = {"vendor": "prism", "method": "GET"}
EVERYWHERE = (ADD, CHANGE, TAKE_OFF, MAKE, PRICE, LISTS, TEMPLATE, SOURCE)


def everywhere(action: str, **values: object) -> list[Json]:
    return [{"action": action, **at, **values} for at in EVERYWHERE]


NO_PRICES = '{"ProductGroups": []}'
EXPIRED = {"action": "expire_prism_tokens", "account": "northwind"}
FAULTS: dict[str, list[Json]] = {
    "latency before": everywhere("delay", milliseconds=30),
    "latency after": everywhere("delay_after", milliseconds=30),
    "reset before processing": everywhere("drop_before"),
    "reset after processing": everywhere("drop_after"),
    "5xx with HTML": everywhere("html", status=502),
    "200 with HTML": everywhere("html", status=200),
    "truncated JSON": everywhere("truncated"),
    "slow drip": everywhere("slow_drip", milliseconds=60),
    "429": everywhere("rate_limited"),
    "source token expired": [{"action": "edit_before", **SOURCE, "skip": skip, "edits": [EXPIRED]} for skip in (1, 3)],
    "empty price list": [{"action": "status", **SOURCE, "path": "/pricelist/", "status": 200, "body": NO_PRICES}],
}


@pytest.mark.parametrize("name", FAULTS)
def test_fault_in_the_middle_of_everything(office: Office, name: str):
    occasions.everything(office)
    for fault in FAULTS[name]:
        office.fault(**fault)

    office.sync()
    office.sync()

    right(office, ADATUM, COHO, LUCERNE)


ROWS = 25  # on a page


@pytest.mark.parametrize("kind", ["product", "customer"])
def test_pages_that_shift_while_a_list_is_read_hide_no_record_for_good(office: Office, kind: str):
    """Records of the first page go, so that others move up behind the reader's back."""
    occasions.everything(office)
    office.map(office.entries("palm"))
    listed = [one["id"] for one in office.records(kind)]
    products = [line["product_id"] for line in office.our_lines() if line["product_id"]]
    ours = min(products) if kind == "product" else office.template(PALM)["customer_id"]
    gone = list(range(307, 319)) if kind == "product" else listed[14:22]  # that nobody uses
    edits = [{"action": f"delete_{kind}", "account": "northwind", f"{kind}_id": number} for number in gone]
    assert max(map(listed.index, gone)) < ROWS <= listed.index(ours) < ROWS + len(gone)
    office.fault("edit_after", vendor="syncro", method="GET", path=f"/{kind}s$", edits=edits)

    office.sync()
    office.sync()

    right(office, ADATUM, COHO, LUCERNE, PALM)


def test_invoice_without_rows_takes_nothing_off(office: Office):
    columns = "SubscriptionId,OfferName,ChargeStartDate,ChargeEndDate,UnitPrice,UnitPriceRrp"
    header = f"{columns},Quantity,BillableRatio,SubTotal,SubTotalRrp\n"
    office.advance()
    before, known = office.our_lines(), len(office.balances())
    office.fault("status", **SOURCE | {"path": "/csv"}, status=200, body=header, count=ALWAYS)

    synced = office.sync("billing")

    assert (synced.writes, office.our_lines()) == ([], before)
    assert before != []
    assert office.unbalanced() == []
    empty = [finding.text for finding in office.findings("invoice_empty")]
    assert len(empty) == len(office.balances()) - known > 0
    assert empty[0] in synced.messages


# --- People, in the middle of a sync ------------------------------------------------------------------


def just_before_a_line_is_added(office: Office, action: str, **values: object) -> None:
    edit = {"action": action, "account": "northwind", **values}
    office.fault("edit_before", **ADD, skip=1, edits=[edit])


def pause(office: Office) -> None:
    just_before_a_line_is_added(office, "edit_schedule", schedule_id=LUCERNE, values={"paused": True})


def disable_customer(office: Office) -> None:
    customer = office.template(LUCERNE)["customer_id"]
    just_before_a_line_is_added(office, "edit_customer", customer_id=customer, values={"disabled": True})


def rename_template(office: Office) -> None:
    just_before_a_line_is_added(office, "edit_schedule", schedule_id=LUCERNE, values={"name": "Our own words"})


def type_in_a_line(office: Office) -> None:
    just_before_a_line_is_added(
        office, "add_line", schedule_id=LUCERNE, values={"name": "Backup by hand", "quantity": 1, "retail_cents": 900}
    )


@pytest.mark.parametrize("upset", [pause, disable_customer, rename_template, type_in_a_line])
def test_template_or_customer_edited_in_the_middle(office: Office, upset: Callable[[Office], None]):
    office.map(office.entries("lucerne"))
    upset(office)

    office.sync()
    office.sync()

    right(office, ADATUM, COHO, LUCERNE)


@pytest.mark.parametrize("gone", ["template", "customer"])
def test_template_or_customer_deleted_in_the_middle(office: Office, gone: str):
    office.map(office.entries("lucerne"))
    office.advance()
    if gone == "template":
        just_before_a_line_is_added(office, "delete_schedule", schedule_id=LUCERNE)
    else:
        just_before_a_line_is_added(office, "delete_customer", customer_id=office.template(LUCERNE)["customer_id"])

    broken = office.sync()

    assert office.unbalanced() == []
    assert broken.billing["status"] == "warning"
    assert any("Lucerne" in f"{finding.text} {finding.subject}" for finding in office.findings())
    office.sync()
    right(office, ADATUM, COHO)


@pytest.mark.parametrize("what", ["delete_product", "disable_product"])
def test_product_deleted_or_disabled_in_the_middle(office: Office, what: str):
    office.advance()
    lines = office.recurring(ADATUM)
    edit = {"action": "delete_product", "product_id": lines[0]["product_id"]}
    if what == "disable_product":
        edit = edit | {"action": "edit_product", "values": {"disabled": True}}
    office.fault("edit_before", **CHANGE, edits=[{"account": "northwind"} | edit])

    office.sync()
    office.sync()

    right(office, ADATUM, COHO)


# --- People, after an answer was lost -----------------------------------------------------------------


def lose_answer_and_access(office: Office, lost: Json) -> None:
    """The answer is lost, and the token is revoked before anything can be read about it."""
    office.fault("drop_after", **lost)
    revoked = {"action": "expire_token", "account": "northwind"}
    office.fault("edit_before", vendor="syncro", method="POST|PUT", edits=[revoked])


def test_product_renamed_after_its_creation_was_lost(office: Office):
    before = {product["id"] for product in office.products()}
    office.map(office.entries("lucerne", "fourthcoffee", "alpine"))  # several products to make
    lose_answer_and_access(office, MAKE)
    office.sync("products")
    made = [product for product in office.products() if product["id"] not in before]
    assert len(made) == 1
    office.edit("edit_product", product_id=made[0]["id"], values={"name": "Our own name", "description": "Ours"})
    office.edit("restore_token")

    office.sync()

    assert next(one for one in office.products() if one["id"] == made[0]["id"])["name"] == "Our own name"
    right(office, LUCERNE)


@pytest.mark.parametrize("text", ["See our agreement. {}", "Our own words"], ids=["kept", "overwritten"])
def test_description_edited_after_the_added_line_was_lost(office: Office, text: str):
    office.map(office.entries("lucerne"))
    before = {line["id"] for line in office.template(LUCERNE)["lines"]}
    office.sync("products")
    lose_answer_and_access(office, ADD)
    office.sync("billing")
    made = [line for line in office.template(LUCERNE)["lines"] if line["id"] not in before]
    assert len(made) == 1
    description = text.format(made[0]["description"])
    office.edit("edit_line", schedule_id=LUCERNE, line_id=made[0]["id"], values={"description": description})
    office.edit("restore_token")

    office.sync()
    office.sync()

    names = [line["name"] for line in office.template(LUCERNE)["lines"] if line["id"] not in before]
    assert names.count(made[0]["name"]) == 1
    assert (office.doubled(), office.unbalanced()) == ([], [])
