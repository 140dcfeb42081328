"""Answers get lost, writes are refused, rights are taken away: nothing twice, nothing missing."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from sandbox.faults import ALWAYS
from tests.end_to_end.occasions import everything, new_customer, new_month
from tests.end_to_end.office import Json, Office, finish, mark_of
from tests.end_to_end.rightness import right
from tests.end_to_end.stepping import begin_and_lose, lost

CAST = ("adatum", "coho-winery")
ADATUM, COHO, LUCERNE = 5001, 5010, 5026
ADD, CHANGE, REMOVE = "/add_line_item$", "/line_items/", "/remove_line_item$"


def withdrawn(office: Office) -> None:
    """A month on: coho's subscription that ended within it loses its line."""
    office.advance()


LOSSES = ("drop_after", "drop_before")


@pytest.mark.parametrize("loss", [*LOSSES, "truncated"])
def test_lost_answer_to_an_added_line(office: Office, loss: str):
    new_customer(office)
    office.fault(loss, vendor="syncro", method="POST", path=ADD, skip=1, count=2)

    synced = office.sync()

    assert synced.code == 0
    right(office, LUCERNE)


@pytest.mark.parametrize("loss", LOSSES)
def test_lost_answer_to_a_changed_line(office: Office, loss: str):
    new_month(office)
    office.fault(loss, vendor="syncro", method="PUT", path=CHANGE)

    synced = office.sync()

    assert synced.code == 0
    right(office, ADATUM, COHO)


@pytest.mark.parametrize("loss", LOSSES)
def test_lost_answer_to_a_removed_line(office: Office, loss: str):
    withdrawn(office)
    gone = [line for line in office.recurring(COHO) if "Teams Phone" in line["name"]]
    assert len(gone) == 1
    office.fault(loss, vendor="syncro", method="POST", path=REMOVE)

    synced = office.sync()

    assert synced.code == 0
    assert [line for line in office.recurring(COHO) if "Teams Phone" in line["name"]] == []
    right(office, COHO)


@pytest.mark.parametrize("loss", LOSSES)
def test_lost_answer_to_a_created_product(office: Office, loss: str):
    new_customer(office)
    before = len(office.products())
    office.fault(loss, vendor="syncro", method="POST", path="/products$")

    synced = office.sync()

    assert synced.code == 0
    assert len(office.products()) > before
    right(office, LUCERNE)


@pytest.mark.parametrize("loss", LOSSES)
def test_lost_answer_to_a_new_price(office: Office, loss: str):
    product = next(p for p in office.products() if "Business Standard" in p["name"])
    office.edit("edit_product", product_id=product["id"], values={"price_retail": "1.00"})
    office.fault(loss, vendor="syncro", method="PUT", path="/products/")

    synced = office.sync()

    assert synced.code == 0
    now = next(p for p in office.products() if p["id"] == product["id"])
    assert Decimal(now["price_retail"]) == Decimal(product["price_retail"])


def test_many_lost_answers_of_all_kinds_in_one_sync(office: Office):
    everything(office)
    for path in (ADD, CHANGE, REMOVE, "/products"):
        for loss in ("drop_after", "drop_before"):
            office.fault(loss, vendor="syncro", method="POST|PUT", path=path, skip=1)

    office.sync()
    office.sync()

    right(office, LUCERNE, ADATUM, COHO)


def test_server_error_after_a_write_counts_as_lost(office: Office):
    new_customer(office)
    office.fault("status", vendor="syncro", method="POST", path=ADD, status=502, count=2)

    office.sync()

    right(office, LUCERNE)


def test_template_ran_while_the_answer_was_lost(office: Office):
    new_customer(office)
    ran = {"action": "run_template", "account": "northwind", "schedule_id": LUCERNE}
    office.fault("drop_after", vendor="syncro", method="POST", path=f"/schedules/{LUCERNE}{ADD}")
    office.fault("edit_before", vendor="syncro", method="GET", path=f"/schedules/{LUCERNE}$", skip=1, edits=[ran])

    office.sync()
    office.sync()

    invoices = [one for one in office.records("invoice") if one["schedule_id"] == LUCERNE]
    billed = [find for one in invoices for row in one["line_items"] if (find := mark_of({"description": row["name"]}))]
    standing = [mark_of(line) for line in office.one_time(LUCERNE)]
    assert set(billed) & set(standing) == set()
    assert sorted(set(billed)) == sorted(billed)
    assert office.unbalanced() == []
    assert office.planned() == []


def test_refused_line_is_an_error_and_the_others_go_on(office: Office):
    new_customer(office)
    office.fault("status", vendor="syncro", method="POST", path=ADD, status=422, body='{"error":["Name is odd"]}')

    synced = office.sync()

    # It was an adjustment: the recurring line that goes with it waits for the next try.
    assert (synced.code, synced.billing["status"], synced.billing["counts"]["failed"]) == (1, "error", 2)
    assert synced.billing["counts"]["created"] == len(office.our_lines(LUCERNE)) == 2
    assert office.newest_balance()["failed"] > 0
    assert office.unbalanced() == []
    healed = office.sync()
    assert (healed.code, healed.billing["counts"]["created"]) == (0, 2)
    right(office, LUCERNE)


def test_line_that_is_refused_again_raises_the_status_again(office: Office):
    new_customer(office)
    office.fault("status", vendor="syncro", method="POST", path=ADD, status=422, count=ALWAYS)

    first, second = office.sync(), office.sync()

    assert [first.billing["status"], second.billing["status"]] == ["error", "error"]
    assert office.unbalanced() == []


def test_refused_product_leaves_the_rest_written(office: Office):
    new_customer(office)
    office.fault("status", vendor="syncro", method="POST", path="/products$", status=422)

    synced = office.sync()

    assert synced.products["status"] == "error"
    assert office.unbalanced() == []
    office.sync()
    right(office, LUCERNE)


def test_too_many_requests_are_waited_for(office: Office):
    new_customer(office)
    office.fault("rate_limited", vendor="syncro", method="POST", path=ADD, count=2)

    synced = office.sync()

    assert synced.code == 0
    right(office, LUCERNE)


BREAKS: list[tuple[str, Json, Callable[[Office], Json]]] = [
    (
        "permission",
        {"action": "revoke_permission", "permission": "Recurring Invoices - Edit"},
        lambda office: office.edit("grant_permission", permission="Recurring Invoices - Edit"),
    ),
    ("token", {"action": "expire_token"}, lambda office: office.edit("restore_token")),
]


@pytest.mark.parametrize(("name", "breaking", "mending"), BREAKS, ids=[name for name, _, _ in BREAKS])
def test_rights_lost_in_the_middle_of_a_sync(
    office: Office, name: str, breaking: Json, mending: Callable[[Office], Json]
):
    new_customer(office)
    edit = {"account": "northwind"} | breaking
    office.fault("edit_after", vendor="syncro", method="POST", path=ADD, edits=[edit])

    broken = office.sync()

    assert (broken.code, broken.billing["status"]) == (1, "error")
    assert len(office.our_lines(LUCERNE)) == 1
    assert office.unbalanced() == []
    assert office.newest_balance()["failed"] > 0
    mending(office)
    assert office.sync().code == 0
    right(office, LUCERNE)


def test_source_out_of_reach_writes_nothing_and_heals(office: Office):
    new_month(office)
    office.fault("status", vendor="prism", method="GET", path="/csv", status=503, count=ALWAYS)

    broken = office.sync()

    assert broken.writes == []
    assert broken.code == 1
    office.clear_faults()
    office.sync()
    right(office, ADATUM, COHO)


NOTHING_DONE: dict[str, Json] = {
    "web page": {"action": "html", "status": 200},
    "empty answer": {"action": "status", "status": 200, "body": "{}"},
}


@pytest.mark.parametrize(("name", "status"), [("web page", "success"), ("empty answer", "error")])
def test_removal_that_did_nothing_is_not_taken_for_done(office: Office, name: str, status: str):
    like = office.template(ADATUM)
    values = {"customer_id": like["customer_id"], "name": "Second", "frequency": "Monthly"}
    office.edit("add_schedule", values=values | {"next_run": like["next_run"]})
    second = max(int(one["id"]) for one in office.templates() if one["customer_id"] == like["customer_id"])
    ours = {line["id"] for line in office.recurring(ADATUM)}
    assert len(ours) > 1
    office.fault(vendor="syncro", method="POST", path=REMOVE, skip=1, **NOTHING_DONE[name])
    office.map([entry | {"invoice_template": second} for entry in office.entries("adatum", motions=["seat_monthly"])])

    synced = office.sync("billing")
    assert (synced.billing["status"], len(office.doubled())) == (status, int(status == "error"))
    office.sync("billing")

    assert [line["id"] for line in office.recurring(ADATUM) if line["id"] in ours] == []
    assert len(office.recurring(second)) == len(ours)
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])


def test_product_that_cannot_be_found_while_it_is_made_fails_once(office: Office):
    office.map(office.entries("lucerne", "fourthcoffee", "alpine"))
    office.fault("status", vendor="syncro", method="POST", path="/products$", status=404, body="{}", count=ALWAYS)

    synced = office.sync("products")

    tries = [call for call in synced.writes if call["path"].endswith("/products")]
    assert len(tries) == synced.products["counts"]["failed"] == 3
    assert synced.products["status"] == "error"


@pytest.mark.parametrize("text", ["See our agreement. {}", "Our own words"], ids=["kept", "overwritten"])
def test_description_edited_before_the_lost_line_is_looked_for(office: Office, text: str):
    new_customer(office)
    office.sync("products")
    office.fault("drop_after", vendor="syncro", method="POST", path=f"/schedules/{LUCERNE}{ADD}")
    run_id = begin_and_lose(office)
    (change,) = lost(office, run_id)
    (line,) = [line for line in office.template(LUCERNE)["lines"] if mark_of(line) == change.mark]
    values = {"description": text.format(line["description"])}
    office.edit("edit_line", schedule_id=LUCERNE, line_id=line["id"], values=values)

    finish(office.partner_id(), run_id)
    office.sync()

    money = ("name", "quantity", "retail_cents", "cost_cents")
    alike = [one for one in office.template(LUCERNE)["lines"] if [one[n] for n in money] == [line[n] for n in money]]
    assert len(alike) == 1
    assert (office.doubled(), office.unbalanced()) == ([], [])
    # Where nobody can tell whose line it is, a person decides.
    assert len(office.findings("conflict")) == (1 if text == "Our own words" else 0)


@pytest.mark.parametrize("loss", LOSSES)
def test_line_moves_in_the_same_sync_although_its_removal_was_lost(office: Office, loss: str):
    like = office.template(ADATUM)
    values = {"customer_id": like["customer_id"], "name": "Second", "frequency": "Monthly"}
    office.edit("add_schedule", values=values | {"next_run": like["next_run"]})
    second = max(int(one["id"]) for one in office.templates() if one["customer_id"] == like["customer_id"])
    ours = len(office.recurring(ADATUM))
    office.fault(loss, vendor="syncro", method="POST", path=REMOVE)
    office.map([entry | {"invoice_template": second} for entry in office.entries("adatum", motions=["seat_monthly"])])

    synced = office.sync("billing")

    assert (synced.code, len(office.recurring(second))) == (0, ours)
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])
