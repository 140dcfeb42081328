"""A billing run that stops between two of its steps, so that something can happen there."""

from __future__ import annotations

import time

from core.audit import COMMAND
from core.scope import partner_scope
from programs.models import Program
from syncs.enums import ChangeState, RunState
from syncs.models import Change, Run
from syncs.running.starting import start_sync
from tests.end_to_end.office import Office, work_on


def begin(office: Office) -> int:
    """A billing run that nobody has worked on yet."""
    with partner_scope(office.partner_id()):
        (run,) = start_sync(program=Program.objects.get(), kinds=["billing"], actor=COMMAND, enqueue=False)
    return run.pk


def begin_and_lose(office: Office) -> int:
    """A billing run whose writes are all tried, and whose lost answers wait to be resolved."""
    run_id = begin(office)
    advance_to(office, run_id, RunState.SETTLING)
    return run_id


def advance_to(office: Office, run_id: int, wanted: RunState) -> None:
    """Work on the run until it has come to that state."""
    for _ in range(200):
        with partner_scope(office.partner_id()):
            state = Run.objects.get(pk=run_id).state
        if state == wanted:
            return
        delay = work_on(office.partner_id(), run_id)
        assert delay is not None
        time.sleep(delay)
    raise AssertionError(f"it never comes to {wanted}")


def lost(office: Office, run_id: int) -> list[Change]:
    with partner_scope(office.partner_id()):
        return list(Change.objects.filter(run=run_id, state=ChangeState.UNKNOWN))
