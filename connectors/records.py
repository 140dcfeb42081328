"""Vendor-neutral records: what a source says and what a target holds.

Money is ``Decimal`` in whole currency units unless a name ends in ``_cents``; dates are aware.
Every list of texts a vendor owns (statuses, cycles, terms) is open: unknown values are kept as
written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Cadence(StrEnum):
    """How often something is charged, as far as the source's words tell."""

    MONTHLY = "monthly"
    ANNUAL = "annual"  # longer than a month, paid at once: a quarter, a year, three years
    USAGE = "usage"
    ONE_TIME = "one_time"  # bought once; only of invoice rows
    UNREADABLE = "unreadable"  # words that nobody can read; only of invoice rows
    UNKNOWN = ""


# --- Source ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SourceSubscription:
    """A customer's instance of a product, as the source knows it now."""

    subscription_id: str
    tenant_id: str  # "" where the source does not say
    product_ref: str  # joins to SourceProduct.product_id or .sku, without case
    status: str = ""
    quantity: Decimal | None = None
    term: str = ""  # as the source writes it
    billing_cycle: str = ""  # as the source writes it
    cadence: Cadence = Cadence.UNKNOWN


@dataclass(frozen=True, slots=True)
class SourceTenant:
    """One Microsoft tenant of an end customer: our *customer*."""

    tenant_id: str
    name: str
    domain: str = ""
    email: str = ""
    company_id: str = ""  # the source's company that owns the tenant
    active: bool = True
    subscriptions: tuple[SourceSubscription, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceProduct:
    """One row of the price list. Prices are per unit, in the currency of the connection."""

    product_id: str
    sku: str
    name: str
    term: str  # as the source writes it, "" where absent
    billing_cycle: str  # as the source writes it, "" where absent
    cadence: Cadence
    unit_cost: Decimal
    unit_retail: Decimal
    description: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceHeader:
    """One distributor invoice as listed, before its rows are read."""

    invoice_id: str
    number: str  # the id where the source gives no number
    program_name: str
    year: int  # month of the usage
    month: int
    final: bool = True  # False only when a status says so
    currency: str = ""  # ISO code, "" where the source names none
    retail_total: Decimal | None = None
    cost_total: Decimal | None = None
    raw: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowAmounts:
    """What one raw invoice row charges: cost (partner pays) and retail (customer pays)."""

    cost: Decimal
    retail: Decimal


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One row of a distributor invoice.

    ``cost`` and ``retail`` are the row's amounts as the source states them (the truth);
    ``quantity`` x unit price x ``ratio`` only explains them.
    """

    line: int  # in the file, the header being line 1
    subscription_id: str
    product_name: str
    start: dt.datetime
    end: dt.datetime
    quantity: Decimal
    unit_cost: Decimal
    unit_retail: Decimal
    ratio: Decimal
    cost: Decimal
    retail: Decimal
    recurring: bool  # charged for its whole cycle, as the source says; False: for a part of one
    raw: Mapping[str, str]
    domain: str = ""
    customer_name: str = ""
    description: str = ""
    term: str = ""
    billing_cycle: str = ""
    cadence: Cadence = Cadence.UNKNOWN  # from the row's own columns only
    term_months: int = 0  # length of its term, 0 where it does not say so readably
    currency: str = ""
    problem: str = ""  # why it cannot be billed as it stands although it could be read, for people


@dataclass(frozen=True, slots=True)
class UsageSummary:
    """Azure usage of one subscription between two instants; ``cost`` in ``currency``."""

    subscription_id: str
    currency: str
    cost: Decimal


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """One rated Azure usage record."""

    subscription_id: str
    date: dt.datetime
    meter: str
    quantity: Decimal
    currency: str
    cost: Decimal
    retail: Decimal


# --- Target ---------------------------------------------------------------------------------------
# Ids are text in every record: one vendor has numbers, negative ones too, the next has UUIDs.


def id_order(vendor_id: str) -> tuple[int, int, str]:
    """Sort key of a vendor's ids: none comes first, numbers go by their size, all others by their letters."""
    if not vendor_id:
        return (0, 0, "")
    if vendor_id.removeprefix("-").isdecimal():
        return (1, int(vendor_id), vendor_id)
    return (2, 0, vendor_id)


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer in the PSA."""

    customer_id: str
    name: str
    email: str = ""
    phone: str = ""
    address: str = ""
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """A product in the PSA. Prices in currency units; ``code`` holds our product key."""

    product_id: str
    name: str
    description: str
    code: str
    cost: Decimal
    retail: Decimal
    taxable: bool
    disabled: bool
    maintain_stock: bool
    serialized: bool


@dataclass(frozen=True, slots=True)
class NewProduct:
    """A product to create in the PSA. Prices in currency units, whole cents."""

    name: str
    description: str
    code: str
    cost: Decimal
    retail: Decimal
    taxable: bool


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A line of an invoice template as it stands in the PSA. Money in whole cents."""

    line_id: str
    template_id: str
    product_id: str | None
    name: str
    description: str
    quantity: Decimal
    retail_cents: int
    cost_cents: int
    taxable: bool
    one_time: bool
    position: int | None = None
    counted_by_target: bool = False  # the PSA counts the quantity itself: never written


@dataclass(frozen=True, slots=True)
class LineValues:
    """All values of a line to write: always the full line. Money in whole cents."""

    product_id: str | None
    name: str
    description: str
    quantity: Decimal  # at most two decimals
    retail_cents: int
    cost_cents: int
    taxable: bool
    one_time: bool
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """How often a template runs: every so many months, or every so many days."""

    months: int = 0
    days: int = 0


MONTHLY = Interval(months=1)


@dataclass(frozen=True, slots=True)
class InvoiceTemplate:
    """An invoice template (Syncro's API: schedule)."""

    template_id: str
    customer_id: str
    name: str
    frequency: str  # in the target's words, for people
    next_run: dt.date | None
    paused: bool
    lines: tuple[TemplateLine, ...] = ()
    every: Interval | None = field(default=None, compare=False)  # what the frequency means; None: nobody can tell


@dataclass(frozen=True, slots=True)
class TargetInvoiceLine:
    """One line of an invoice that the PSA generated. ``price``, ``cost`` in currency units."""

    product_id: str | None
    texts: tuple[str, ...]  # every text of the line: which one holds what differs
    quantity: Decimal
    price: Decimal
    cost: Decimal


@dataclass(frozen=True, slots=True)
class TargetInvoice:
    """An invoice that the PSA generated; ``lines`` is None where only the header was read.

    By ``id_order`` an invoice comes before those that are generated after it: one invoice proves one run. A
    connector whose vendor has ids without an order puts the date before them.
    """

    invoice_id: str
    customer_id: str
    number: str
    date: dt.date | None
    lines: tuple[TargetInvoiceLine, ...] | None = None


@dataclass(frozen=True, slots=True)
class PermissionResult:
    """What a connection test found for one permission, in the vendor's own words."""

    name: str
    state: str  # "granted", "missing", "proven at the first write"


@dataclass(frozen=True, slots=True)
class AccountLocale:
    """What a target says of its account; an empty text is one it does not tell."""

    currency_symbol: str
    time_zone: str
    currency: str = ""  # ISO code


@dataclass(frozen=True, slots=True)
class ConnectionReport:
    """Result of a connection test. ``warnings`` are for the person who connects."""

    account: str
    permissions: tuple[PermissionResult, ...] = ()
    currency_symbol: str = ""
    time_zone: str = ""
    warnings: tuple[str, ...] = ()
    currency: str = ""  # ISO code, where a target says one

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the permissions that the credentials lack."""
        return tuple(p.name for p in self.permissions if p.state == "missing")
