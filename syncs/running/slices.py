"""What the steps of a run share: the run's row, its clients, and counting calls."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from connections.clients import open_source, open_target
from connectors.registry import Source, Target
from core.scope import partner_scope, scoped_partner_id
from programs.models import Program
from syncs.enums import ChangeState, RunState
from syncs.models import Change, Run
from syncs.models.runs import is_planned
from syncs.running.headway import Headway, count_turn, headway_of

SLICE_SECONDS = 20.0
LOST_IN_A_ROW = 3  # writes without an answer: from here on one is sent at a time, after growing pauses
AT_HAND = 25  # changes that are loaded at once
PROGRESS_SECONDS = 1.0  # between two counts of what is done: each one reads all changes of the run


@dataclass(slots=True)
class Slice:
    """One slice of work on a run. Clients are opened on first use, outside any scope."""

    partner_id: int
    run_id: int
    program_id: int
    source_id: int
    target_id: int
    source_system: str
    target_system: str
    program: Program  # with both sides, as this slice saw it first
    lost_before: int  # writes in a row whose answer was lost, at the end of the slice before
    progress: Headway  # of the run before this slice
    turns: int  # that began where this slice begins, itself included
    seconds: float = SLICE_SECONDS
    started: float = field(default_factory=time.monotonic)
    _told_at: float = 0.0
    _source: Source | None = None
    _target: Target | None = None

    @property
    def source(self) -> Source:
        """The source's client."""
        if self._source is None:
            self._source = open_source(self.partner_id, self.source_id)
        return self._source

    @property
    def target(self) -> Target:
        """The target's client."""
        if self._target is None:
            self._target = open_target(self.partner_id, self.target_id)
        return self._target

    @property
    def over(self) -> bool:
        """True when this slice has worked long enough, or the target must be left alone."""
        return time.monotonic() - self.started > self.seconds or self.in_trouble

    @property
    def lost_writes(self) -> int:
        """Writes in a row whose answer was lost, those of earlier slices included."""
        if self._target is None:
            return self.lost_before
        losses = self._target.losses
        return losses.in_a_row if losses.answered else self.lost_before + losses.in_a_row

    @property
    def in_trouble(self) -> bool:
        """True when this slice lost an answer, and the next write had better wait."""
        if self._target is None or not self._target.losses.in_a_row:
            return False
        return self.lost_writes >= LOST_IN_A_ROW or self._target.losses.wait > 0

    @property
    def asked_to_wait(self) -> float:
        """Seconds that the target asked for when it lost the last write."""
        return self._target.losses.wait if self._target else 0.0

    def has_progressed(self) -> bool:
        """Whether the run has come further in this slice, for good."""
        with self.run() as run:
            return headway_of(run, self.source_id).is_beyond(self.progress)

    @contextmanager
    def run(self) -> Iterator[Run]:
        """The run's row inside the partner's scope; what is changed on it is not saved for you.

        Its program is read when it is asked for: most of what a step does needs the row alone.
        """
        with partner_scope(self.partner_id):
            yield Run.objects.get(pk=self.run_id)

    @contextmanager
    def whole_run(self, *, whole_sets: bool = False) -> Iterator[Run]:
        """As ``run``, with its program and what that belongs to as they are now: one query for all of it."""
        with partner_scope(self.partner_id, whole_sets=whole_sets):
            whole = Run.objects.select_related("program__source", "program__target", "program__partner")
            yield whole.get(pk=self.run_id)

    @contextmanager
    def bare_run(self) -> Iterator[Run]:
        """As ``run``, but with the program as this slice saw it first: for what is done many times a minute."""
        with partner_scope(self.partner_id):
            run = Run.objects.get(pk=self.run_id)
            run.program = self.program
            yield run

    def planned_changes(self) -> Iterator[list[Change]]:
        """The next planned changes of the run, each time anew, until none is left or somebody cancelled.

        What lies behind them is not looked at again: else each would cost more than the one before.
        """
        since = 0
        while True:
            with self.bare_run() as run:
                planned = run.changes.filter(is_planned(), position__gte=since).order_by("position")
                found = [] if run.cancel_requested else list(planned[:AT_HAND])
            if found:
                since = found[0].position
                yield found
            elif since:
                since = 0  # what lay behind may be planned again
            else:
                return

    def tell_progress(self, *, last: bool = False) -> None:
        """Count on the run what was sent; now and then, and always the ``last`` time of a slice."""
        now = time.monotonic()
        if not last and now - self._told_at < PROGRESS_SECONDS:
            return
        self._told_at = now
        with partner_scope(self.partner_id, flushed=False):
            sent = Change.objects.filter(run=self.run_id, sent_at__isnull=False)
            over = sent.exclude(state__in=(ChangeState.PLANNED, ChangeState.SENDING))
            Run.objects.filter(pk=self.run_id).update(done=over.count())

    def wait(self, seconds: float, **values: Any) -> float:
        """Leave the run alone for so long. A wait is no turn without headway: somebody asked for it."""
        self.update(resume_at=in_seconds(seconds), turns=0, **values)
        return seconds

    def update(self, **values: Any) -> None:
        """Set columns of the run, and its heartbeat."""
        with partner_scope(self.partner_id):
            Run.objects.filter(pk=self.run_id).update(heartbeat_at=timezone.now(), **values)

    def save_calls(self) -> None:
        """Add the calls that this slice's clients made to the run's count, and keep that of lost answers."""
        counted = [(self.source_system, self._source), (self.target_system, self._target)]
        with partner_scope(self.partner_id):
            run = Run.objects.select_for_update(no_key=True).only("api_calls", "lost_writes").get(pk=self.run_id)
            for system, client in counted:
                if client is not None and client.calls:
                    known = run.api_calls.setdefault(system, {})
                    for method, number in client.calls.items():
                        known[method] = known.get(method, 0) + number
            run.lost_writes = self.lost_writes
            run.save(update_fields=["api_calls", "lost_writes"])


def open_slice(run: Run) -> Slice:
    """What a slice needs to know of its run, which comes with its program; kept that it has begun. Inside the scope."""
    now = timezone.now()
    run.heartbeat_at, run.resume_at, run.started_at = now, None, run.started_at or now
    if run.state == RunState.QUEUED:
        run.state = RunState.READING
    program = run.program
    progress = headway_of(run, program.source_id)
    turns = count_turn(run, progress)
    run.save(update_fields=["heartbeat_at", "resume_at", "started_at", "state", "headway", "turns"])
    return Slice(
        partner_id=scoped_partner_id(),
        run_id=run.pk,
        program_id=program.pk,
        source_id=program.source_id,
        target_id=program.target_id,
        source_system=program.source.system,
        target_system=program.target.system,
        lost_before=run.lost_writes,
        progress=progress,
        turns=turns,
        program=program,
    )


def in_seconds(seconds: float) -> dt.datetime:
    """The instant that many seconds from now."""
    return timezone.now() + dt.timedelta(seconds=seconds)
