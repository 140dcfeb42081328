"""The money strip: one account as a bar and as rows that add up to it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from money.words import ZERO, Money
from syncs.enums import Bucket
from syncs.proving.accounts import Balance

BILLED, READY = "billed", "ready"
LABELS = {
    BILLED: "Billed",
    READY: "Ready to be billed",
    Bucket.ROUNDING: "Rounding",
    Bucket.HELD: "Held",
    Bucket.EXCLUDED: "Excluded",
    Bucket.NOT_MAPPED: "Not mapped",
    Bucket.UNKNOWN: "Unknown",
    Bucket.FAILED: "Failed",
}
MEANINGS = {
    BILLED: "an invoice of the target carries it",
    READY: "stands on an invoice template until its next run",
    Bucket.ROUNDING: "lost or won by whole cents",
    Bucket.HELD: "waits for a person, or for the next sync",
    Bucket.EXCLUDED: "switched off, before the start, or dismissed",
    Bucket.NOT_MAPPED: "belongs to customers that nobody mapped",
    Bucket.UNKNOWN: "rows that fit no rule",
    Bucket.FAILED: "not, or not certainly, written",
}


@dataclass(frozen=True, slots=True)
class StripSegment:
    """One part. ``left`` and ``width`` are hundredths of the bar; amounts are currency units."""

    name: str
    label: str
    meaning: str
    retail: Decimal
    cost: Decimal
    left: str
    width: str


@dataclass(frozen=True, slots=True)
class Strip:
    """A drawn account: source = the segments' sum, total = source + rules."""

    segments: list[StripSegment]
    source: Money
    rules: Money
    balanced: bool

    @property
    def total(self) -> Money:
        """The source with what pricing changed."""
        return self.source + self.rules


def draw_strip(total: Balance, *, balanced: bool) -> Strip:
    """The strip of an account; ``balanced`` says whether it is exact for everybody in it."""
    return Strip(_segments(parts_of(total)), total.source, total.rules, balanced)


def parts_of(total: Balance) -> dict[str, Money]:
    """By part, in reading order: what is synced is billed, or ready to be."""
    ready = total.buckets[Bucket.SYNCED] - total.billed
    return {BILLED: total.billed, READY: ready} | {
        name: amount for name, amount in total.buckets.items() if name != Bucket.SYNCED
    }


def _segments(amounts: dict[str, Money]) -> list[StripSegment]:
    sizes = {name: abs(amount.retail) for name, amount in amounts.items()}
    whole = sum(sizes.values(), ZERO) or Decimal(1)
    segments, left = [], ZERO
    for name, amount in amounts.items():
        width = sizes[name] * 100 / whole
        segments.append(
            StripSegment(name, LABELS[name], MEANINGS[name], amount.retail, amount.cost, f"{left:.3f}", f"{width:.3f}")
        )
        left += width
    return segments
