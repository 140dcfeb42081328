"""What the distributor says: invoices with rows, subscriptions with their customers, and prices."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal

CUSTOMER, PRODUCT = "Northwind", "Business Premium"
ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an invoice. Prices and amounts in currency units; a blank text is not told."""

    subscription: str
    start: dt.datetime
    end: dt.datetime
    seats: Decimal
    cost: Decimal  # of one unit
    retail: Decimal
    ratio: Decimal = ONE
    cost_amount: Decimal = Decimal(0)
    retail_amount: Decimal = Decimal(0)
    customer: str = ""
    offer: str = ""  # what the row calls the product
    cycle: str = ""
    term: str = ""
    text: str = ""

    @classmethod
    def priced(cls, *, cost_amount: Decimal | None = None, retail_amount: Decimal | None = None, **told: object) -> Row:
        """A row whose amounts are seats x price x ratio where they are not told."""
        row = cls(**told)
        share = row.seats * row.ratio
        return replace(
            row,
            cost_amount=share * row.cost if cost_amount is None else cost_amount,
            retail_amount=share * row.retail if retail_amount is None else retail_amount,
        )


@dataclass(slots=True, eq=False)
class Invoice:
    """One invoice; ``month`` is that of the usage, ``2026-10``.

    ``state``: counted, held, replaced, or reversed, which both are, the one that takes back and the one it takes back.
    """

    number: str
    month: str
    rows: list[Row]
    state: str = "counted"
    place: int = 0  # among all invoices, from 1
    takes_back: bool = False
    credit_name: str = ""  # by which its credits are known: the number, or more where an earlier one bears that too


@dataclass(frozen=True, slots=True)
class Subscription:
    """What the source's tenants say of a subscription; ``cycle`` in the source's words, or ``usage``.

    ``seen`` is the last day on which they were read, where a test says it, and ``since`` the first one with this
    customer; ``before`` are the customers whose it was, each with two such days.
    """

    name: str
    customer: str = CUSTOMER
    product: str = PRODUCT
    cycle: str = "Monthly"
    since: dt.date | None = None
    seen: dt.date | None = None
    before: tuple[tuple[str, dt.date, dt.date], ...] = ()

    def read_on(self, day: dt.date, customer: str) -> Subscription:
        """As the tenants that are read on a day say of whose it is."""
        if self.since is None or self.seen is None:
            return replace(self, customer=customer, since=day, seen=day)
        if customer == self.customer:
            return replace(self, seen=day)
        before = (*self.before, (self.customer, self.since, self.seen))
        return replace(self, customer=customer, since=day, seen=day, before=before)

    def stays(self) -> list[tuple[str, dt.date, dt.date | None]]:
        """Whose it was and is, where it moved."""
        return [*self.before, (self.customer, self.since, None)] if self.before and self.since else []


USUAL_TARGET = "900"


@dataclass(frozen=True, slots=True)
class Product:
    """A product and what stands for it in the target. Prices in currency units.

    ``target`` is None where there is none (yet), ``earlier`` the ids that it had before. ``problem`` says why
    it cannot be told which product it is.
    """

    name: str
    number: int
    cost: Decimal = Decimal("10.00")
    retail: Decimal = Decimal("12.00")
    target: str | None = USUAL_TARGET
    taxed: bool = False
    earlier: frozenset[str] = frozenset()
    problem: str = ""


@dataclass(slots=True)
class Source:
    """Everything that the distributor said so far."""

    invoices: list[Invoice] = field(default_factory=list)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    unlisted: set[str] = field(default_factory=set)  # of which the source says nothing
    products: dict[str, Product] = field(default_factory=dict)

    def subscription(self, name: str) -> Subscription | None:
        """What is known of it: what was told, else a monthly one of the usual customer and product."""
        if name in self.unlisted:
            return None
        return self.subscriptions.setdefault(name, Subscription(name))

    def product(self, name: str) -> Product:
        """What is known of it; a product that nobody described has the usual prices."""
        number = len(self.products)
        return self.products.setdefault(name, Product(name, number + 7, target=str(900 + number)))

    def invoice(self, number: str) -> Invoice | None:
        """The invoice of that number."""
        return next((invoice for invoice in self.invoices if invoice.number == number), None)
