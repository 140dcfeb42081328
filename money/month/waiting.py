"""When a line will be billed, by the target's own day: by its next run, or by none that is known, or too often."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from connectors.records import Interval

MOST_DAYS = 45  # that a one-time line may wait for its run
_DAYS_OF_A_MONTH = 30


class Wait(StrEnum):
    """Why the money of a line is not billed in its time."""

    DISABLED = "customer_disabled"
    PAUSED = "paused"
    ENDED = "template_ended"
    PAST = "run_in_the_past"
    OFTEN = "too_often"
    RARE = "too_rare"
    LONG = "waits_long"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a template runs, as last read. ``today`` is the target's own day, None where it is not known."""

    next_run: dt.date | None
    paused: bool
    disabled: bool  # its customer
    every: Interval | None
    today: dt.date | None

    def wait_of(self, *, recurring: bool, since: dt.date | None = None) -> Wait | None:
        """Why a line on it waits; None where it is billed in its time.

        ``since``: the day on which a one-time line was planned, or the start of its charge where that is later.
        """
        if self.disabled:
            return Wait.DISABLED
        if self.paused:
            return Wait.PAUSED
        if self.next_run is None:
            return Wait.ENDED
        if self.today is not None and self.next_run < self.today:
            return Wait.PAST
        if recurring:
            return self._out_of_step()
        since = since or self.today
        return Wait.LONG if since is not None and (self.next_run - since).days > MOST_DAYS else None

    @property
    def times_a_month(self) -> int:
        """How often it runs in a month, about."""
        return max(1, round(_DAYS_OF_A_MONTH / self.every.days)) if self.every and self.every.days else 1

    def _out_of_step(self) -> Wait | None:
        if self.every is None:
            return None
        if self.every.days:
            return Wait.OFTEN if self.times_a_month > 1 else None
        return Wait.RARE if self.every.months > 1 else None
