"""PRISM's API as a source. Reads only.

Facts about the vendor's paths and fields come from clients that ran against the real service; the
vendor's own reference is not public. See README.md beside this file.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from urllib.parse import quote

from connectors.edge.answers import Answer, Download
from connectors.edge.http import Edge
from connectors.edge.json_rows import JsonRow
from connectors.errors import (
    ConfigurationError,
    RecordMissing,
    RejectedRecord,
    UnexpectedAnswer,
    UnreadableInvoice,
)
from connectors.prism import records
from connectors.prism.invoice_csv import read_invoice_rows
from connectors.prism.probing import CUSTOMERS, GRANTED, INVOICES, PRICE_LIST, TENANTS, try_readings
from connectors.prism.token import TokenKeeper
from connectors.records import (
    ConnectionReport,
    InvoiceHeader,
    InvoiceRow,
    SourceProduct,
    SourceSubscription,
    SourceTenant,
    UsageRecord,
    UsageSummary,
)

logger = logging.getLogger(__name__)

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_USAGE_PAGE_SIZE = 500
_MOST_USAGE_PAGES = 10_000


class PrismClient:
    """One partner's view of PRISM; one request at a time.

    ``credentials`` has ``client_id`` and ``client_secret``. Every method may raise
    ``ConfigurationError``, ``RateLimited``, ``TransientError`` or ``UnexpectedAnswer``.
    """

    def __init__(
        self,
        credentials: Mapping[str, str],
        edge: Edge,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._edge = edge
        self._token = TokenKeeper(credentials, edge, clock)
        self._companies: list[JsonRow] | None = None
        self.calls: Mapping[str, int] = edge.calls

    def test_connection(self) -> ConnectionReport:
        """Name the own company, and try each kind of reading; warn where no CSP agreement shows.

        PRISM: GET /api/v1/me, /api/v1/me/customers, the tenants and the price list of one agreement,
        /api/v2/invoices.
        """
        account = self.me()
        agreements: list[str] = []
        first = try_readings({CUSTOMERS: lambda: agreements.extend(records.csp_agreements(self._list_companies()))})
        others = try_readings(self._readings(agreements))
        warnings = []
        if not agreements and all(each.state == GRANTED for each in first):
            warnings.append("No Microsoft CSP agreement was found for this company.")
        return ConnectionReport(account=account, permissions=first + others, warnings=tuple(warnings))

    def _readings(self, agreements: list[str]) -> dict[str, Callable[[], object]]:
        """A reading of each kind, of the first agreement; without one there is no price list."""
        readings: dict[str, Callable[[], object]] = {TENANTS: lambda: self._get("/api/v2/microsoftcsp/tenants")}
        if agreements:
            agreement, today = agreements[0], dt.datetime.now(dt.UTC).date()
            path = f"/api/v2/contractagreements/{_segment(agreement)}/tenants"
            readings[TENANTS] = lambda: self._get(path)
            readings[PRICE_LIST] = lambda: self._price_list(agreement, today)
        readings[INVOICES] = lambda: self._get("/api/v2/invoices")
        return readings

    def me(self) -> str:
        """Name of the own company. PRISM: GET /api/v1/me."""
        return records.company_name(self._get("/api/v1/me"))

    def list_tenants(self) -> list[SourceTenant]:
        """All Microsoft tenants with their subscriptions, each tenant once.

        PRISM: GET /api/v2/contractagreements/{id}/tenants for each CSP agreement; where there is
        none, GET /api/v2/microsoftcsp/tenants and each tenant by id.
        """
        companies = self._list_companies()
        emails = records.emails_by_company(companies)
        agreements = records.csp_agreements(companies)
        rows = self._tenants_of(agreements) if agreements else self._tenants_by_id()
        tenants: dict[str, SourceTenant] = {}
        for row in rows:
            tenant = records.read_tenant(row, emails)
            tenants.setdefault(tenant.tenant_id.casefold(), tenant)
        return list(tenants.values())

    def get_subscription(self, subscription_id: str) -> SourceSubscription | None:
        """One subscription, None where PRISM knows none of that id or does not take it for an id.

        PRISM: GET /api/v2/microsoftcsp/subscriptions/{id}; 404 means no data.
        """
        # Ids come from invoice files: anything else than an id must not become a path.
        if not _ID.fullmatch(subscription_id):
            return None
        try:
            payload = self._get(f"/api/v2/microsoftcsp/subscriptions/{subscription_id}")
        except RejectedRecord:
            return None
        if payload is None:
            return None
        row = JsonRow(payload, system=records.SYSTEM, what="subscription")
        return records.read_subscription(row)

    def list_products(self, on: dt.date) -> list[SourceProduct]:
        """The price list of that day over all CSP agreements, without tiered products.

        PRISM: GET /api/v2/me/pricing/{agreement}/pricelist/{yyyy}/{m}/{d}/, month and day without
        leading zeros. Of rows that are equal in product, SKU, term and cycle the first one counts.
        """
        agreements = records.csp_agreements(self._list_companies())
        if not agreements:
            raise ConfigurationError(
                "PRISM shows no Microsoft CSP agreement, so there is no price list.",
                system=records.SYSTEM,
            )
        products: dict[tuple[str, str, str, str], SourceProduct] = {}
        for agreement in agreements:
            for product in records.read_products(self._price_list(agreement, on)):
                products.setdefault(_identity(product), product)
        return list(products.values())

    def list_invoices(self) -> list[InvoiceHeader]:
        """All invoices as listed, of every program, each id once. PRISM: GET /api/v2/invoices.

        Paging of this list is unknown. Fields that look like pages are logged as a warning, and
        where they tell of more pages those are asked for by ``page``, as the list of Azure usage
        wants it: an invoice that is not seen is never billed.
        """
        headers: dict[str, InvoiceHeader] = {}
        for page in count(1):
            payload = self._get("/api/v2/invoices", [("page", str(page))] if page > 1 else ())
            known = len(headers)
            for row in records.rows_of(payload, "invoice"):
                header = records.read_invoice(row)
                headers.setdefault(header.invoice_id, header)
            if page == 1:
                _warn_of_pages(payload)
            if page >= records.total_pages(payload) or len(headers) == known:
                break
        return list(headers.values())

    @contextmanager
    def open_invoice(self, invoice_id: str) -> Iterator[Iterator[InvoiceRow]]:
        """The rows of one invoice, read one by one from a file that has arrived whole.

        PRISM: GET /api/v1/me/invoice/{id}/csv. Raises ``UnreadableInvoice`` with the line number,
        when the rows are read.
        """
        url = self._url(f"/api/v1/me/invoice/{_segment(invoice_id)}/csv")
        with self._edge.download(url, headers=self._token.authorization()) as first:
            if not self._wants_new_token(first):
                yield self._rows(first, invoice_id)
                return
        with self._edge.download(url, headers=self._token.authorization()) as second:
            yield self._rows(second, invoice_id)

    def azure_usage_summary(self, subscription_id: str, start: dt.datetime, end: dt.datetime) -> UsageSummary:
        """Azure usage of one subscription between two aware instants, in the currency it names.

        PRISM: GET /api/v2/microsoftcsp/azure/usage/summary/{subscription}.
        """
        path = f"/api/v2/microsoftcsp/azure/usage/summary/{_segment(subscription_id)}"
        params = [
            ("startDate", start.isoformat()),
            ("endDate", end.isoformat()),
            ("aggregation", "ByResourceOnly"),
        ]
        return records.read_usage_summary(self._get(path, params), subscription_id)

    def azure_usage_detailed(self, subscription_id: str, start: dt.datetime, end: dt.datetime) -> Iterator[UsageRecord]:
        """Rated usage records of one subscription; an empty page ends the list.

        PRISM: POST /api/v2/microsoftcsp/azure/usage/detailed, which reads although it is a POST.
        """
        for page in range(1, _MOST_USAGE_PAGES + 1):
            body = {
                "subscriptionId": subscription_id,
                "startDate": _utc_milliseconds(start),
                "endDate": _utc_milliseconds(end),
                "page": page,
                "pageSize": _USAGE_PAGE_SIZE,
            }
            payload = self._ask("POST", "/api/v2/microsoftcsp/azure/usage/detailed", json=body)
            rows = records.rows_of(payload, "usage record")
            if not rows:
                return
            yield from map(records.read_usage, rows)
        raise UnexpectedAnswer("The list of usage records does not end.", system=records.SYSTEM)

    def _list_companies(self) -> list[JsonRow]:
        if self._companies is None:
            payload = self._get("/api/v1/me/customers", [("includeDeactivatedCustomers", "true")])
            self._companies = records.rows_of(payload, "customer")
        return self._companies

    def _price_list(self, agreement: str, on: dt.date) -> object:
        path = f"/api/v2/me/pricing/{_segment(agreement)}/pricelist/{on.year}/{on.month}/{on.day}/"
        return self._get(path, [("excludeTieredProducts", "true")])

    def _tenants_of(self, agreements: list[str]) -> Iterator[JsonRow]:
        for agreement in agreements:
            path = f"/api/v2/contractagreements/{_segment(agreement)}/tenants"
            try:
                payload = self._get(path)
            except RecordMissing:
                logger.warning("PRISM knows no tenants of agreement %s", agreement)
                continue
            yield from records.rows_of(payload, "tenant")

    def _tenants_by_id(self) -> Iterator[JsonRow]:
        for row in records.rows_of(self._get("/api/v2/microsoftcsp/tenants"), "tenant"):
            tenant_id = row.text("TenantId", "Id")
            if row.has("Subscriptions") or not tenant_id:
                yield row
                continue
            payload = self._get(f"/api/v2/microsoftcsp/tenants/{_segment(tenant_id)}")
            yield JsonRow(payload, system=records.SYSTEM, what="tenant")

    def _get(self, path: str, params: Sequence[tuple[str, str]] = ()) -> object:
        return self._ask("GET", path, params=params)

    def _ask(self, method: str, path: str, *, params: Sequence[tuple[str, str]] = (), json: object = None) -> object:
        """One reading call; a refused token is replaced once."""
        for _ in range(2):
            answer = self._edge.call(
                method,
                self._url(path),
                params=params,
                json=json,
                headers=self._token.authorization() | {"Content-Type": "application/json"},
                repeatable=True,
            )
            if not self._wants_new_token(answer):
                break
        if not answer.ok:
            raise self._edge.refusal(answer, about=f"{path}: ")
        return answer.payload

    def _wants_new_token(self, answer: Answer | Download) -> bool:
        refused = isinstance(answer, Answer) and answer.status == 401
        if refused:
            self._token.forget()
        return refused

    def _rows(self, answer: Answer | Download, invoice_id: str) -> Iterator[InvoiceRow]:
        if isinstance(answer, Answer):
            raise self._edge.refusal(answer, about=f"invoice {invoice_id}: ")
        if answer.size == 0:
            raise UnreadableInvoice(f"The file of invoice {invoice_id} is empty.", line=None, system=records.SYSTEM)
        return read_invoice_rows(answer.file)

    def _url(self, path: str) -> str:
        return self._edge.url("prism_api") + path


def _segment(vendor_id: str) -> str:
    """An id as one segment of a path: never a slash, never a step up."""
    if vendor_id in ("", ".", ".."):
        raise UnexpectedAnswer("A record has no usable id.", system=records.SYSTEM)
    return quote(vendor_id, safe="")


def _identity(product: SourceProduct) -> tuple[str, str, str, str]:
    return (
        product.product_id.casefold(),
        product.sku.casefold(),
        product.term.casefold(),
        product.billing_cycle.casefold(),
    )


def _utc_milliseconds(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _warn_of_pages(payload: object) -> None:
    seen = records.page_fields(payload)
    if seen:
        logger.warning("PRISM's list of invoices has page fields: %s", ", ".join(seen))
