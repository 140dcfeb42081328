"""How the programs of a partner are doing: the cards of dashboard and overview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from programs.models import Program
from syncs.enums import ACTIVE_STATES, COUNT_NAMES, RunKind, RunState, RunStatus
from syncs.models import LONG_COLUMNS, Line, Run

OVER = (RunState.FINISHED, RunState.WAITING, RunState.DISCARDED, RunState.CANCELLED)

_WOULD = {
    "created": "would create",
    "updated": "would update",
    "removed": "would remove",
    "held": "would hold",
    "skipped": "would skip",
}
_GOOD = (RunStatus.NO_CHANGE, RunStatus.SUCCESS, RunStatus.WARNING)


@dataclass(frozen=True, slots=True)
class KindCard:
    """One kind of sync of a program: when it last succeeded, and what its last run came to."""

    kind: RunKind
    on: bool
    last: Run | None
    last_success: Run | None
    active: Run | None

    @property
    def name(self) -> str:
        """What it is called on the card."""
        return "Products" if self.kind is RunKind.PRODUCTS else "Customers"

    @property
    def counts(self) -> list[tuple[str, int]]:
        """The counts of the last run that are not zero."""
        return counts_of(self.last) if self.last else []


@dataclass(frozen=True, slots=True)
class ProgramCards:
    """The two cards of a program."""

    program: Program
    cards: list[KindCard]


def program_cards(programs: Sequence[Program]) -> list[ProgramCards]:
    """Cards of all these programs, with a constant number of queries."""
    ids = [program.pk for program in programs]
    runs = Run.objects.filter(program__in=ids, preview=False)
    last = _newest(runs.filter(state__in=OVER))
    good = {key: run for key, run in last.items() if run.state == RunState.FINISHED and run.status in _GOOD}
    if len(good) < len(last):  # the last one of a kind is not always one that succeeded
        good = _newest(runs.filter(state=RunState.FINISHED, status__in=_GOOD))
    active = _newest(Run.objects.filter(program__in=ids, state__in=ACTIVE_STATES))
    return [
        ProgramCards(
            program,
            [
                KindCard(kind, on, last.get(key), good.get(key), active.get(key))
                for kind, on in (
                    (RunKind.PRODUCTS, program.enabled and program.products_enabled),
                    (RunKind.BILLING, program.enabled and program.billing_enabled),
                )
                for key in [(program.pk, kind)]
            ],
        )
        for program in programs
    ]


def counts_of(run: Run) -> list[tuple[str, int]]:
    """Counts of a run in reading order, zeros left out; a preview tells what a sync would do."""
    words = _WOULD if run.preview else {}
    return [(words.get(name, name), run.counts[name]) for name in COUNT_NAMES if run.counts.get(name)]


def has_written(programs: Sequence[Program]) -> bool:
    """True once a billing sync has written a line; where no program bills, once a sync ended well."""
    if Line.objects.exists():
        return True
    finished = Run.objects.filter(state=RunState.FINISHED, preview=False).exclude(status=RunStatus.ERROR)
    return bool(programs) and not any(program.billing_enabled for program in programs) and finished.exists()


def _newest(runs: QuerySet[Run]) -> dict[tuple[int, str], Run]:
    runs = runs.defer(*LONG_COLUMNS)
    newest = runs.order_by("program_id", "kind", "-created_at", "-pk").distinct("program_id", "kind")
    return {(run.program_id, RunKind(run.kind)): run for run in newest}
