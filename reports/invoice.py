"""One invoice of a source: the money strip that says what became of it, and whether anything was made of it yet."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from invoices.models import SourceInvoice
from money.words import ZERO
from syncs.enums import RunKind, RunState
from syncs.models import Posting, Run
from syncs.proving.accounts import BUCKETS, Balance
from syncs.proving.reconciliation import InvoiceBalance

LABELS = {
    "synced": "Synced",
    "rounding": "Rounding",
    "held": "Held",
    "excluded": "Excluded",
    "not_mapped": "Not mapped",
    "unknown": "Unknown",
    "failed": "Failed",
}
MEANINGS = {
    "synced": "stands on an invoice template, or was billed from it",
    "rounding": "lost or won by whole cents",
    "held": "waits for a person",
    "excluded": "switched off, before the start, or dismissed",
    "not_mapped": "belongs to customers that nobody mapped",
    "unknown": "rows that fit no rule",
    "failed": "not, or not certainly, written",
}


@dataclass(frozen=True, slots=True)
class StripSegment:
    """One bucket. ``left`` and ``width`` are hundredths of the bar; amounts are currency units."""

    name: str
    label: str
    meaning: str
    retail: Decimal
    cost: Decimal
    left: str
    width: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A drawn account: source = the segments' sum, billed = source + rules."""

    segments: list[StripSegment]
    source_retail: Decimal
    source_cost: Decimal
    rules_retail: Decimal
    rules_cost: Decimal
    balanced: bool

    @property
    def billed_retail(self) -> Decimal:
        """What the customers are billed in the end."""
        return self.source_retail + self.rules_retail

    @property
    def billed_cost(self) -> Decimal:
        """The cost side of it."""
        return self.source_cost + self.rules_cost


def draw_strip(account: InvoiceBalance) -> Strip:
    """The strip of an invoice's account."""
    total = account.total
    return Strip(
        segments=_segments(total),
        source_retail=total.source.retail,
        source_cost=total.source.cost,
        rules_retail=total.rules.retail,
        rules_cost=total.rules.cost,
        balanced=account.balanced,
    )


def was_planned(invoice: SourceInvoice) -> bool:
    """True when a sync may have planned the invoice's subscriptions since it counts.

    What the invoices that it overlaps charged was planned before, and says nothing.
    """
    since = invoice.overlap_decided_at
    runs = Run.objects.filter(program__source=invoice.source_id, program__slug=invoice.program_slug, preview=False)
    later = runs.filter(kind=RunKind.BILLING).exclude(state=RunState.QUEUED)
    if since is not None and not later.filter(Q(finished_at=None) | Q(finished_at__gt=since)).exists():
        return False
    periods = invoice.charges.exclude(subscription=None).values("subscription_id", "period").distinct()
    subscriptions = {row["subscription_id"] for row in periods}
    postings = Posting.objects.filter(program__source=invoice.source_id, program__slug=invoice.program_slug)
    planned = postings.filter(subscription__in=subscriptions, period__in={row["period"] for row in periods})
    return planned.exists()


def _segments(total: Balance) -> list[StripSegment]:
    sizes = {name: abs(total.buckets[name].retail) for name in BUCKETS}
    whole = sum(sizes.values(), ZERO) or Decimal(1)
    segments, left = [], ZERO
    for name in BUCKETS:
        width = sizes[name] * 100 / whole
        amount = total.buckets[name]
        segments.append(
            StripSegment(name, LABELS[name], MEANINGS[name], amount.retail, amount.cost, f"{left:.3f}", f"{width:.3f}")
        )
        left += width
    return segments
