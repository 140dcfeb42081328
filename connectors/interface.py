"""What every vendor system must be able to do, and how it introduces itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from connectors.edge.answer_table import AnswerRow
from connectors.edge.http import Edge
from connectors.edge.losses import Losses
from connectors.records import (
    AccountLocale,
    Cadence,
    ConnectionReport,
    CustomerRecord,
    InvoiceHeader,
    InvoiceRow,
    InvoiceTemplate,
    LineValues,
    NewProduct,
    ProductRecord,
    RowAmounts,
    SourceProduct,
    SourceSubscription,
    SourceTenant,
    TargetInvoice,
    TemplateLine,
)


class SystemRole(StrEnum):
    """Which side of a sync a system stands on."""

    SOURCE = "source"
    TARGET = "target"


class Source(Protocol):
    """Where billing truth comes from. All calls read only."""

    calls: Mapping[str, int]  # HTTP method -> calls made so far, token requests not counted

    def test_connection(self) -> ConnectionReport: ...
    def list_tenants(self) -> list[SourceTenant]: ...
    def get_subscription(self, subscription_id: str) -> SourceSubscription | None: ...
    def list_products(self, on: dt.date) -> list[SourceProduct]: ...
    def list_invoices(self) -> list[InvoiceHeader]: ...
    def open_invoice(self, invoice_id: str) -> AbstractContextManager[Iterator[InvoiceRow]]: ...


class Target(Protocol):
    """Where billing goes. A write is sent at most once by each call."""

    calls: Mapping[str, int]  # HTTP method -> calls made so far
    losses: Losses  # writes whose answer got lost so far

    def test_connection(self) -> ConnectionReport: ...
    def read_locale(self) -> AccountLocale | None: ...
    def list_customers(self) -> list[CustomerRecord]: ...
    def product_pages(self, *, first: int = 1, seen: Iterable[int] = ()) -> Iterator[list[ProductRecord]]: ...
    def get_products(self, product_ids: Collection[int]) -> list[ProductRecord]: ...
    def find_products_by_code(self, code: str) -> list[ProductRecord]: ...
    def get_product(self, product_id: int) -> ProductRecord: ...
    def create_product(self, product: NewProduct) -> ProductRecord: ...
    def update_prices(self, current: ProductRecord, *, cost: Decimal, retail: Decimal) -> ProductRecord: ...
    def list_templates(self) -> list[InvoiceTemplate]: ...
    def get_template(self, template_id: int) -> InvoiceTemplate: ...
    def add_line(self, template_id: int, values: LineValues) -> TemplateLine: ...
    def change_line(self, template_id: int, line_id: int, values: LineValues) -> TemplateLine: ...
    def remove_line(self, template_id: int, line_id: int) -> None: ...
    def list_invoices_since(self, since: dt.datetime) -> list[TargetInvoice]: ...
    def get_invoice(self, invoice_id: int) -> TargetInvoice: ...


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One field of a system's credential form; ``help`` says where the vendor shows the value."""

    name: str
    label: str
    help: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class SourceDefinition:
    """A source: how to talk to it, and how to read what it once said."""

    name: str
    label: str
    fields: tuple[CredentialField, ...]
    open: Callable[[Mapping[str, str], Edge], Source]  # credentials, HTTP edge -> client
    answers: tuple[AnswerRow, ...]  # its own rows of the table of answers, before those of all
    row_amounts: Callable[[Mapping[str, str]], RowAmounts]  # of a stored raw invoice row
    read_row: Callable[[int, Mapping[str, str]], InvoiceRow]  # a stored raw row at its line, anew
    program_of: Callable[[InvoiceHeader], str]  # our program slug, "" for programs we do not sync
    role: SystemRole = SystemRole.SOURCE


@dataclass(frozen=True, slots=True)
class TargetDefinition:
    """A target: how to talk to it, and where its records are shown to people."""

    name: str
    label: str
    fields: tuple[CredentialField, ...]
    open: Callable[[Mapping[str, str], Edge], Target]
    answers: tuple[AnswerRow, ...]  # its own rows of the table of answers, before those of all
    check_credentials: Callable[[Mapping[str, str]], None]  # form of the values; ConfigurationError
    product_url: Callable[[Mapping[str, str], int], str]  # link for a browser
    template_url: Callable[[Mapping[str, str], int], str]
    frequency_fits: Callable[[str, Cadence], bool]  # (template frequency, how charges come) -> no warning needed
    role: SystemRole = SystemRole.TARGET
