"""A copy of an installation reads and plans as the original does, and writes to nobody."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command

from core.installation import OF_ANOTHER, SWITCHED_OFF, take_over
from core.models import Installation
from core.scope import partner_scope
from notifications.models import Message
from notifications.tasks import deliver_due
from syncs.enums import ChangeState, RunState
from syncs.errors import SyncRefused
from syncs.models import Change
from syncs.running.advancing import advance, take_turn
from syncs.running.slices import Slice
from syncs.tasks import dispatch_due, sweep
from tests.end_to_end.office import Office, finish, mark_of
from tests.end_to_end.stepping import advance_to, begin

CAST = ("adatum", "coho-winery")


def make_a_copy(settings: Any) -> str:
    """The database was made by another installation."""
    settings.INSTALLATION_ID = "northwind-staging"
    Installation.objects.update_or_create(pk=1, defaults={"identity": "northwind-production"})
    return OF_ANOTHER


def switch_off(settings: Any) -> str:
    settings.WRITES = False
    return SWITCHED_OFF


def outgoing(office: Office) -> int:
    with partner_scope(office.partner_id()):
        return Message.objects.exclude(state="sent").count()


@pytest.mark.parametrize("prevent", [make_a_copy, switch_off])
def test_plans_wait_and_no_mail_leaves_until_writes_are_on(office: Office, settings: Any, prevent: Any):
    office.advance()
    office.set_products(mode="all")
    identity = settings.INSTALLATION_ID
    why = prevent(settings)

    products, billing = office.sync("products"), office.sync("billing")

    assert products.writes == billing.writes == []
    assert why in products.messages
    assert why in billing.messages
    with partner_scope(office.partner_id()):
        assert Change.objects.filter(state=ChangeState.PLANNED).count() > 5
    with pytest.raises(SyncRefused, match=r"[Ww]rites are off"):
        office.apply()
    assert outgoing(office) > 0
    assert deliver_due() == 0
    assert mail.outbox == []
    assert office.unbalanced() == []

    settings.WRITES = True
    settings.INSTALLATION_ID = identity
    take_over()

    assert deliver_due() > 0
    assert len(office.sync().writes) > 5
    assert office.unbalanced() == []


def test_run_that_was_writing_in_the_backup_waits_with_what_is_left(
    office: Office, settings: Any, monkeypatch: pytest.MonkeyPatch
):
    office.advance()
    office.sync("products")
    run_id = begin(office)
    advance_to(office, run_id, RunState.APPLYING)
    with monkeypatch.context() as patch:
        asked = iter(range(1000))
        patch.setattr(Slice, "over", property(lambda _work: next(asked) > 3))
        office.fault("drop_after", vendor="syncro", method="POST", path="/add_line_item$")
        advance(office.partner_id(), run_id)
    before = len(office.our_lines())
    switch_off(settings)

    finish(office.partner_id(), run_id)

    assert before > 0
    assert len(office.our_lines()) == before
    with partner_scope(office.partner_id()):
        assert Change.objects.filter(run=run_id, state=ChangeState.DONE).exists()
        assert Change.objects.filter(run=run_id, state=ChangeState.PLANNED).exists()
        assert Change.objects.filter(run=run_id, state=ChangeState.UNKNOWN).count() == 1

    settings.WRITES = True
    applied = office.apply()

    assert applied.writes != []
    marks = Counter(mark_of(line) for line in office.our_lines())
    assert marks.total() == len(marks)
    assert office.unbalanced() == []


def test_in_maintenance_no_sync_starts_or_goes_on(office: Office, settings: Any):
    office.advance()
    run_id = begin(office)
    call_command("maintenance", "on", "--note", "Back at 14:00 UTC.")

    take_turn(office.partner_id(), run_id, None)

    assert (dispatch_due(), sweep()) == (0, 0)
    with partner_scope(office.partner_id()):
        assert Change.objects.filter(run=run_id).count() == 0

    call_command("maintenance", "off")
    take_turn(office.partner_id(), run_id, None)

    with partner_scope(office.partner_id()):
        assert Change.objects.filter(run=run_id).count() > 0
