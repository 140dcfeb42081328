"""Move a run on by one slice: the one function that tasks, commands and the janitor call."""

from __future__ import annotations

import logging
import random
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.utils import timezone
from structlog.contextvars import bound_contextvars

from connections.clients import record_failure, record_success
from connections.models import Connection
from connections.selectors import known_systems
from connectors.errors import ConfigurationError, ConnectorError, RateLimited, TransientError, WritesOff
from core.installation import in_maintenance
from core.scope import partner_scope
from core.turns import partner_turn
from syncs.enums import ACTIVE_STATES, RunKind, RunState
from syncs.models import Run
from syncs.running import (
    applying,
    applying_products,
    planning,
    planning_products,
    reading,
    settling,
    tickets,
    verifying,
)
from syncs.running.circuit import read_sides, reason_to_stop
from syncs.running.finishing import finish, finish_unplanned, finish_with_error, hold_plan
from syncs.running.lock import run_lock
from syncs.running.slices import LOST_IN_A_ROW, Slice, open_slice

logger = logging.getLogger(__name__)

BUSY_WAIT = 1.0  # another worker has the run, or another run comes first
MOST_RETRIES = 4  # without any progress between them
MOST_TURNS = 8  # that began at one place: their worker died, or the database refused something each time
NO_HEADWAY = (
    f"The sync came no further in {MOST_TURNS} turns and was ended. What it had written is recorded; "
    "the next sync goes on from there. Tell the operator: the log of the workers says what ended them."
)
MOST_LOST_WRITES = 8  # in a row: then the run ends
PAUSE_AFTER_LOSSES = 15.0  # seconds, doubled with each further loss
Step = Callable[[Slice], "RunState | float | None"]

STEPS: dict[tuple[str, str], Step] = {
    (RunKind.PRODUCTS, RunState.READING): reading.read_for_products,
    (RunKind.PRODUCTS, RunState.PLANNING): planning_products.plan_product_run,
    (RunKind.PRODUCTS, RunState.APPLYING): applying_products.write_products,
    (RunKind.PRODUCTS, RunState.SETTLING): settling.settle_products,
    (RunKind.BILLING, RunState.READING): reading.read_for_billing,
    (RunKind.BILLING, RunState.PLANNING): planning.plan_billing_run,
    (RunKind.BILLING, RunState.APPLYING): applying.write_lines,
    (RunKind.BILLING, RunState.SETTLING): settling.settle_lines,
    (RunKind.BILLING, RunState.VERIFYING): verifying.verify_templates,
}


class _NotNow(Exception):
    """Another worker has the run and goes on with it, or another run comes first and wakes this one."""


def advance(partner_id: int, run_id: int, *, whole_slice: bool = False) -> float | None:
    """Work on one step of the run, for at most one slice; with ``whole_slice`` on one after the other until it is over.

    Answers the seconds after which it wants to be called again (0 = at once), None when it is
    finished or waits for a person. Safe to call twice, by anybody, at any time: one worker at a
    time has the run, and every write is claimed in the ledger before it is sent.
    """
    with bound_contextvars(partner=partner_id, run=run_id), run_lock(run_id) as locked:
        try:
            wait = _advance_locked(partner_id, run_id, whole_slice=whole_slice) if locked else BUSY_WAIT
        except _NotNow:
            return BUSY_WAIT
        if wait is None:
            _wake_followers(partner_id, run_id)
        return wait


def take_turn(partner_id: int, run_id: int, ticket: str | None) -> None:
    """What a message with this ticket is for: a slice of work, then the next message. Nothing where it is void.

    A run that needs less than a slice is done in one turn, whatever its steps. In maintenance none goes on: the janitor
    hands them over afterwards.
    """
    if in_maintenance():
        return
    with partner_turn(partner_id) as mine:
        message = _take_turn(partner_id, run_id, ticket) if mine else None
    if not mine:
        _line_up(partner_id, run_id, ticket)
    # Not before the locks are free, or the receiver would take run and partner for busy.
    if message is not None:
        message.send()
    _call_next(partner_id)


def _take_turn(partner_id: int, run_id: int, ticket: str | None) -> tickets.QueueMessage | None:
    with bound_contextvars(partner=partner_id, run=run_id), run_lock(run_id) as locked:
        if not locked or not _begin_turn(partner_id, run_id, ticket):
            return None  # who has the run, or the message that is not void, goes on; should it die, the janitor does
        return _take_turn_locked(partner_id, run_id, ticket)


def _line_up(partner_id: int, run_id: int, ticket: str | None) -> None:
    with partner_scope(partner_id):
        tickets.line_up(run_id, ticket)


def _call_next(partner_id: int) -> None:
    """The run that waits first in the partner's line goes on, where a worker may work for the partner now.

    Asked after lining up too: the last one at work may have ended before it saw this one in the line.
    """
    with partner_turn(partner_id) as free:
        if not free:
            return
        with partner_scope(partner_id):
            message = tickets.call_next()
    if message is not None:
        message.send()


def _take_turn_locked(partner_id: int, run_id: int, ticket: str | None) -> tickets.QueueMessage | None:
    try:
        wait = _advance_locked(partner_id, run_id, whole_slice=True)
    except _NotNow:
        wait = None
    else:
        if wait is None:
            _wake_followers(partner_id, run_id)
    with partner_scope(partner_id):
        if wait is None:
            tickets.rest(run_id, ticket)
        elif wait > 0 or tickets.is_line_empty():
            return tickets.next_message(run_id, ticket, wait)
        else:  # the others of the partner come first
            tickets.line_up(run_id, ticket)
        return None


def _begin_turn(partner_id: int, run_id: int, ticket: str | None) -> bool:
    """Whether the ticket is good; then the run stands in no line any more."""
    with partner_scope(partner_id):
        if tickets.is_void(run_id, ticket):
            return False
        tickets.leave_line(run_id)
        return True


def _wake_followers(partner_id: int, run_id: int) -> None:
    with partner_scope(partner_id):
        tickets.wake_followers(run_id)


def _advance_locked(partner_id: int, run_id: int, *, whole_slice: bool) -> float | None:
    with partner_scope(partner_id):
        run = Run.objects.select_related("after", "program__source", "program__target").get(pk=run_id)
        wait = _not_yet(run)
        if wait is None or wait > 0:
            return wait
        work = open_slice(run)
    try:
        if work.turns > MOST_TURNS:
            finish_with_error(work, NO_HEADWAY, f"{work.turns - 1} turns broke off at {work.progress}."[:2000])
            return None
        return _take_steps(work, run) if whole_slice else _take_step(work, run)
    except ConnectorError as error:
        return _after_vendor_error(work, error)
    except (OperationalError, InterfaceError, InternalError):
        raise  # the ledger is out of reach: the janitor calls again
    except Exception as error:
        reference = uuid.uuid4().hex[:12]
        logger.exception("run %s failed, reference %s", run_id, reference)
        finish_with_error(
            work,
            f"An internal error stopped the run (reference {reference}). "
            "What it had written is recorded; the next sync goes on from there.",
            f"{type(error).__name__}: {error}",
        )
        return None
    finally:
        work.save_calls()


def _not_yet(run: Run) -> float | None:
    """Seconds to wait before the run may go on; None when it is over. Inside the scope."""
    if run.state not in ACTIVE_STATES:
        return None
    if run.after is not None and run.after.state in ACTIVE_STATES:
        raise _NotNow
    now = timezone.now()
    was_set_back = run.heartbeat_at is not None and run.heartbeat_at > now  # the clock: no wait of before holds
    if run.resume_at is not None and not was_set_back:
        left = (run.resume_at - now).total_seconds()
        if left > 0:
            return left
    return 0.0


def _take_steps(work: Slice, begun: Run) -> float | None:
    """One step after the other until the slice is over, or the run has to wait."""
    wait = _take_step(work, begun)
    while wait == 0 and not work.over:
        wait = _take_step(work)
    return wait


def _take_step(work: Slice, begun: Run | None = None) -> float | None:
    """``begun``: the run, where the slice has only just read it and its program."""
    run, sides = (begun, [work.program.source, work.program.target]) if begun else _read_again(work)
    reason = reason_to_stop(run, sides)
    step = STEPS[run.kind, run.state]
    if run.cancel_requested and run.state == RunState.READING:
        finish_unplanned(work)
        return None
    if reason:
        finish_with_error(work, reason, "", told=True)
        return None
    result = step(work)
    if work.in_trouble and not isinstance(result, float):
        return _leave_alone(work, result)
    if result is None:
        work.update(attempts=0)
        return 0.0
    if isinstance(result, RunState):
        return _enter(work, result)
    return work.wait(result, attempts=0)


def _read_again(work: Slice) -> tuple[Run, list[Connection]]:
    """The run, with the one before it, and both sides as they are now."""
    columns = ("kind", "state", "cancel_requested", "created_at", "after__error")
    with partner_scope(work.partner_id):
        run = Run.objects.select_related("after").only(*columns).get(pk=work.run_id)
        return run, read_sides(work.source_id, work.target_id)


def _leave_alone(work: Slice, state: RunState | None) -> float | None:
    """Answers to writes get lost: wait longer and longer before the next one, and give up in the end."""
    lost = work.lost_writes
    if lost >= MOST_LOST_WRITES:
        label = known_systems()[work.target_system].label
        text = f"{label} gave no answer to {lost} writes in a row. The next sync finds out which of them happened."
        finish_with_error(work, text, "")
        return None
    pause = PAUSE_AFTER_LOSSES * 2.0 ** (lost - LOST_IN_A_ROW) if lost >= LOST_IN_A_ROW else 0.0
    jitter = random.uniform(1, 1.3)  # noqa: S311  # not a secret  # nosec B311
    delay = max(pause, work.asked_to_wait) * jitter * settings.WAIT_FACTOR
    entered = {} if state is None else {"state": state}
    return work.wait(delay, attempts=0, **entered)


def _enter(work: Slice, state: RunState) -> float | None:
    if state in (RunState.FINISHED, RunState.WAITING):
        record_success(work.partner_id, work.source_id, work.target_id)
        finish(work, state)
        return None
    work.update(state=state, attempts=0)
    return 0.0


def _after_vendor_error(work: Slice, error: ConnectorError) -> float | None:
    """Wait and try again where that may help; else end the run and say who must act."""
    if isinstance(error, RateLimited):
        return work.wait(error.retry_after)
    if isinstance(error, WritesOff):
        hold_plan(work, str(error))
        return None
    with work.run() as run:
        attempts = 1 if work.has_progressed() else run.attempts + 1
    if isinstance(error, TransientError) and attempts <= MOST_RETRIES:
        pause = 2.0**attempts + random.uniform(0, 1)  # noqa: S311  # jitter, not a secret  # nosec B311
        return work.wait(pause * settings.WAIT_FACTOR, attempts=attempts)
    if isinstance(error, ConfigurationError):
        system_is_source = error.system == work.source_system
        connection = work.source_id if system_is_source else work.target_id
        record_failure(work.partner_id, connection, error)
    finish_with_error(work, str(error), error.detail, told=isinstance(error, ConfigurationError))
    return None
