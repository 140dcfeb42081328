"""What a plan would do, in a bookkeeper's words: shown, compared and accepted. It knows nothing of the product."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

BUCKETS = ("synced or planned", "rounding", "held", "excluded", "not mapped", "unknown", "failed")


@dataclass(frozen=True, slots=True)
class Side:
    """Cost (the partner pays) and retail (the customer pays), in currency units."""

    retail: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)

    def __add__(self, other: Side) -> Side:
        return Side(self.retail + other.retail, self.cost + other.cost)


@dataclass(frozen=True, slots=True)
class LineTold:
    """A line as it stands or shall stand; prices per unit."""

    name: str
    description: str  # without the mark
    quantity: Decimal
    retail: Decimal
    cost: Decimal
    one_time: bool
    taxable: bool
    product: str | None
    position: int | None


@dataclass(frozen=True, slots=True)
class ChangeTold:
    """One row of the plan: *add*, *change*, *remove*, *keep*, or *hold* of what would be done."""

    what: str
    template: str
    customer: str
    subscription: str
    before: LineTold | None
    after: LineTold | None
    reason: str
    hold: str = ""  # code of the reason for which it waits


@dataclass(frozen=True, slots=True)
class Bill:
    """What a template's next run bills of our lines once the plan is carried out; retail apart by kind of line."""

    customer: str
    template: str
    recurring: Decimal
    one_time: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Account:
    """Where the money of one customer and motion is once the plan is carried out."""

    customer: str
    motion: str
    source: Side
    rules: Side
    buckets: dict[str, Side]

    @property
    def balanced(self) -> bool:
        """Whether the buckets add up to what the source charges, exactly."""
        return sum(self.buckets.values(), Side()) == self.source


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a plan comes to. ``left_out``: rows and invoices that it could not or must not use."""

    waits: str  # why a person must look first, "" when it is written at once
    templates: dict[str, str]  # number -> how it is called, how often and when it runs
    changes: list[ChangeTold]  # in the order of writing
    bills: list[Bill]
    accounts: list[Account]
    left_out: list[str]
    notes: list[str]
