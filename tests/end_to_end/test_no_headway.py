"""A run whose turns break off at one place, again and again, ends and says so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import OperationalError, connection

from core.scope import partner_scope
from notifications.models import Message
from syncs.enums import RunState, RunStatus
from syncs.models import Run
from syncs.running.advancing import MOST_TURNS, advance
from tests.end_to_end.occasions import new_customer
from tests.end_to_end.office import Office
from tests.end_to_end.stepping import advance_to, begin

CAST = ("adatum", "coho-winery")


class WorkerDied(BaseException):
    """Memory: nothing of ours catches it."""


def breaks(error: BaseException) -> Callable[..., Any]:
    def execute(run: Callable[..., Any], statement: str, *rest: Any) -> Any:
        if statement.startswith('INSERT INTO "syncs_posting"'):
            raise error
        return run(statement, *rest)

    return execute


def turns_that_broke(office: Office, run_id: int, error: BaseException) -> int:
    """Until the run is over; 20 where it never is."""
    for number in range(20):
        try:
            with connection.execute_wrapper(breaks(error)):
                assert advance(office.partner_id(), run_id) is None
        except type(error):
            continue
        return number
    return 20


def test_run_that_kills_its_worker_each_time_ends_with_an_error_and_a_mail(office: Office):
    new_customer(office)
    office.sync("products")
    run_id = begin(office)
    advance_to(office, run_id, RunState.PLANNING)
    with partner_scope(office.partner_id()):
        mails = Message.objects.count()

    assert turns_that_broke(office, run_id, WorkerDied()) == 1 + MOST_TURNS  # the first one keeps what it begins with

    with partner_scope(office.partner_id()):
        run = Run.objects.get(pk=run_id)
        assert (run.state, run.status) == (RunState.FINISHED, RunStatus.ERROR)
        assert run.error.startswith(f"The sync came no further in {MOST_TURNS} turns")
        assert Message.objects.count() == mails + 1
    assert office.sync("billing").code == 0


def test_error_of_the_database_that_comes_back_each_turn_ends_the_run(office: Office):
    new_customer(office)
    office.sync("products")
    run_id = begin(office)
    advance_to(office, run_id, RunState.PLANNING)

    assert turns_that_broke(office, run_id, OperationalError("out of memory")) == 1 + MOST_TURNS
