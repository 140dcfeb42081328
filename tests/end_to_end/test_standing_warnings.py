"""A warning stays open as long as its cause stands, and raises a run's status once."""

from __future__ import annotations

from tests.end_to_end.office import Office

CAST = ("adatum", "coho-winery")
ADATUM, COHO = 5001, 5010


def texts(office: Office, code: str) -> list[str]:
    return [finding.text for finding in office.findings(code)]


def test_paused_template_is_a_warning_until_it_is_resumed(office: Office):
    office.edit("edit_schedule", schedule_id=COHO, values={"paused": True})
    first = office.sync("billing")
    told = texts(office, "paused")

    second = office.sync("billing")

    assert (first.statuses, second.statuses, second.writes) == (["warning"], ["no_change"], [])
    assert len(told) == 1
    assert texts(office, "paused") == told
    office.edit("edit_schedule", schedule_id=COHO, values={"paused": False})
    office.sync("billing")
    assert texts(office, "paused") == []


def test_price_change_stays_until_the_next_invoice_is_planned(office: Office):
    for _ in range(6):
        office.advance()
        office.sync()
        told = texts(office, "price_changed")
        if told:
            break
    assert len(told) > 0

    assert office.sync().statuses == ["no_change", "no_change"]

    assert texts(office, "price_changed") == told
    office.advance()
    office.sync()
    assert [text for text in texts(office, "price_changed") if text in told] == []


def test_warning_about_a_customer_who_is_no_longer_synced_is_over(office: Office):
    office.edit("edit_schedule", schedule_id=COHO, values={"paused": True})
    office.sync("billing")
    assert len(texts(office, "paused")) == 1

    office.wishes["mappings"] = office.mapped(office.entries("coho-winery"), sync=False)
    office.write_wishes()
    office.sync("billing")

    assert texts(office, "paused") == []
