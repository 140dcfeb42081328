"""What planning is told: charges, mappings, templates, and what stands in the target."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from connectors.records import InvoiceTemplate
from money.enums import Chosen, HoldCode, LineState, PartRole, PartState, Prorations
from money.words import NOTHING, ZERO, Money


@dataclass(frozen=True, slots=True)
class ChargeFact:
    """One row of a source invoice. Amounts in currency units; a credit's are negative."""

    pk: int  # of our row
    invoice_id: int
    invoice_number: str
    line: int
    start: dt.datetime
    end: dt.datetime
    quantity: Decimal
    unit_cost: Decimal
    unit_retail: Decimal
    ratio: Decimal
    cost: Decimal
    retail: Decimal
    credit: bool = False

    @property
    def signed_quantity(self) -> Decimal:
        """The quantity with the sign of the amount: some refunds show a positive quantity."""
        amount = self.retail or self.cost
        if not amount:
            return self.quantity
        return abs(self.quantity) if amount > 0 else -abs(self.quantity)


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
    target_id: int | None = None
    taxable: bool = True
    expected: bool = True  # the product sync will make it, if it is not there
    superseded_ids: frozenset[int] = frozenset()  # target products it stood for before


@dataclass(frozen=True, slots=True)
class PeriodFact:
    """The charges of one subscription, motion and period, over all invoices that count."""

    subscription_id: int
    subscription: str  # the source's id
    period: str
    charges: tuple[ChargeFact, ...]
    product: ProductFact | None = None
    problem: str = ""  # why there is no product
    current: bool = False  # the subscription's latest period on the newest regular invoice
    late: bool = False  # all its rows came with the invoice of a later month


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line of ours as the ledger knows it."""

    mark: str
    line_id: int
    template_id: int
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
    target_product_id: int | None = None
    name: str = ""  # of its product, for people


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
    template_id: int
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
    template_id: int
    target_customer_id: int
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
    line_id: int | None = None
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
    newest: str  # usage month of the newest regular invoice, "2026-09"; "" if there is none
    invoiced: frozenset[int]  # subscriptions that invoices of the newest month charge
    own_lines: tuple[OwnLine, ...]  # of this customer and motion, on any template, in the order of their writing
    posted: tuple[Posted, ...]
    foreign_ids: frozenset[int]  # lines on the template that are not ours (of any mapping)
    other_templates: Mapping[int, InvoiceTemplate] = field(default_factory=dict)
    carried: frozenset[str] = frozenset()  # marks that a generated invoice carries
    uncertain: frozenset[int] = frozenset()  # subscriptions with rows that do not count (yet)
    choices: Mapping[str, Choice] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    first: bool = False  # nothing of this mapping was ever planned
    again: frozenset[tuple[int, str]] = frozenset()  # (subscription, period) to look at in any case
