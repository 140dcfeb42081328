"""Tell on stderr how far a run has come, also while a slice of it takes its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection
from django.utils import timezone

from core.scope import partner_scope
from reports.at_work import WaitsFor, read_at_work, tell_wait
from syncs.enums import ACTIVE_STATES
from syncs.models import Run

LOOK_EVERY = 1.0  # seconds
SAY_EVERY = 5.0  # seconds between two lines that differ in numbers only
WORTH_SAYING = 5.0  # seconds of waiting


class ProgressTeller:
    """While the block lasts, looks at the run's row from a thread of its own and says what is new."""

    def __init__(self, partner_id: int, run_id: int, say: Callable[[str], None]) -> None:
        self._partner_id = partner_id
        self._run_id = run_id
        self._say = say
        self._said = ""
        self._state = ""
        self._said_at = 0.0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def look(self) -> None:
        """Say how far the run is, if that is news."""
        with partner_scope(self._partner_id):
            run = Run.objects.only("kind", "state", "done", "total", "resume_at").filter(pk=self._run_id).first()
        if run is None or run.state not in ACTIVE_STATES:
            return
        with self._lock:
            text, now = describe(run) + self._waits(run), time.monotonic()
            news = run.state != self._state or (text != self._said and now - self._said_at >= SAY_EVERY)
            if news:
                self._said, self._state, self._said_at = text, run.state, now
                self._say(text)

    def _waits(self, run: Run) -> str:
        """What keeps this process from the run, where something does."""
        with partner_scope(self._partner_id):
            fresh = Run.objects.get(pk=run.pk)
            at_work = read_at_work(fresh, timezone.now())
            return f". {tell_wait(fresh)}" if at_work.stuck or at_work.waits_for is WaitsFor.FIRST else ""

    def _watch(self) -> None:
        try:
            while not self._over.wait(LOOK_EVERY):
                self.look()
        except DatabaseError:
            return  # the run itself tells what is wrong with the database
        finally:
            connection.close()


def describe(run: Run) -> str:
    """``Billing: writing, 34 of 160 done``, and what it waits for."""
    text = f"{run.get_kind_display()}: {run.get_state_display().lower()}"
    if run.total:
        text += f", {run.done} of {run.total} done"
    if run.resume_at is not None:
        left = (run.resume_at - timezone.now()).total_seconds()
        text += f", goes on in {round(left)} s" if left > WORTH_SAYING else ""
    return text
