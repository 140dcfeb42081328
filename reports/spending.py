"""What a customer is charged, month by month and motion by motion."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from django.db.models import Sum

from customers.models import Customer
from invoices.models import Charge, InvoiceState
from money.enums import Motion
from money.words import ZERO
from programs.models import Program
from syncs.proving.months import months_until

WIDTH, HEIGHT, GAP = 40, 100, 6  # of a month's place in the drawing, in its own units
UNKNOWN = "unknown"  # charges that fit no motion

Amounts = tuple[Decimal, Decimal]  # cost and retail


@dataclass(frozen=True, slots=True)
class Block:
    """The retail of one motion in a month, and where it stands in the drawing."""

    motion: str
    retail: Decimal
    top: int
    height: int


@dataclass(frozen=True, slots=True)
class MonthOfCharges:
    """Charges of one usage month; ``blocks`` in the order of ``Charges.motions``."""

    month: dt.date
    cost: Decimal
    retail: Decimal
    blocks: list[Block]
    left: int

    @property
    def margin(self) -> Decimal:
        """What is left between retail and cost."""
        return self.retail - self.cost


@dataclass(frozen=True, slots=True)
class Charges:
    """Thirteen months, the oldest first, with a drawing in which credits stand below ``zero``."""

    months: list[MonthOfCharges]
    motions: list[tuple[str, str, Decimal]]  # value, name and retail of all months, of those that occur
    zero: int
    width: int
    height: int = HEIGHT
    bar_width: int = WIDTH - GAP

    @property
    def retail(self) -> Decimal:
        """Of all months."""
        return sum((each.retail for each in self.months), ZERO)

    @property
    def cost(self) -> Decimal:
        """Of all months."""
        return sum((each.cost for each in self.months), ZERO)

    @property
    def margin(self) -> Decimal:
        """Of all months."""
        return self.retail - self.cost


def monthly_charges(program: Program, customer: Customer, today: dt.date) -> Charges | None:
    """The customer's charges of 13 months, up to this month or the newest charged one; None without any.

    One query. Months without charges are there, with nothing in them.
    """
    sums = _sums(program, customer)
    if not sums:
        return None
    months = months_until(max(today, *sums))
    kept = [sums.get(month, {}) for month in months]
    motions = _motions_in(kept)
    highest, lowest = _extremes(kept)
    scale = Decimal(HEIGHT) / ((highest - lowest) or Decimal(1))
    zero = round(highest * scale)
    order = [name for name, _, _ in motions]
    drawn = []
    for place, (month, amounts) in enumerate(zip(months, kept, strict=True)):
        cost = sum((cost for cost, _ in amounts.values()), ZERO)
        retail = sum((retail for _, retail in amounts.values()), ZERO)
        blocks = _stack(amounts, order, zero, scale)
        drawn.append(MonthOfCharges(month, cost, retail, blocks, place * WIDTH + GAP // 2))
    return Charges(drawn, motions, zero, len(months) * WIDTH)


def _sums(program: Program, customer: Customer) -> dict[dt.date, dict[str, Amounts]]:
    """Cost and retail by month and motion."""
    charges = Charge.objects.filter(
        customer=customer, invoice__state=InvoiceState.COUNTED, invoice__program_slug=program.slug
    )
    rows = charges.order_by().values_list("invoice__month", "motion").annotate(Sum("cost"), Sum("retail"))
    found: dict[dt.date, dict[str, Amounts]] = defaultdict(dict)
    for month, motion, cost, retail in rows:
        found[month][motion or UNKNOWN] = (cost, retail)
    return found


def _motions_in(months: list[dict[str, Amounts]]) -> list[tuple[str, str, Decimal]]:
    """Value, name and retail of all these months, of the motions that occur in them."""
    names = [*((motion.value, str(motion.label)) for motion in Motion), (UNKNOWN, "Unknown")]
    totals: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for motion, (_, retail) in chain.from_iterable(month.items() for month in months):
        totals[motion] += retail
    return [(name, label, totals[name]) for name, label in names if name in totals]


def _extremes(months: list[dict[str, Amounts]]) -> Amounts:
    """How far the tallest month reaches up, and the deepest one down; at least to zero."""
    retails = [[retail for _, retail in month.values()] for month in months]
    up = max((sum((each for each in month if each > 0), ZERO) for month in retails), default=ZERO)
    down = min((sum((each for each in month if each < 0), ZERO) for month in retails), default=ZERO)
    return up, down


def _stack(sums: Mapping[str, Amounts], order: list[str], zero: int, scale: Decimal) -> list[Block]:
    """The motions of one month on each other, credits below the line."""
    blocks = []
    above = below = zero
    for motion in order:
        _, retail = sums.get(motion, (ZERO, ZERO))
        height = max(1, round(abs(retail) * scale)) if retail else 0
        if retail >= 0:
            above -= height
            blocks.append(Block(motion, retail, above, height))
        else:
            blocks.append(Block(motion, retail, below, height))
            below += height
    return blocks
