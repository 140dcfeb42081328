"""What every vendor system must be able to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from connectors.edge.losses import Losses
from connectors.records import (
    AccountLocale,
    ConnectionReport,
    CustomerRecord,
    InvoiceHeader,
    InvoiceRow,
    InvoiceTemplate,
    LineValues,
    NewProduct,
    ProductRecord,
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

    @property
    def day(self) -> dt.date | None: ...  # the target's own, as its last answer was dated

    def test_connection(self) -> ConnectionReport: ...
    def read_locale(self) -> AccountLocale | None: ...
    def list_customers(self) -> list[CustomerRecord]: ...
    def product_pages(self, *, first: int = 1, seen: Iterable[str] = ()) -> Iterator[list[ProductRecord]]: ...
    def get_products(self, product_ids: Collection[str]) -> list[ProductRecord]: ...
    def find_products_by_code(self, code: str) -> list[ProductRecord]: ...
    def get_product(self, product_id: str) -> ProductRecord: ...
    def create_product(self, product: NewProduct) -> ProductRecord: ...
    def update_prices(self, current: ProductRecord, *, cost: Decimal, retail: Decimal) -> ProductRecord: ...
    def list_templates(self) -> list[InvoiceTemplate]: ...
    def get_template(self, template_id: str) -> InvoiceTemplate: ...
    def add_line(self, template_id: str, values: LineValues) -> TemplateLine: ...
    def change_line(self, template_id: str, line_id: str, values: LineValues) -> TemplateLine: ...
    def remove_line(self, template_id: str, line_id: str) -> None: ...
    def list_invoices_since(self, since: dt.datetime) -> list[TargetInvoice]: ...
    def get_invoice(self, invoice_id: str) -> TargetInvoice: ...
