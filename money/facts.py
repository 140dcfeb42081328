"""What planning is told: charges, mappings, templates, and what stands in the target."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.records import InvoiceTemplate, TemplateLine
from money.days import Days, is_whole
from money.enums import Chosen, HoldCode, LineState, PartRole, PartState, Prorations
from money.words import CENT, NOTHING, ZERO, Money, same_name, to_cents


@dataclass(frozen=True, slots=True)
class ChargeFact:
    """One row of a source invoice. Amounts in currency units; those of a row that takes back are negative.

    ``unit_cost`` and ``unit_retail`` are what the amount comes to per unit, whatever the row says of its price.
    """

    pk: int  # of our row
    invoice_id: int
    invoice_number: str
    line: int
    start: dt.datetime
    end: dt.datetime
    days: Days  # of the row, in the source's offset
    quantity: Decimal
    unit_cost: Decimal
    unit_retail: Decimal
    ratio: Decimal
    cost: Decimal
    retail: Decimal
    month: str = ""  # usage month of its invoice, "2026-09"
    period: str = ""  # that it counts in, where that is no credit's
    credit: str = ""  # of a row that waits in a credit: by which the credit is known
    one_time: bool = False  # bought once, or metered by single days: never part of a recurring line

    @property
    def natural_period(self) -> str:
        """The month in which it or its cycle starts, whatever period its credit counts in."""
        return self.period or f"{self.days.first:%Y-%m}"

    @property
    def negative(self) -> bool:
        """Whether the row takes back, by its retail amount, else by its cost; its other signs say nothing."""
        return (self.retail or self.cost) < ZERO

    @property
    def of_nothing(self) -> bool:
        """Whether it is a row of 0.00 (a trial, a conversion), of which nobody knows the sign."""
        return not self.retail and not self.cost

    @property
    def positive(self) -> bool:
        """Whether the row charges something."""
        return (self.retail or self.cost) > ZERO

    @property
    def signed_quantity(self) -> Decimal:
        """The quantity with the sign of the amount: some refunds show a positive quantity."""
        if self.of_nothing:
            return self.quantity
        return -abs(self.quantity) if self.negative else abs(self.quantity)

    @property
    def unit(self) -> Money:
        """Unit prices without their sign, which a refund may show either way."""
        return Money(abs(self.unit_cost), abs(self.unit_retail))

    @property
    def whole_ratio(self) -> bool:
        """Whether the ratio is 1, but for rounding: the row charges all of its days."""
        return is_whole(self.ratio)

    @property
    def whole_cycle(self) -> bool:
        """Whether its days are whole months, from whatever day; with ``whole_ratio`` it charges all of a cycle."""
        return self.days.months > 0

    def takes_back(self, other: ChargeFact) -> bool:
        """Whether it takes back what the other charged per unit, in cost or in retail, to the cent.

        What takes back no unit price of a charge (a rebate, a reservation given back) gives no seats back.
        """
        sides = ((self.unit.cost, other.unit.cost), (self.unit.retail, other.unit.retail))
        return self.negative and other.positive and any(own and abs(own - theirs) <= CENT for own, theirs in sides)


@dataclass(frozen=True, slots=True)
class ProductFact:
    """The product of a subscription, and what stands for it in the target.

    ``target_id`` is None where the target has none (yet). ``cost`` and ``retail`` are the target
    product's prices (ours where it does not exist yet), in currency units.
    """

    product_id: int
    key: str
    name: str
    cost: Decimal
    retail: Decimal
    target_id: str | None = None
    taxable: bool = True
    superseded_ids: frozenset[str] = frozenset()  # target products it stood for before
    same_ids: frozenset[str] = frozenset()  # target products that nobody linked, of its key or its name

    def is_on(self, line: TemplateLine) -> bool:
        """Whether a line that is not ours bills this product, by its product there, else by its name."""
        by_product = line.product_id is not None and line.product_id in {self.target_id, *self.same_ids}
        return by_product or same_name(self.name, line.name)

    def mends(self, line: TemplateLine) -> bool:
        """Whether a line of ours lacks the product that stands for it now, or names one that is gone."""
        lacks = line.product_id is None or line.product_id in self.superseded_ids
        return self.target_id is not None and lacks

    def has_repriced(self, line: TemplateLine, own: OwnLine, *, retail: bool, cost: bool) -> bool:
        """Whether the target carried this product's prices into a line of ours, so that nobody typed them there.

        ``retail`` and ``cost`` say which of its prices are ours.
        """
        sides = (
            (retail, line.retail_cents, own.retail_cents, self.retail),
            (cost, line.cost_cents, own.cost_cents, self.cost),
        )
        moved = [(now, product) for ours, now, written, product in sides if ours and now != written]
        same = line.product_id is not None and line.product_id == self.target_id
        return same and bool(moved) and all(now == to_cents(product) for now, product in moved)


@dataclass(frozen=True, slots=True)
class PeriodFact:
    """The charges of one subscription, motion and period, over all invoices that count."""

    subscription_id: int
    subscription: str  # the source's id
    period: str
    charges: tuple[ChargeFact, ...]
    product: ProductFact | None = None
    problem: str = ""  # why there is no product
    current: bool = False  # the newest one that the customer's subscription was charged
    history: tuple[ChargeFact, ...] = ()  # of the current one: all that is known of the subscription, its own rows too
    beside: bool = False  # its rows came no earlier than the current one's: no run was due between them
    gone: bool = False  # the newest regular month charges the customer's subscription nothing more
    reversed_by: str = ""  # number of the invoice that took an earlier one of this period back exactly
    since: str = ""  # rows of invoices before this month are left out: "2026-09" where the mapping began later

    @property
    def rows(self) -> tuple[ChargeFact, ...]:
        """The rows that tell what the subscription stands at."""
        return self.history or self.charges


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line of ours as the ledger knows it."""

    mark: str
    line_id: str
    template_id: str
    role: PartRole
    motion: str
    customer_id: int
    subscription_id: int
    subscription: str
    period: str
    quantity: Decimal
    retail_cents: int
    cost_cents: int
    state: LineState
    next_run: dt.date | None
    target_product_id: str | None = None
    name: str = ""  # of its product, for people


@dataclass(frozen=True, slots=True)
class RunAhead:
    """A run that billed a recurring line once more, before the invoice of the month that it was for had come.

    ``written_quantity`` and ``written_price`` are those of our line before somebody edited it. Prices are per unit, in
    currency units.
    """

    mark: str  # of the line
    invoice_id: str  # the target's
    quantity: Decimal
    price: Decimal
    written_quantity: Decimal
    written_price: Decimal


@dataclass(frozen=True, slots=True)
class PostingPart:
    """A part of what a period comes to: on a line, or held, failed or left out. Amounts in currency units.

    ``rules``: by how much the amount differs from the source's. A part stays ``planned`` until its change is done.
    """

    role: PartRole
    mark: str
    state: PartState
    cost: Decimal
    retail: Decimal
    rules_cost: Decimal = ZERO
    rules_retail: Decimal = ZERO
    reason: str = ""

    @property
    def amount(self) -> Money:
        """What is billed."""
        return Money(self.cost, self.retail)

    @property
    def source(self) -> Money:
        """What of the source's amount it stands for."""
        return Money(self.cost - self.rules_cost, self.retail - self.rules_retail)


def source_of(parts: Iterable[PostingPart]) -> Money:
    """What of the source's amount these parts stand for."""
    return sum((part.source for part in parts), NOTHING)


@dataclass(frozen=True, slots=True)
class Posted:
    """What a period of a subscription came to, as the ledger knows it."""

    subscription_id: int
    period: str
    fingerprint: str
    template_id: str
    next_run: dt.date | None
    unit_cost: Decimal
    unit_retail: Decimal
    parts: tuple[PostingPart, ...]
    rounding_cost: Decimal = ZERO
    rounding_retail: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class MappingFact:
    """Customer x motion -> template, with the pricing strategy."""

    mapping_id: int
    customer_id: int
    customer: str  # name
    motion: str
    template_id: str
    target_customer_id: str
    sync_cost: bool = True
    sync_retail: bool = True
    trouble: str = ""  # why nothing may be written for it, with the cure
    trouble_code: HoldCode | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The program's settings that planning follows. ``tolerance`` in currency units per line."""

    prorations: Prorations = Prorations.LINE
    apply_credits: bool = False
    tolerance: Decimal = Decimal("0.05")
    negative_lines: bool = True  # False once the target refused one
    target: str = "the target"  # what people call it


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person decided about a held item; ``line_id`` names the line that *adopt* takes.

    ``retail`` and ``cost`` are what was at stake then, in currency units, None where that is not known.
    """

    choice: Chosen
    line_id: str | None = None
    retail: Decimal | None = None
    cost: Decimal | None = None

    def dismisses(self, *, retail: Decimal, cost: Decimal) -> bool:
        """True for *dismiss* of just this money: what arrives later waits for a person again."""
        if self.choice != Chosen.DISMISS:
            return False
        return self.retail in (None, retail) and self.cost in (None, cost)


def chosen(choices: Mapping[str, Choice], subject: str) -> Chosen | None:
    """What a person chose about this subject, None where nobody did."""
    choice = choices.get(subject)
    return choice.choice if choice else None


@dataclass(frozen=True, slots=True)
class MappingFacts:
    """Everything that the plan of one mapping depends on."""

    mapping: MappingFact
    template: InvoiceTemplate | None  # None: it is gone
    periods: tuple[PeriodFact, ...]
    newest: str  # the newest regular month, "2026-09"; "" if there is none
    own_lines: tuple[OwnLine, ...]  # of this customer and motion, on any template, in the order of their writing
    posted: tuple[Posted, ...]
    foreign_ids: frozenset[str]  # lines on the template that are not ours (of any mapping)
    other_templates: Mapping[str, InvoiceTemplate] = field(default_factory=dict)
    carried: frozenset[str] = frozenset()  # marks that a generated invoice carries
    billed_before: Mapping[str, Money] = field(default_factory=dict)  # of those, as we had written them before
    ahead: tuple[RunAhead, ...] = ()  # runs that no month is known for yet
    gone: frozenset[int] = frozenset()  # subscriptions that the newest regular month charges the customer no more
    elsewhere: frozenset[int] = frozenset()  # of those, the ones that go on at another customer or under a new id
    uncertain: frozenset[int] = frozenset()  # subscriptions with rows that do not count (yet)
    choices: Mapping[str, Choice] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    first: bool = False  # nothing of this mapping was ever planned
    again: frozenset[tuple[int, str]] = frozenset()  # (subscription, period) to look at in any case
