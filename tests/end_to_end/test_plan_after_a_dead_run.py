"""A plan waits for a person while another run dies: it is replaced, or written without doing anything twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection

from connections.models import Connection, ConnectionStatus
from core.audit import COMMAND
from core.scope import partner_scope
from programs.models import Program
from syncs.enums import ChangeState, RunState
from syncs.models import Change, Run
from syncs.running.starting import apply_plan, start_sync
from tests.end_to_end.office import Office, finish
from tests.end_to_end.rightness import right

CAST = ("adatum",)
ADATUM, LUCERNE = 5001, 5026
ADD = {"vendor": "syncro", "method": "POST", "path": f"/schedules/{LUCERNE}/add_line_item$"}


@pytest.fixture
def waiting(office: Office) -> Run:
    """A plan that nobody decided about yet."""
    office.set_billing(approval="required")
    office.map(office.entries("lucerne"))
    office.sync()
    run = office.waiting_run()
    assert run is not None
    office.set_billing(approval="automatic")
    return run


def lose_answer_and_token(office: Office, loss: str) -> None:
    office.fault(loss, **ADD)
    office.fault("edit_before", **ADD, edits=[{"action": "expire_token", "account": "northwind"}])


def restore_token(office: Office) -> None:
    office.edit("restore_token")
    with partner_scope(office.partner_id()):
        Connection.objects.update(status=ConnectionStatus.CONNECTED)


def state_of(office: Office, run: Run) -> str:
    with partner_scope(office.partner_id()):
        return Run.objects.get(pk=run.pk).state


def test_plan_is_replaced_by_a_newer_one_whose_run_died_while_writing(office: Office, waiting: Run):
    lose_answer_and_token(office, "drop_before")

    broken = office.sync("billing")

    assert broken.billing["status"] == "error"
    assert state_of(office, waiting) == RunState.SUPERSEDED
    restore_token(office)
    office.sync()
    right(office, ADATUM, LUCERNE)


def test_plan_still_waits_when_a_run_died_before_it_had_a_newer_one(office: Office, waiting: Run):
    office.edit("expire_token")

    broken = office.sync("billing")

    assert broken.billing["status"] == "error"
    assert state_of(office, waiting) == RunState.WAITING


def test_plan_is_replaced_where_a_run_died_with_half_of_a_newer_one(office: Office, waiting: Run):
    def fails(execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        # Looks for lines left behind: the plan of all mappings is in the ledger.
        if 'FROM "syncs_line"' in statement and "NOT EXISTS" in statement:
            raise ValueError("a fault of the product")
        return execute(statement, *rest)

    with connection.execute_wrapper(fails):
        broken = office.sync("billing")

    assert "An internal error stopped the run" in broken.messages
    assert state_of(office, waiting) == RunState.SUPERSEDED
    office.sync()
    right(office, ADATUM, LUCERNE)


@pytest.mark.parametrize("loss", ["drop_before", "drop_after"])
def test_applied_plan_resolves_first_what_a_dead_run_sent(office: Office, waiting: Run, loss: str):
    lose_answer_and_token(office, loss)
    office.sync("billing")
    restore_token(office)
    as_the_version_before_left_it(office, waiting)

    with partner_scope(office.partner_id()):
        apply_plan(run=waiting, actor=COMMAND)
    finish(office.partner_id(), waiting.pk)

    assert (office.doubled(), office.unbalanced()) == ([], [])
    with partner_scope(office.partner_id()):
        assert Run.objects.get(pk=waiting.pk).error == ""
        assert not Change.objects.filter(state__in=(ChangeState.UNKNOWN, ChangeState.SENDING)).exists()
    office.sync()
    right(office, ADATUM, LUCERNE)


def as_the_version_before_left_it(office: Office, waiting: Run) -> None:
    """It did not replace the plan, and an installation may still have such a one."""
    with partner_scope(office.partner_id()):
        Run.objects.filter(pk=waiting.pk).update(state=RunState.WAITING)
        dropped = Change.objects.filter(run=waiting.pk, state=ChangeState.DROPPED)
        assert dropped.update(state=ChangeState.PLANNED, error="")


class Refusing:
    """The database finds what is about to be claimed under way already."""

    def __call__(self, execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        if statement.startswith('UPDATE "syncs_change"') and ChangeState.SENDING in rest[0]:
            raise IntegrityError("one_new_line_under_way")
        return execute(statement, *rest)


def test_claim_that_the_database_refuses_ends_the_run(office: Office):
    office.map(office.entries("lucerne"))
    office.sync("products")
    with partner_scope(office.partner_id()):
        (run,) = start_sync(program=Program.objects.get(), kinds=["billing"], actor=COMMAND, enqueue=False)

    with connection.execute_wrapper(Refusing()):
        finish(office.partner_id(), run.pk)

    with partner_scope(office.partner_id()):
        run = Run.objects.get(pk=run.pk)
    assert (run.state, run.status) == (RunState.FINISHED, "error")
    assert "reference" in run.error
    office.sync()
    right(office, ADATUM, LUCERNE)
