"""The protocol of a write, whatever it is about: claim, call once, sort the answer, record; resolve what was lost.

``planned -> sending -> done | unknown | failed | planned``. The claim is committed before the call leaves. What an
error says of the write is judged by the table of answers alone (``connectors.edge.answer_table``). A call whose answer
is lost leaves the change ``unknown``: it is resolved by reading the target, never repeated blindly.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, Protocol, TypeVar

from django.conf import settings
from django.db.models import Exists, F
from django.utils import timezone

from connectors.errors import ConnectorError, WriteFate
from core.scope import partner_scope
from syncs.enums import ACTIVE_STATES, LOST_STATES, ChangeState
from syncs.models import Change, Run
from syncs.models.runs import is_planned

MOST_ATTEMPTS = 3
Returned = TypeVar("Returned")


class Outcome(Enum):
    """What became of one change."""

    DONE = "done"
    FAILED = "failed"
    LOST = "lost"  # to be resolved by reading
    PLANNED_ANEW = "planned anew"  # it is to be done in another way, which is a change of its own turn
    REFUSED_NEGATIVE = "refused negative"  # plan the template again without negative amounts
    NOT_OURS = "not ours"  # another worker has it, or it was dropped


class Write(Protocol[Returned]):
    """What the protocol asks of a write: that of a line, or that of a product."""

    @property
    def partner_id(self) -> int: ...

    @property
    def change(self) -> Change: ...

    def prepare(self) -> Mapping[str, Any] | None:
        """Columns that the claim keeps; None where it must not be sent any more. Inside the scope."""

    def call(self) -> Returned:
        """Send it, once. Outside of any scope."""

    def record(self, returned: Returned) -> Outcome:
        """Keep what the target has now. Inside the scope; the write certainly happened."""

    def refused(self, error: ConnectorError) -> Outcome:
        """The target refused it, or has not what it is about: fail, or do it in another way. Outside of any scope."""

    def give_up(self, reason: str) -> None:
        """What else counts as failed with it. Inside the scope."""


def send(write: Write[Returned]) -> Outcome:
    """Carry out one planned change at most once. Outside of any scope.

    Raises ``ConnectorError`` where nothing was written and the whole run must wait or stop.
    """
    with partner_scope(write.partner_id):
        if not _claim(write):
            return Outcome.NOT_OURS
    try:
        returned = write.call()
    except ConnectorError as error:
        return _sort(write, error)
    # Lost in a crash, the change is still ``sending``, and is resolved by reading.
    with partner_scope(write.partner_id, flushed=False):
        return write.record(returned)


def _claim(write: Write[Returned]) -> bool:
    """``planned`` -> ``sending``, to be committed before anything is sent; False once somebody cancelled."""
    columns = write.prepare()
    if columns is None:
        return False
    going_on = Run.objects.filter(pk=write.change.run_id, cancel_requested=False)
    claimed = Change.objects.filter(Exists(going_on), is_planned(), pk=write.change.pk)
    claim = {"state": ChangeState.SENDING, "sent_at": timezone.now(), "attempts": F("attempts") + 1}
    return bool(claimed.update(**claim, **columns))


def _sort(write: Write[Returned], error: ConnectorError) -> Outcome:
    match error.fate:
        case WriteFate.REFUSED | WriteFate.GONE:
            return write.refused(error)
        case WriteFate.LOST:
            # The call may land until its connection is long closed: the settle time begins now.
            _leave(write, ChangeState.UNKNOWN, sent_at=timezone.now(), error=str(error), error_detail=error.detail)
            return Outcome.LOST
        case WriteFate.NOT_SENT:
            _leave(write, ChangeState.PLANNED, attempts=F("attempts") - 1)
            raise error
        case WriteFate.FAILED:
            return fail(write, str(error), error.detail)


def _leave(write: Write[Returned], state: ChangeState, **columns: Any) -> None:
    with partner_scope(write.partner_id):
        Change.objects.filter(pk=write.change.pk, state=ChangeState.SENDING).update(state=state, **columns)


def fail(write: Write[Returned], error: str, detail: str = "") -> Outcome:
    """It certainly did not happen. Outside of any scope."""
    with partner_scope(write.partner_id):
        conclude(write.change, ChangeState.FAILED, error, detail)
        write.give_up(error)
    return Outcome.FAILED


def conclude(change: Change, state: ChangeState, error: str = "", detail: str = "", **columns: Any) -> None:
    """Keep what became of a change, and these columns with it. Inside the scope."""
    columns |= {"state": state, "error": error, "error_detail": detail}
    for name, value in columns.items():
        setattr(change, name, value)
    change.save(update_fields=list(columns))


# --- What was lost --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found(Generic[Returned]):
    """What a lost write left in the target, as it is there now."""

    returned: Returned


def settle(write: Write[Returned], found: Found[Returned] | None) -> None:
    """The target was read: take over what a lost write left, else send it again or give up. Outside of any scope."""
    if found is not None:
        with partner_scope(write.partner_id):
            write.record(found.returned)
    elif write.change.attempts >= MOST_ATTEMPTS:
        fail(write, f"Sent {write.change.attempts} times without an answer.")
    else:
        with partner_scope(write.partner_id):
            conclude(write.change, ChangeState.PLANNED)


def lost_changes(run_id: int) -> list[Change]:
    """Changes that were sent and never answered, also by a worker that died. Inside the scope."""
    return list(Change.objects.filter(run=run_id, state__in=LOST_STATES).order_by("position"))


def abandoned_changes(run: Run) -> list[Change]:
    """Sent and never answered in earlier runs of this kind, which are over. Inside the scope."""
    ended = Run.objects.filter(program=run.program_id, kind=run.kind).exclude(state__in=ACTIVE_STATES)
    changes = Change.objects.filter(run__in=ended, state__in=LOST_STATES).exclude(run=run.pk)
    return list(changes.prefetch_related("run__program").order_by("pk"))  # hardly ever are there any


def drop_unsent(changes: list[Change]) -> None:
    """What turned out not to have happened in a run that is over is planned anew by the next."""
    Change.objects.filter(pk__in=[change.pk for change in changes], state=ChangeState.PLANNED).update(
        state=ChangeState.DROPPED, error="It had not been written; the next run planned it again."
    )


def settles_in(changes: list[Change]) -> float:
    """Seconds until the youngest lost call can no longer land. Inside the scope.

    A call that was sent in the future tells that the clock was set back since: it is taken as sent now.
    """
    now = timezone.now()
    settle_time = dt.timedelta(seconds=settings.SETTLE_SECONDS)
    ahead = [change for change in changes if change.sent_at and change.sent_at > now]
    for change in ahead:
        change.sent_at = now
    Change.objects.bulk_update(ahead, ["sent_at"])
    ends = [change.sent_at + settle_time for change in changes if change.sent_at]
    return max(((end - now).total_seconds() for end in ends), default=0.0)
