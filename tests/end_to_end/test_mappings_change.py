"""Mappings come late, are switched off and on, go, come back and move: never a second line."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from accounts.services import find_partner
from core.audit import COMMAND
from core.scope import partner_scope
from customers.models import Mapping
from customers.services import remove_mapping
from notifications.models import Message
from sandbox.faults import ALWAYS
from tests.end_to_end.office import Json, Office, amount_of, invoiced, mark_of

CAST = ("adatum", "coho-winery")
ADATUM, COHO, FOURTH, LUCERNE = 5001, 5010, 5017, 5026


def marks(office: Office, template: int) -> list[str]:
    return sorted(mark_of(line) for line in office.our_lines(template))


def source_of(office: Office, template: int) -> Decimal:
    told = next(one for one in office.truth()["templates"] if one["invoice_template"] == template)
    return Decimal(told["source"]["retail"])


def unmap(office: Office, template: int) -> None:
    """Remove the mappings to a template, as the dialog does."""
    partner = find_partner("northwind")
    assert partner is not None
    with partner_scope(partner):
        for mapping in Mapping.objects.filter(template__external_id=template):
            remove_mapping(mapping=mapping, actor=COMMAND)


def test_late_mapping_takes_up_the_newest_period_only(office: Office):
    office.advance()
    office.sync()

    office.map(office.entries("fourthcoffee"))
    office.sync()

    assert amount_of(office.our_lines(FOURTH)) == source_of(office, FOURTH)
    periods = {one["period"]: one for one in office.balances() if one["number"].startswith("1000")}
    assert Decimal(periods["2026-09"]["retail"]["not_mapped"]) > 0
    assert (office.unbalanced(), office.planned()) == ([], [])


def test_older_months_of_a_late_mapping_are_offered_and_taken_up(office: Office):
    office.advance()
    office.sync()
    office.map(office.entries("fourthcoffee", motions=["seat_monthly"]))
    office.sync()
    (offer,) = office.findings("older_months")

    office.decide(offer.subject, "take_up")
    office.sync()

    assert office.findings("older_months") == []
    waiting = office.findings("credit")
    assert sum(finding.retail for finding in waiting) + taken_up(office, FOURTH) == offer.retail
    for finding in waiting:
        office.decide(finding.subject, "apply")
    office.sync()
    assert taken_up(office, FOURTH) == offer.retail
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])


def test_older_months_that_are_left_are_not_offered_again(office: Office):
    office.advance()
    office.sync()
    office.map(office.entries("fourthcoffee", motions=["seat_monthly"]))
    office.sync()
    (offer,) = office.findings("older_months")

    office.decide(offer.subject, "pass")
    synced = office.sync()

    assert (office.findings("older_months"), synced.writes, office.planned()) == ([], [], [])


def test_what_failed_before_a_mapping_was_switched_off_is_offered(office: Office):
    failed, older = fail_october(office, office.entries("fourthcoffee", motions=["seat_monthly"]), FOURTH)
    office.sync()

    offers = office.findings("older_months")
    assert sum(finding.retail for finding in offers) == failed + older
    assert [one for one in office.balances() if Decimal(one["retail"]["failed"])] == []
    assert office.unbalanced() == []
    for offer in offers:
        office.decide(offer.subject, "take_up")
    office.sync()
    office.apply()  # it is more than half of what the lines bill
    waiting = sum(finding.retail for finding in [*office.findings("not_billed"), *office.findings("credit")])
    assert waiting + taken_up(office, FOURTH, "Oct 2026") == failed + older
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])


def test_what_failed_before_a_mapping_was_switched_off_is_billed_where_a_run_came_for_it(office: Office):
    failed, _ = fail_october(office, office.entries("coho-winery"), COHO)
    assert failed
    office.sync()

    assert office.findings("older_months") == []
    (credit,) = office.findings("credit")  # the run billed a month of what ended within it
    assert "what the template billed beyond Oct 2026" in credit.text
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])


def fail_october(office: Office, entries: list[Json], template: int) -> tuple[Decimal, Decimal]:
    """What could not be written of October, and what was offered of September.

    Then the mappings are switched off and on, and November comes.
    """
    office.advance()
    office.map(entries)
    office.fault("status", vendor="syncro", method="POST|PUT", path=f"/schedules/{template}/", status=422, count=ALWAYS)
    office.sync()
    office.clear_faults()
    failed, older = office.newest_balance()["failed"], office.findings("older_months")
    office.map(entries, sync=False)
    office.map(entries)
    office.advance()
    return failed, sum((finding.retail for finding in older), Decimal(0))


def taken_up(office: Office, template: int, label: str = "") -> Decimal:
    """What the one-time lines of months before the newest bill."""
    newest = "Nov 2026" if label else "Oct 2026"
    lines = [line for line in office.one_time(template) if newest not in line["name"] + line["description"]]
    return amount_of(lines)


def test_sync_switched_off_writes_nothing_and_lists_what_stays(office: Office):
    before = office.template(COHO)["lines"]
    office.map(office.entries("coho-winery"), sync=False)

    synced = office.sync()
    office.advance()
    after = office.sync()

    touched = [call for call in (*synced.writes, *after.writes) if f"/schedules/{COHO}/" in call["path"]]
    assert (touched, office.template(COHO)["lines"]) == ([], [line for line in before if not line["one_time_charge"]])
    assert len(office.findings("left_behind")) == 5
    assert office.unbalanced() == []


def test_sync_switched_on_again_attaches_to_the_same_lines(office: Office):
    before = marks(office, COHO)
    office.map(office.entries("coho-winery"), sync=False)
    office.sync()

    office.map(office.entries("coho-winery"))
    synced = office.sync()

    assert (synced.writes, marks(office, COHO)) == ([], before)
    assert office.findings("left_behind") == []
    assert (office.unbalanced(), office.planned()) == ([], [])


def test_switched_off_for_a_month_takes_up_the_newest_and_never_doubles(office: Office):
    office.map(office.entries("coho-winery"), sync=False)
    office.sync()
    office.advance()
    office.sync()

    office.map(office.entries("coho-winery"))
    office.sync()

    assert office.doubled() == []
    assert amount_of(office.our_lines(COHO)) == source_of(office, COHO)
    assert (office.unbalanced(), office.planned()) == ([], [])


class SwitchingOff:
    """A person switches every mapping off in the midst of a sync, at the statement that ``now`` picks."""

    def __init__(self, now: Callable[[str, Any], bool]) -> None:
        self.now = now
        self.done = False

    def __call__(self, execute: Callable[..., Any], statement: str, parameters: Any, *rest: Any) -> Any:
        if not self.done and self.now(statement, parameters):
            self.done = True
            Mapping.objects.update(sync_on=False, first_month=None)
        return execute(statement, parameters, *rest)


def notes_the_start(statement: str, parameters: Any) -> bool:
    """Planning is about to note from which month the mappings bill."""
    return "pg_advisory_xact_lock" in statement and str(parameters[0]).startswith("mappings:")


class Sending:
    """The line of this number is about to be sent."""

    def __init__(self, number: int) -> None:
        self.left = number

    def __call__(self, statement: str, parameters: Any) -> bool:
        claims = statement.startswith('UPDATE "syncs_change"') and '"attempts" +' in statement
        self.left -= claims and "sending" in parameters
        return self.left == 0


def test_mapping_switched_off_while_it_is_planned_forgets_its_start(office: Office):
    office.map(office.entries("lucerne"))
    office.sync("products")
    off = SwitchingOff(notes_the_start)

    with connection.execute_wrapper(off):
        office.sync("billing")

    assert off.done
    with partner_scope(office.partner_id()):
        new = Mapping.objects.filter(template__external_id=LUCERNE)
        assert {(mapping.sync_on, mapping.first_month) for mapping in new} == {(False, None)}
    assert office.our_lines(LUCERNE) == []


@pytest.mark.parametrize("lost", [0, 1])
def test_mapping_switched_off_while_it_is_written_ends_after_the_line_at_hand(office: Office, lost: int):
    office.map(office.entries("fourthcoffee"))
    office.sync("products")
    if lost:  # the first line stands, but nobody hears of it
        office.fault("drop_after", vendor="syncro", method="POST", path=f"/schedules/{FOURTH}/add_line_item$")
    off = SwitchingOff(Sending(2))

    with connection.execute_wrapper(off):
        synced = office.sync("billing")

    assert off.done
    assert len([call for call in synced.writes if f"/schedules/{FOURTH}/" in call["path"]]) == 2
    assert len(marks(office, FOURTH)) == 2
    assert "Its mappings were changed during the sync" in synced.messages
    assert office.unbalanced() == []

    office.map(office.entries("fourthcoffee"))
    office.sync()

    assert amount_of(office.our_lines(FOURTH)) == source_of(office, FOURTH)
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])


def test_unmapped_customer_keeps_its_lines_and_attaches_again(office: Office):
    before = office.template(ADATUM)["lines"]
    unmap(office, ADATUM)
    synced = office.sync()
    assert (synced.writes, office.template(ADATUM)["lines"]) == ([], before)
    assert len(office.findings("left_behind")) == 6
    assert office.unbalanced() == []

    office.map(office.entries("adatum"))
    again = office.sync()

    assert (again.writes, office.template(ADATUM)["lines"]) == ([], before)
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])


def test_lines_left_behind_go_when_a_person_says_so(office: Office):
    unmap(office, COHO)
    office.sync()
    for finding in office.findings("left_behind"):
        office.decide(finding.subject, "remove")

    office.sync()

    assert office.our_lines(COHO) == []
    assert [line for line in office.template(COHO)["lines"] if line["by_hand"]] != []
    assert (office.unbalanced(), office.findings("left_behind")) == ([], [])


def test_mapping_moved_to_another_template_moves_its_lines(office: Office):
    new = second_template(office)
    before, total = marks(office, COHO), amount_of(office.our_lines(COHO))

    move(office, new)
    office.sync()

    assert (marks(office, new), office.our_lines(COHO)) == (before, [])
    assert amount_of(office.our_lines(new)) == total
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])
    assert invoiced(office.advance()[new]) == total
    office.sync()
    assert (office.unbalanced(), office.planned()) == ([], [])


def second_template(office: Office) -> int:
    """Another template of coho, made by a person."""
    like = office.template(COHO)
    values = {name: like[name] for name in ("customer_id", "frequency", "next_run")}
    made: int = office.edit("add_schedule", values=values | {"name": "Microsoft only"})["id"]
    return made


@pytest.mark.parametrize("deleted", ["line", "template"])
def test_moved_line_that_people_deleted_on_the_old_template_is_added_to_the_new_one(office: Office, deleted: str):
    new = second_template(office)
    total = amount_of(office.our_lines(COHO))
    if deleted == "line":
        office.edit("delete_line", schedule_id=COHO, line_id=office.recurring(COHO)[0]["id"])
    else:
        office.edit("delete_schedule", schedule_id=COHO)

    move(office, new)
    synced = office.sync()

    assert synced.billing["counts"]["failed"] == 0
    assert amount_of(office.our_lines(new)) == total
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])


def move(office: Office, template: int) -> None:
    """Map coho to another template of the same customer."""
    office.map([entry | {"invoice_template": template} for entry in office.entries("coho-winery")])


# Where the removal is refused, and not only unanswered, the line would be set to nothing.
WITHOUT_REMOVAL = {"unanswered": {"POST": 500}, "refused": {"POST": 422, "PUT": 422}}


@pytest.mark.parametrize("way", WITHOUT_REMOVAL)
def test_move_whose_removal_fails_adds_nothing_to_the_new_template(office: Office, way: str):
    new = second_template(office)
    before = marks(office, COHO)
    for method, status in WITHOUT_REMOVAL[way].items():
        path = f"/schedules/{COHO}/(remove|line_items/)"
        office.fault("status", vendor="syncro", method=method, path=path, status=status, count=ALWAYS)

    move(office, new)
    office.sync()

    assert office.doubled() == []
    both = sorted(marks(office, COHO) + marks(office, new))
    assert both == before
    office.clear_faults()
    office.sync()
    assert (marks(office, new), office.our_lines(COHO), office.unbalanced()) == (before, [], [])


def test_two_motions_on_one_template_do_not_disturb_each_other(office: Office):
    azure = [entry for entry in office.entries("adatum") if entry["motion"] == "azure_plan"]
    office.map(azure, sync=False)
    office.sync()
    seats = [mark_of(line) for line in office.recurring(ADATUM)]

    office.map(azure)
    synced = office.sync()

    assert synced.writes == []
    assert [mark_of(line) for line in office.recurring(ADATUM)] == seats
    assert (office.unbalanced(), office.planned()) == ([], [])


def test_new_customer_in_another_month_is_reported_with_its_money(office: Office):
    found: list[Json] = [one for one in office.truth()["charges"] if one["motion"] == "seat_monthly"]
    unmapped = [f for f in office.findings("not_mapped") if "Trey Research (Seat Based Monthly)" in f.text]

    trey = next(one for one in found if one["name"] == "Trey Research" and one["month"] == "2026-09")
    assert [finding.retail for finding in unmapped] == [Decimal(trey["source"]["retail"])]


def test_email_names_the_motion_that_nobody_mapped_and_leads_to_its_mapping(office: Office):
    (finding,) = [f for f in office.findings("not_mapped") if "Trey Research (Seat Based Monthly)" in f.text]

    with partner_scope(office.partner_id()):
        told = Message.objects.get(kind="unmapped_customers").text

    assert "Trey Research (Seat Based Monthly)" in told
    assert f"/billing/{finding.customer_id}/seat_monthly/" in told
