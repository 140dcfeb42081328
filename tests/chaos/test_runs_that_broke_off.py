"""A run that ended before its lost answers were resolved: the next one resolves them."""

from __future__ import annotations

from collections import Counter

import pytest

from chaos.vendors import mark_of
from tests.end_to_end.office import Json, Office

CAST = ("adventure", "contoso")
ADD = {"vendor": "syncro", "method": "POST", "path": "add_line_item"}
WRITE = {"vendor": "syncro", "method": "POST|PUT"}


def break_off_after_a_lost_line(office: Office, loss: str) -> Json:
    """Sync until a one-time line's answer is lost and the token is revoked; answers its template."""
    office.fault(loss, **ADD)
    office.fault("edit_before", **WRITE, edits=[{"action": "expire_token"}])
    synced = office.sync()
    assert synced.billing["status"] == "error"
    number = int(next(call for call in synced.calls if call["fault"] == loss)["path"].split("/")[-2])
    office.clear_faults()
    office.edit("restore_token")
    return office.template(number)


def times_billed(office: Office) -> Counter[str]:
    """How often each one-time mark is on an invoice or stands."""
    rows = [row for invoice in office.records("invoice") for row in invoice["line_items"]]
    standing = [line for line in office.our_lines() if line["one_time_charge"]]
    return Counter(mark_of(row) for row in [*rows, *standing] if mark_of(row))


@pytest.mark.parametrize("loss", ["drop_after", "drop_before"])
def test_lost_line_of_a_run_that_broke_off_is_written_once(office: Office, loss: str):
    office.advance()
    template = break_off_after_a_lost_line(office, loss)

    office.sync()

    assert (office.doubled(), office.unbalanced()) == ([], [])
    assert any(line["one_time_charge"] for line in office.our_lines(template["id"]))


def test_lost_line_that_was_billed_after_the_run_broke_off_is_not_added_again(office: Office):
    office.advance()
    template = break_off_after_a_lost_line(office, "drop_after")
    marks = {mark_of(line) for line in office.our_lines(template["id"]) if line["one_time_charge"]}
    assert len(marks) == 1
    office.edit("run_template", schedule_id=template["id"])

    office.sync()

    assert times_billed(office)[marks.pop()] == 1
    assert office.unbalanced() == []


def test_line_whose_fate_no_invoice_proves_is_held_until_a_person_decides(office: Office):
    office.advance()
    template = break_off_after_a_lost_line(office, "drop_before")
    office.edit("run_template", schedule_id=template["id"])  # its invoice shows no line of that mark

    office.sync()
    again = office.sync()

    found = [finding for finding in office.findings() if finding.subject.startswith("unproven:")]
    assert len(found) == 1
    assert again.writes == []
    assert office.unbalanced() == []
