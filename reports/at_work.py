"""Who has a run now, when somebody was heard of last, and what it waits for. Call inside the partner's scope."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.utils import timezone

from core.session_locks import LockHolder
from syncs.enums import ACTIVE_STATES
from syncs.models import Run
from syncs.running.lock import SILENT_AFTER, holder_of


class WaitsFor(StrEnum):
    """What comes before the run's next step."""

    NOTHING = "nothing"  # it is over
    FIRST = "first"  # another run of the same sync
    TIME = "time"  # a settle time or a vendor's limit
    LINE = "line"  # the partner has as many workers as it may have
    QUEUE = "queue"  # a free worker
    WORK = "work"  # somebody works on it
    SILENCE = "silence"  # somebody has it and is not heard of


@dataclass(frozen=True, slots=True)
class AtWork:
    """How a run is worked on: by whom, if anybody, and the last sign of life."""

    waits_for: WaitsFor
    holder: LockHolder | None
    heard_at: dt.datetime
    first: int | None  # number of the run that goes first

    @property
    def stuck(self) -> bool:
        """Somebody has it and is not heard of: nobody else can go on with it."""
        return self.waits_for is WaitsFor.SILENCE

    @property
    def text(self) -> str:
        """What it waits for, in words."""
        host = self.holder.host if self.holder else ""
        return _WORDS[self.waits_for].format(host=host, first=self.first)


_WORDS = {
    WaitsFor.NOTHING: "",
    WaitsFor.FIRST: "It waits for run {first}, which goes first.",
    WaitsFor.TIME: "It waits for its time.",
    WaitsFor.LINE: "It waits until other runs of this partner leave it a worker.",
    WaitsFor.QUEUE: "It waits for a free worker.",
    WaitsFor.WORK: "A worker on {host} has it.",
    WaitsFor.SILENCE: "A worker on {host} has it and gives no sign of life. It goes on when that worker answers, "
    "when its connection ends, or when the operator takes the run over.",
}


def read_at_work(run: Run, now: dt.datetime) -> AtWork:
    """Of a run that was read just now. One query, two where it comes after another one."""
    heard = run.heartbeat_at or run.started_at or run.created_at
    if run.state not in ACTIVE_STATES:
        return AtWork(WaitsFor.NOTHING, None, heard, None)
    holder = holder_of(run.pk)
    if holder and holder.heard_at:
        heard = max(heard, holder.heard_at)
    return AtWork(_reason(run, holder, heard, now), holder, heard, run.after_id)


def tell_wait(run: Run) -> str:
    """What a run waits for, for whoever pressed or called; "" where it is over."""
    at_work = read_at_work(run, timezone.now())
    if not at_work.stuck:
        return at_work.text
    return f"{at_work.text} The last sign of life was at {timezone.localtime(at_work.heard_at):%H:%M}."


def _reason(run: Run, holder: LockHolder | None, heard: dt.datetime, now: dt.datetime) -> WaitsFor:
    if holder:
        return WaitsFor.SILENCE if now - heard > SILENT_AFTER else WaitsFor.WORK
    if run.after_id and Run.objects.filter(pk=run.after_id, state__in=ACTIVE_STATES).exists():
        return WaitsFor.FIRST
    if run.resume_at and run.resume_at > now:
        return WaitsFor.TIME
    return WaitsFor.LINE if run.in_line_since else WaitsFor.QUEUE
