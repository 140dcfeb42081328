"""An amount on its way from the rows of a period to lines, and what the steps go by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from money.amounts import times
from money.enums import Because, Style
from money.facts import ChargeFact, MappingFact, Rules
from money.words import NOTHING, ZERO, Money

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class LineAmount:
    """What one line carries: quantity and unit prices in whole cents.

    ``source`` is what of the source's amount it stands for.
    """

    quantity: Decimal
    unit: Money
    source: Money

    @property
    def amount(self) -> Money:
        """What the line comes to."""
        return times(self.quantity, self.unit)

    @property
    def rules(self) -> Money:
        """By how much that differs from the source's amount."""
        return self.amount - self.source


NO_LINE = LineAmount(ZERO, NOTHING, NOTHING)


@dataclass(frozen=True, slots=True)
class Amounts:
    """Rows that are billed together, and what the steps so far made of them. In currency units.

    At first there are the rows; the part of their sum that no billed line stands for (``charged``); the quantity and
    unit price of their line (``unit`` exact, may be finer than a cent; quantity 0: they are no quantity x price); and
    the full periods of one unit that they charge (``units``). Each group below is what one step adds.
    """

    style: Style
    rows: tuple[ChargeFact, ...]
    charged: Money
    quantity: Decimal
    unit: Money
    units: Decimal

    price: Money = NOTHING  # strategy: the unit price that is billed, in whole cents

    placed: Money = NOTHING  # proration: what of the source's amount quantity x unit price stands for
    rest: Money = NOTHING  # what it does not stand for, in whole cents
    rest_units: Decimal | None = None  # units of the rest; None where they cannot be told
    rounding: Money = NOTHING  # what no line can say
    only_cost: Decimal = ZERO  # a difference that the customer does not see, so no line is written

    main: LineAmount = NO_LINE  # lines
    difference: LineAmount = NO_LINE


@dataclass(frozen=True, slots=True)
class Terms:
    """What the steps go by: settings of program and mapping, prices that stand, and what is billed of the period."""

    rules: Rules
    mapping: MappingFact
    standing: Money | None  # unit prices of the main line as it stands
    product: Money | None  # unit prices of the target's product, in whole cents
    billed: Money = NOTHING  # what billed lines of the difference came to, in their own prices
    settled: bool = False  # the period's recurring amount is billed: its line stands for what comes
    whole: bool = False  # all of the period is one difference: no recurring line stands for it

    def synced_or(self, source: Money, own: Money) -> Money:
        """The source's amount where a price is synced, else our own."""
        return Money(
            source.cost if self.mapping.sync_cost else own.cost,
            source.retail if self.mapping.sync_retail else own.retail,
        )


Answer = tuple[Amounts, Because | None]  # amounts, and why they are not simply the source's
Step = Callable[[Amounts, Terms], Answer]
