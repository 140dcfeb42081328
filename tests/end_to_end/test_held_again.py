"""A day without news writes no change: what was held before waits on, known by its finding and the date of it."""

from __future__ import annotations

from core.scope import partner_scope
from syncs.models import Change, RunTemplate
from tests.end_to_end.office import Office

CAST = ("adatum", "litware")


def held(office: Office) -> list[int]:
    with partner_scope(office.partner_id()):
        return list(Change.objects.filter(state="held", run__preview=False).order_by("pk").values_list("pk", flat=True))


def rows(office: Office) -> int:
    with partner_scope(office.partner_id()):
        return Change.objects.count() + RunTemplate.objects.count()


def test_day_without_news_writes_no_held_line_again(office: Office):
    known, number = held(office), rows(office)
    since = {finding.pk: finding.opened_at for finding in office.findings()}
    assert len(known) > 0

    second = office.sync("billing").billing
    third = office.sync("billing").billing

    assert (held(office), rows(office)) == (known, number)
    assert [second["status"], third["status"]] == ["no_change", "no_change"]
    assert [run["counts"]["held"] for run in (second, third)] == [len(known)] * 2
    assert any(text.endswith("reported before and still waiting") for text in second["messages"])
    dates = {finding.pk: finding.opened_at for finding in office.findings()}
    assert dates.items() <= since.items()


def test_preview_shows_what_is_held_each_time(office: Office):
    office.sync("billing")

    shown = office.sync("billing", preview=True)

    assert [change["state"] for change in shown.changes] == ["held"] * len(held(office))


def test_item_that_another_run_held_is_answered_as_before(office: Office):
    office.sync("billing")
    conflict = next(finding for finding in office.findings() if finding.subject.startswith("conflict:"))

    office.decide(conflict.subject, "keep")
    done = office.sync("billing")

    assert done.billing["counts"]["created"] == 1
    assert conflict.subject not in {finding.subject for finding in office.findings()}


def test_what_is_held_for_another_reason_is_a_new_change(office: Office):
    known = held(office)
    with partner_scope(office.partner_id()):
        Change.objects.filter(pk__in=known).update(reason="Another one, of an earlier version.")

    office.sync("billing")

    assert len(held(office)) == 2 * len(known)
