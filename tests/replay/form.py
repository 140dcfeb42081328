"""The plain form of a record: a customer's month as the world outside has it, just before a sync plans.

It knows nothing of the product. Words are those of the configuration file, of the vendors and of a
bookkeeper; nothing is kept that the product derives. A record is written once and never changed to suit
the product: what reads it is changed instead. So a default is never changed either, for records leave out
what equals it; a new column comes with the default that says what was before.
"""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

Motion = Literal["seat_monthly", "azure_plan", "seat_annual"]
Cadence = Literal["", "monthly", "annual", "usage"]
What = Literal["recurring", "adjustment", "usage", "annual charge", "credit", "not billed before"]
# Text, as the product has it; older records wrote numbers.
TargetId = Annotated[str, BeforeValidator(lambda told: str(told) if isinstance(told, int) else told)]
Days = tuple[dt.date, dt.date]  # first and last; of a monthly amount those of its month

_LONGEST, _SHORT = 160, 60  # characters of a part of a record that stands in one line, and of a list inside it


class Form(BaseModel):
    """A part of a record; what the form does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


# --- What the partner set -------------------------------------------------------------------------


class Billing(Form):
    """``programs: billing:`` of the configuration file."""

    motions: tuple[Motion, ...] = ("seat_monthly", "azure_plan", "seat_annual")
    approval: Literal["automatic", "first", "required"] = "automatic"
    prorations: Literal["line", "quantity", "warn"] = "line"
    credits: Literal["hold", "apply"] = "hold"
    rounding_tolerance: Decimal = Decimal("0.05")  # currency units per line


class ProductSync(Form):
    """``programs: products:`` of the configuration file."""

    enabled: bool = True
    sync_azure: bool = True
    sync_annual: bool = True
    new_taxable: bool = True


class Program(Form):
    """The program as the partner has it."""

    source: str = "prism"
    target: str = "syncro"
    currency: str = "USD"  # of the source's amounts
    time_zone: str = "Europe/Oslo"
    billing: Billing = Billing()
    products: ProductSync = ProductSync()


class Mapping(Form):
    """``mappings:`` of the configuration file; ``customer`` is the tenant's id.

    ``start`` is the first month that it bills, None where no sync has seen it yet.
    """

    customer: str
    motion: Motion
    syncro_customer: TargetId
    invoice_template: TargetId
    pricing: Literal["cost_and_retail", "cost_only", "quantity_only"] = "cost_and_retail"
    sync: bool = True
    start: str | None = None  # "2026-09"


# --- What the source says -------------------------------------------------------------------------


class Subscription(Form):
    """As the source's tenants show it now.

    ``listed`` is false where only an earlier read, or a question by id, told of it.
    """

    id: str
    product: str = ""
    status: str = ""
    quantity: Decimal | None = None
    term: str = ""
    billing_cycle: str = ""
    cadence: Cadence = ""
    listed: bool = True


class Tenant(Form):
    """One Microsoft tenant."""

    id: str
    name: str
    domain: str = ""
    active: bool = True
    subscriptions: tuple[Subscription, ...] = ()


class Product(Form):
    """A row of the price list, or one that left it or was only ever invoiced (``listed`` false).

    ``target_product``: what the product sync made or took over for it. ``kept_off``: a person said that it
    is not to be synced. Prices per unit.
    """

    id: str
    sku: str
    name: str
    term: str = ""
    billing_cycle: str = ""
    cadence: Cadence = ""
    cost: Decimal
    retail: Decimal
    listed: bool = True
    target_product: TargetId | None = None
    kept_off: bool = False


class Invoice(Form):
    """A distributor's invoice with its raw rows: by line of the file, the texts of ``columns``.

    ``state``: *new* came with this sync and nobody has looked at it; the others are as people left them: *counted*,
    *held*, *replaced* by a later one, *past* (listed before billing was switched on; without rows it was never read).
    ``answer`` is what a person said of one that repeats others.
    """

    id: str
    number: str
    month: str  # "2026-09"
    state: Literal["new", "counted", "held", "replaced", "past"] = "counted"
    answer: Literal["", "adds", "replaces"] = ""
    columns: tuple[str, ...] = ()
    rows: dict[int, tuple[str, ...]] = {}

    def raw_rows(self) -> dict[int, dict[str, str]]:
        """Each row as the source's connector gives it, by its line of the file."""
        return {line: dict(zip(self.columns, row, strict=True)) for line, row in self.rows.items()}


class Source(Form):
    """Invoices in the order of their import."""

    tenants: tuple[Tenant, ...]
    products: tuple[Product, ...]
    invoices: tuple[Invoice, ...]


# --- What the target holds ------------------------------------------------------------------------


class TargetCustomer(Form):
    """A customer of the PSA."""

    id: TargetId
    name: str
    gone: bool = False


class TargetProduct(Form):
    """A product of the PSA."""

    id: TargetId
    name: str
    code: str = ""
    cost: Decimal = Decimal(0)
    retail: Decimal = Decimal(0)
    taxable: bool = True
    gone: bool = False


class TemplateLine(Form):
    """A line of an invoice template, whoever wrote it. Prices per unit."""

    id: TargetId
    product: TargetId | None = None
    name: str
    description: str = ""
    quantity: Decimal
    retail: Decimal
    cost: Decimal
    taxable: bool = True
    one_time: bool = False
    position: int | None = None
    counted_by_target: bool = False


class Template(Form):
    """An invoice template ("recurring invoice")."""

    id: TargetId
    customer: TargetId
    name: str
    frequency: str = "Monthly"
    next_run: dt.date | None = None
    paused: bool = False
    lines: tuple[TemplateLine, ...] = ()


class GeneratedLine(Form):
    """A line of a generated invoice, with every text that it shows."""

    product: TargetId | None = None
    texts: tuple[str, ...]
    quantity: Decimal
    price: Decimal
    cost: Decimal


class GeneratedInvoice(Form):
    """What the PSA made of a template when it ran."""

    id: TargetId
    number: str
    customer: TargetId
    date: dt.date | None
    lines: tuple[GeneratedLine, ...]


class Target(Form):
    """The PSA. ``refuses_negative_amounts``: it has refused one."""

    currency_symbol: str = "$"
    refuses_negative_amounts: bool = False
    customers: tuple[TargetCustomer, ...]
    products: tuple[TargetProduct, ...] = ()
    templates: tuple[Template, ...] = ()
    invoices: tuple[GeneratedInvoice, ...] = ()


# --- What was done --------------------------------------------------------------------------------


class Written(Form):
    """A line that we wrote, as the target returned it then.

    ``days``: what it was last written for. ``next_run`` is the template's at that time. ``seen_on`` is the newest
    generated invoice that was seen to carry it. ``state``: *stands*; *gone* without us and without a run; *taken off*
    by us; or *billed* and dropped by the run.
    """

    mark: str
    template: TargetId
    line: TargetId
    customer: str
    subscription: str
    motion: Motion
    what: What
    days: Days | None
    quantity: Decimal
    retail: Decimal
    cost: Decimal
    product: TargetId | None = None
    next_run: dt.date | None
    written_on: dt.date
    seen_on: TargetId | None = None
    state: Literal["stands", "gone", "taken off", "billed"] = "stands"


class PostedPart(Form):
    """What of a posted amount went to one line, with its money; ``rules`` is what the pricing changed."""

    what: What
    mark: str
    state: Literal["to be written", "written", "billed", "held", "excluded", "failed"]
    retail: Decimal
    cost: Decimal
    rules_retail: Decimal = Decimal(0)
    rules_cost: Decimal = Decimal(0)


class Posted(Form):
    """What the days of a subscription came to, from which rows (by the invoice's id its lines), and where it went.

    ``run`` is the template's next run when the recurring line was last confirmed for it. ``pricing`` and
    ``prorations`` are those that it was written by, ``unit_*`` the prices of that time.
    """

    customer: str
    subscription: str
    motion: Motion
    days: Days
    template: TargetId
    rows: dict[str, tuple[int, ...]]
    pricing: Literal["cost_and_retail", "cost_only", "quantity_only"] = "cost_and_retail"
    prorations: Literal["line", "quantity", "warn"] = "line"
    unit_retail: Decimal = Decimal(0)
    unit_cost: Decimal = Decimal(0)
    rounding_retail: Decimal = Decimal(0)
    rounding_cost: Decimal = Decimal(0)
    run: dt.date | None = None
    parts: tuple[PostedPart, ...]


class Decision(Form):
    """A person's answer to something that waited; ``retail`` and ``cost`` are what was at stake then.

    ``about`` says which of the other columns name it: a line by its ``mark`` (and its number in the target), the days
    of a subscription, the id of the invoice that credits them, or a mapping.
    """

    about: Literal[
        "already on the template", "credit", "not billed yet", "quantity", "refused adjustment", "refused usage",
        "refused annual charge", "line gone", "not proven", "line left behind", "months before the start",
    ]  # fmt: skip
    answer: str
    subscription: str = ""
    motion: Motion | Literal[""] = ""
    days: Days | None = None
    invoice: str = ""
    mark: str = ""
    line: TargetId | None = None
    customer: str = ""
    retail: Decimal | None = None
    cost: Decimal | None = None


class Record(Form):
    """One customer's month, or that of a few who belong together. ``today`` is the target's own day."""

    story: str
    today: dt.date
    program: Program = Program()
    source: Source
    target: Target
    mappings: tuple[Mapping, ...]
    written: tuple[Written, ...] = ()
    posted: tuple[Posted, ...] = ()
    decisions: tuple[Decision, ...] = ()


def read_record(file: Path) -> Record:
    """A record from its file. Raises ``pydantic.ValidationError`` where it is not of the form."""
    return Record.model_validate(json.loads(file.read_text(encoding="utf-8")))


def write_record(record: Record, file: Path) -> None:
    """Write a new record. Raises ``FileExistsError``: records are never changed."""
    with file.open("x", encoding="utf-8") as out:
        out.write(f"{_told(record.model_dump(mode='json', exclude_defaults=True))}\n")


def _told(value: Any, depth: int = 0) -> str:
    """JSON in which a row of an invoice, a line of a template, a product stand in one line each."""
    flat = json.dumps(value, ensure_ascii=False)
    inner = list(value.values()) if isinstance(value, dict) else value
    if len(flat) <= _LONGEST or not isinstance(value, dict | list) or not any(map(_holds_more, inner)):
        return flat
    space, end = " " * (depth + 1), " " * depth
    parts = [_told(one, depth + 1) for one in inner]
    if isinstance(value, dict):
        parts = [f"{json.dumps(name)}: {part}" for name, part in zip(value, parts, strict=True)]
    left, right = "{}" if isinstance(value, dict) else "[]"
    return f"{left}\n{space}" + f",\n{space}".join(parts) + f"\n{end}{right}"


def _holds_more(value: Any) -> bool:
    """Whether it is more than a text, a number or a few of them."""
    return isinstance(value, dict) or (isinstance(value, list) and len(json.dumps(value)) > _SHORT)
