"""How far a run has come for good: what need not be done again when a slice breaks off."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.db.models import Count, Q

from invoices.models import SourceInvoice
from syncs.enums import LOST_STATES, ChangeState, RunState
from syncs.models import Run

_OPEN = (ChangeState.PLANNED, *LOST_STATES)


@dataclass(frozen=True, slots=True)
class Headway:
    """Counts that grow as the run goes on, but for ``lost``, which shrinks as lost answers are resolved."""

    basis: str
    invoices: int
    settled: int
    lost: int
    read: int
    verified: int

    def is_beyond(self, before: Headway) -> bool:
        """Whether anything was done since."""
        return (
            self.basis != before.basis
            or self.invoices > before.invoices
            or self.settled > before.settled
            or self.lost < before.lost
            or self.read > before.read
            or self.verified > before.verified
        )


def count_turn(run: Run, headway: Headway) -> int:
    """How many turns began where this one begins, itself included; to be kept before its work.

    A turn that ends its worker, or raises, leaves nothing else behind.
    """
    digest = hashlib.sha256(f"{run.state} {run.total} {headway}".encode()).hexdigest()[:24]
    run.turns = run.turns + 1 if run.headway == digest else 1
    run.headway = digest
    return run.turns


def headway_of(run: Run, source_id: int) -> Headway:
    """Count it; a run that still reads has no plan yet. Inside the scope."""
    if run.state == RunState.READING:
        invoices = SourceInvoice.objects.filter(source=source_id).count()
        return Headway(basis=str(run.basis), invoices=invoices, settled=0, lost=0, read=0, verified=0)
    changes = run.changes.aggregate(
        settled=Count("pk", filter=~Q(state__in=_OPEN)),
        lost=Count("pk", filter=Q(state__in=LOST_STATES)),
    )
    templates = run.templates.aggregate(read=Count("read_at"), verified=Count("verified_at"))
    return Headway(basis=str(run.basis), invoices=0, **changes, **templates)
