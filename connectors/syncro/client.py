"""Syncro's API as a target: products, invoice templates ("schedules") and their lines.

Source of every path and field: Syncro API document v1. See README.md beside this file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice

from connectors.edge.http import Edge
from connectors.edge.json_rows import JsonRow
from connectors.errors import ConfigurationError, RecordMissing
from connectors.records import (
    AccountLocale,
    ConnectionReport,
    CustomerRecord,
    InvoiceTemplate,
    LineValues,
    NewProduct,
    ProductRecord,
    TargetInvoice,
    TargetInvoiceLine,
    TemplateLine,
    id_order,
)
from connectors.syncro import records
from connectors.syncro.address import SYSTEM
from connectors.syncro.permissions import (
    CUSTOMERS_LIST,
    GLOBAL_ADMIN,
    INVOICES_LIST,
    INVOICES_VIEW,
    PRODUCTS_CREATE,
    PRODUCTS_EDIT,
    PRODUCTS_LIST,
    SCHEDULES_EDIT,
    SCHEDULES_LIST,
)
from connectors.syncro.probing import probe_connection, read_locale
from connectors.syncro.removal import LineRemover
from connectors.syncro.transport import SyncroTransport, answer_of_a_write

_IDS_PER_CALL = 50


class SyncroClient:
    """One partner's Syncro account.

    ``credentials`` has ``subdomain`` and ``api_token``. Every method may raise
    ``ConfigurationError`` (``PermissionMissing`` where only a right lacks), ``RateLimited``,
    ``TransientError`` or ``UnexpectedAnswer``; writes also ``RejectedRecord`` and ``RecordMissing``.
    """

    def __init__(self, credentials: Mapping[str, str], edge: Edge) -> None:
        self._credentials = credentials
        self._edge = edge
        self._transport = SyncroTransport(credentials, edge)
        self._remover = LineRemover(self._transport, self.get_template)
        self._line_items_refused = False
        self.calls: Mapping[str, int] = edge.calls
        self.losses = edge.losses

    def __repr__(self) -> str:
        return "<SyncroClient>"

    @property
    def day(self) -> dt.date | None:
        """Syncro's own day in UTC, as the Date of its last answer said; None before the first one."""
        return self._edge.day

    def test_connection(self) -> ConnectionReport:
        """What the token may do, permission by permission; reads only."""
        template = self._edge.url("syncro")
        return probe_connection(self._transport, self._credentials, template)

    def read_locale(self) -> AccountLocale | None:
        """Currency symbol and zone of the account; None where the settings cannot be read.

        Syncro API document: GET /settings.
        """
        symbol, zone, problems = read_locale(self._transport)
        return None if problems else AccountLocale(symbol, zone)

    def list_customers(self) -> list[CustomerRecord]:
        """All customers, disabled ones included and marked so."""
        return [customer for page in self.customer_pages() for customer in page]

    def customer_pages(self, *, first: int = 1, seen: Iterable[str] = ()) -> Iterator[list[CustomerRecord]]:
        """The customers a page at a time, from the ``first`` that is not read yet, without the ids ``seen`` before.

        Syncro API document: GET /customers; disabled ones are hidden unless asked for.
        """
        yield from self._customer_pages([], first=first, seen=seen)

    def get_customers(self, customer_ids: Collection[str]) -> list[CustomerRecord]:
        """Those of these customers that exist. Syncro API document: GET /customers with ``id``."""
        found: dict[str, CustomerRecord] = {}
        for batch in _batches(list(dict.fromkeys(customer_ids)), _IDS_PER_CALL):
            for page in self._customer_pages([("id[]", number) for number in batch]):
                found |= {customer.customer_id: customer for customer in page if customer.customer_id in batch}
        return list(found.values())

    def _customer_pages(
        self, asked: list[tuple[str, str]], *, first: int = 1, seen: Iterable[str] = ()
    ) -> Iterator[list[CustomerRecord]]:
        pages = self._transport.page_by_page(
            "/customers",
            "customers",
            permission=CUSTOMERS_LIST,
            params=[("include_disabled", "true"), *asked],
            first=first,
            seen=seen,
        )
        for rows in pages:
            yield [records.read_customer(row) for row in rows]

    def product_pages(self, *, first: int = 1, seen: Iterable[str] = ()) -> Iterator[list[ProductRecord]]:
        """The products that the list shows, a page at a time; disabled ones may be hidden.

        A reading that broke off goes on with the ``first`` page that is not read yet and the ids
        ``seen`` before. Syncro API document: GET /products.
        """
        pages = self._transport.page_by_page("/products", "products", permission=PRODUCTS_LIST, first=first, seen=seen)
        for rows in pages:
            yield [records.read_product(row) for row in rows]

    def get_products(self, product_ids: Collection[str]) -> list[ProductRecord]:
        """Those of these products that exist, disabled ones included, in the order asked.

        Syncro API document: GET /products with ``id[]``; whoever is absent there is asked for by
        id, because a list may hide disabled products.
        """
        wanted = list(dict.fromkeys(product_ids))
        found: dict[str, ProductRecord] = {}
        for batch in _batches(wanted, _IDS_PER_CALL):
            found |= self._products_in_list(frozenset(batch))
        for product_id in wanted:
            if product_id not in found:
                found |= self._product_if_any(product_id)
        return [found[product_id] for product_id in wanted if product_id in found]

    def find_products_by_code(self, code: str) -> list[ProductRecord]:
        """Products whose code is exactly this one.

        Syncro API document: GET /products with ``upc_code``; whether the filter is exact is not
        said, so equality is checked here again.
        """
        rows = self._transport.pages("/products", "products", permission=PRODUCTS_LIST, params=[("upc_code", code)])
        products = (records.read_product(row) for row in rows)
        return [product for product in products if product.code.strip() == code.strip()]

    def get_product(self, product_id: str) -> ProductRecord:
        """One product as it stands; ``RecordMissing`` if it was deleted.

        Syncro API document: GET /products/{id}.
        """
        payload = self._transport.get(f"/products/{product_id}", permission=PRODUCTS_LIST)
        return records.read_product(_existing(payload, "product"))

    def create_product(self, product: NewProduct) -> ProductRecord:
        """Create an active product that is not stock-tracked; returns it as Syncro stored it.

        Prices in currency units, whole cents. Syncro API document: POST /products, answers 200.
        """
        body = records.body_of_new_product(product)
        payload = self._transport.write("POST", "/products", body, permission=PRODUCTS_CREATE)
        with answer_of_a_write():
            return records.read_product(records.unwrap(payload, "product"))

    def update_prices(self, current: ProductRecord, *, cost: Decimal, retail: Decimal) -> ProductRecord:
        """Change cost and retail price and nothing else; ``current`` must be freshly read.

        Prices in currency units, whole cents. Syncro API document: PUT /products/{id}.
        """
        body = records.body_of_prices(current, cost, retail)
        path = f"/products/{current.product_id}"
        payload = self._transport.write("PUT", path, body, permission=PRODUCTS_EDIT)
        with answer_of_a_write():
            return records.read_product(records.unwrap(payload, "product"))

    def list_templates(self) -> list[InvoiceTemplate]:
        """All invoice templates with their lines."""
        return [template for page in self.template_pages() for template in page]

    def template_pages(self, *, first: int = 1, seen: Iterable[str] = ()) -> Iterator[list[InvoiceTemplate]]:
        """The templates with their lines a page at a time, as ``customer_pages``.

        Syncro API document: GET /schedules.
        """
        pages = self._transport.page_by_page(
            "/schedules", "schedules", permission=SCHEDULES_LIST, first=first, seen=seen
        )
        for rows in pages:
            yield [self._template_with_lines(row) for row in rows]

    def get_template(self, template_id: str) -> InvoiceTemplate:
        """One invoice template as it stands; ``RecordMissing`` if it was deleted.

        Syncro API document: GET /schedules/{id}.
        """
        payload = self._transport.get(f"/schedules/{template_id}", permission=SCHEDULES_LIST)
        row = _existing(payload, "schedule")
        if not isinstance(row.value("lines"), list):
            # Without its lines every line of ours would look removed.
            raise row.unexpected("has no list of lines")
        template = records.read_template(row)
        self._remover.note(template)
        return template

    def add_line(self, template_id: str, values: LineValues) -> TemplateLine:
        """Add a line and return it as Syncro stored it; adding twice makes two lines.

        Syncro API document: POST /schedules/{id}/add_line_item.
        """
        path = f"/schedules/{template_id}/add_line_item"
        return self._write_line("POST", path, template_id, values)

    def change_line(self, template_id: str, line_id: str, values: LineValues) -> TemplateLine:
        """Set all values of a line and return it as Syncro stored it.

        Syncro API document: PUT /schedules/{id}/line_items/{line}.
        """
        path = f"/schedules/{template_id}/line_items/{line_id}"
        return self._write_line("PUT", path, template_id, values)

    def remove_line(self, template_id: str, line_id: str) -> None:
        """Take a line off; one that is gone already counts as removed.

        ``RejectedRecord`` when Syncro does not let go of it, ``UnexpectedAnswer`` when another
        line went. Syncro API document: POST /schedules/{id}/remove_line_item.
        """
        self._remover.remove(template_id, line_id)

    def list_invoices_since(self, since: dt.datetime) -> list[TargetInvoice]:
        """Invoices created or changed since that aware instant, without their lines.

        Syncro API document: GET /invoices with ``since_updated_at`` in full ISO 8601.
        """
        moment = since.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        rows = self._transport.pages(
            "/invoices", "invoices", permission=INVOICES_LIST, params=[("since_updated_at", moment)]
        )
        return [records.read_invoice(row) for row in rows]

    def get_invoice(self, invoice_id: str) -> TargetInvoice:
        """One invoice with its lines; ``lines`` is None where the token may not see them.

        Syncro API document: GET /invoices/{id}, flat or wrapped; lines else from GET /line_items,
        which needs the permission Global Admin.
        """
        payload = self._transport.get(f"/invoices/{invoice_id}", permission=INVOICES_VIEW)
        envelope = JsonRow(payload, system=SYSTEM, what="answer")
        invoice = records.read_invoice(envelope.child("invoice") or envelope)
        if invoice.lines is not None:
            return invoice
        return TargetInvoice(
            invoice_id=invoice.invoice_id,
            customer_id=invoice.customer_id,
            number=invoice.number,
            date=invoice.date,
            lines=self._line_items(invoice.invoice_id),
        )

    def _products_in_list(self, wanted: frozenset[str]) -> dict[str, ProductRecord]:
        """Ask for some ids at once; stops early, also when Syncro does not heed the filter."""
        found: dict[str, ProductRecord] = {}
        params = [("id[]", product_id) for product_id in sorted(wanted, key=id_order)]
        for row in self._transport.pages("/products", "products", permission=PRODUCTS_LIST, params=params):
            product = records.read_product(row)
            if product.product_id not in wanted:
                break
            found[product.product_id] = product
            if len(found) == len(wanted):
                break
        return found

    def _product_if_any(self, product_id: str) -> dict[str, ProductRecord]:
        try:
            return {product_id: self.get_product(product_id)}
        except RecordMissing:
            return {}

    def _template_with_lines(self, row: JsonRow) -> InvoiceTemplate:
        if isinstance(row.value("lines"), list):
            return records.read_template(row)
        return self.get_template(records.need_id(row))

    def _write_line(self, method: str, path: str, template_id: str, values: LineValues) -> TemplateLine:
        body = records.body_of_line(values)
        payload = self._transport.write(method, path, body, permission=SCHEDULES_EDIT)
        with answer_of_a_write():
            return records.read_line(records.unwrap(payload, "schedule_line_item"), template_id)

    def _line_items(self, invoice_id: str) -> tuple[TargetInvoiceLine, ...] | None:
        """Lines of an invoice from the list that few tokens may see; asked once in vain at most."""
        if self._line_items_refused:
            return None
        rows = self._transport.pages(
            "/line_items",
            "line_items",
            permission=GLOBAL_ADMIN,
            params=[("invoice_id", invoice_id)],
        )
        try:
            return tuple(map(records.read_invoice_line, rows))
        except ConfigurationError:
            self._line_items_refused = True
            return None


def _existing(payload: object, name: str) -> JsonRow:
    """The object of an answer; after a deletion Syncro may answer 200 with nothing in it."""
    envelope = payload if isinstance(payload, Mapping) else {}
    if payload is None or (name in envelope and envelope[name] is None):
        raise RecordMissing("Syncro does not have this record (any more).", system=SYSTEM)
    return records.unwrap(payload, name)


def _batches(items: list[str], size: int) -> Iterator[list[str]]:
    remaining = iter(items)
    while batch := list(islice(remaining, size)):
        yield batch
