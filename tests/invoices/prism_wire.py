"""PRISM's API at the wire, saying what a test puts into it, and the program that reads it."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
import responses
from django.utils import timezone

from accounts.models import Partner
from accounts.services import create_partner
from connections.clients import _refuse_in_transaction
from connections.models import Connection, ConnectionStatus
from connectors.edge.http import Edge, EdgeSettings
from connectors.edge.ratelimit import NoLimit
from connectors.prism.client import PrismClient
from core.audit import COMMAND
from core.scope import partner_scope
from customers.services import refresh_customers
from invoices.importing import ImportReport, import_invoices, record_start
from invoices.models import Charge, SourceInvoice
from money.enums import Motion
from programs.models import Program

IDENTITY = "https://identity.prism.example/core/connect/token"
API = "https://api.prism.example"
AGREEMENT = "a0000000-0000-4000-8000-000000000001"
COLUMNS = (
    "PrimaryDomainName", "SubscriptionId", "OfferName", "ChargeStartDate", "ChargeEndDate", "UnitPrice",
    "UnitPriceRrp", "Quantity", "BillableRatio", "SubTotal", "SubTotalRrp", "CustomerName", "BillingCycle",
    "TermDurationNumber", "TermDurationUnit", "Currency",
)  # fmt: skip

Row = dict[str, str]


def row(subscription: str, month: str = "2026-09", **values: Any) -> Row:
    """A row of a whole month of one unit that costs 8.00 and sells at 10.00, unless said otherwise.

    ``days`` is (first, last) of the month; ``cost`` and ``retail`` are the row's amounts.
    """
    first, last = values.pop("days", (1, 30))
    quantity = Decimal(str(values.pop("quantity", 1)))
    unit_cost, unit_retail = Decimal(values.pop("unit_cost", "8.00")), Decimal(values.pop("unit_retail", "10.00"))
    ratio = Decimal(values.pop("ratio", "1"))
    found = {
        "SubscriptionId": subscription,
        "OfferName": values.pop("name", "Sample Suite"),
        "ChargeStartDate": f"{values.pop('start', f'{month}-{first:02d}')}T00:00:00.0000000+00:00",
        "ChargeEndDate": f"{values.pop('end', f'{month}-{last:02d}')}T00:00:00.0000000+00:00",
        "UnitPrice": str(unit_cost),
        "UnitPriceRrp": str(unit_retail),
        "Quantity": str(quantity),
        "BillableRatio": str(ratio),
        "SubTotal": str(values.pop("cost", unit_cost * quantity * ratio)),
        "SubTotalRrp": str(values.pop("retail", unit_retail * quantity * ratio)),
    }
    return found | {name: str(value) for name, value in values.items()}


@dataclass
class PrismWire:
    """What PRISM says. Change it between two syncs as the vendor would."""

    tenants: list[dict[str, Any]] = field(default_factory=list)
    by_id: dict[str, dict[str, Any]] = field(default_factory=dict)
    products: list[dict[str, Any]] = field(default_factory=list)
    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)  # path -> status
    calls: Counter[str] = field(default_factory=Counter)

    def tenant(self, name: str, *subscriptions: dict[str, Any], **values: Any) -> dict[str, Any]:
        """List one more tenant; its id and domain follow from its name."""
        slug = name.lower().replace(" ", "-")
        made = {
            "TenantId": f"tenant-{slug}",
            "TenantDomain": f"{slug}.example",
            "TenantStatus": "Active",
            "CustomerId": f"company-{slug}",
            "CustomerName": name,
            "Subscriptions": list(subscriptions),
            **values,
        }
        self.tenants.append(made)
        return made

    def product(self, product_id: str, **values: Any) -> None:
        """List one more product at 8.00 and 10.00."""
        made = {
            "ProductId": product_id, "ProductSku": f"SKU-{product_id}", "ProductName": "Sample Suite",
            "UnitPrice": Decimal(8), "RetailUnitPrice": Decimal(10), "ProductUnit": "Licenses",
            "ProductFrequencies": ["1 Month"], "BillingCycleDuration": 1,
        }  # fmt: skip
        self.products.append(made | values)

    def invoice(self, invoice_id: str, *rows: Row, month: str = "2026-09", **values: Any) -> None:
        """Issue an invoice, or issue it anew."""
        year, number = month.split("-")
        self.invoices[invoice_id] = {
            "InvoiceId": invoice_id,
            "ProgramName": "Microsoft CSP Indirect",
            "UsageYear": int(year),
            "UsageMonth": int(number),
            **values,
        }
        self.files[invoice_id] = to_csv(rows)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Let the product talk to it, and to nobody else."""
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            mock.add(responses.POST, IDENTITY, json={"access_token": "sample", "expires_in": 3600})
            mock.add_callback(responses.GET, re.compile(re.escape(API) + "/.*"), self._answer)
            yield

    def client(self) -> PrismClient:
        """A client that refuses to call inside a transaction, as the product's own does."""
        urls = {"prism_identity": IDENTITY, "prism_api": API}
        settings = EdgeSettings("prism", urls, sleep=lambda _: None, before_call=_refuse_in_transaction)
        return PrismClient({"client_id": "sample", "client_secret": "sample"}, Edge(settings, NoLimit()))

    def _answer(self, request: Any) -> tuple[int, dict[str, str], bytes | str]:
        path = request.url.removeprefix(API).partition("?")[0]
        self.calls[path] += 1
        if path in self.refused:
            return self.refused[path], {}, json.dumps({"Message": "Not now."})
        if path.endswith("/csv"):
            return 200, {"Content-Type": "text/csv"}, self.files[path.split("/")[-2]]
        status, payload = self._payload(path)
        return status, {"Content-Type": "application/json"}, json.dumps(payload, default=float)

    def _payload(self, path: str) -> tuple[int, object]:
        if path == "/api/v1/me/customers":
            agreement = {"ProgramName": "Microsoft CSP", "ContractAgreementId": AGREEMENT}
            return 200, [{"CustomerId": "own", "CustomerName": "Own", "CustomerProgramAgreements": [agreement]}]
        if path == f"/api/v2/contractagreements/{AGREEMENT}/tenants":
            return 200, self.tenants
        if path.startswith(f"/api/v2/me/pricing/{AGREEMENT}/pricelist/"):
            return 200, {"ProductGroups": [{"ProductGroupName": "All", "Products": self.products}]}
        if path == "/api/v2/invoices":
            return 200, {"Records": list(self.invoices.values())}
        found = self.by_id.get(path.rpartition("/")[2])
        return (404, {"Message": "Not found."}) if found is None else (200, found)


def subscription(
    subscription_id: str, product_id: str = "p1", cycle: str | None = "Monthly", **values: Any
) -> dict[str, Any]:
    """A subscription as PRISM lists it."""
    return {
        "SubscriptionId": subscription_id, "ProductId": product_id, "Status": "Active", "Quantity": 1,
        "DisplayTemplate": "Licenses", "Unit": "Licenses", "BillingCycle": cycle, **values,
    }  # fmt: skip


def to_csv(rows: tuple[Row, ...]) -> bytes:
    """The file of an invoice."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@dataclass
class World:
    """A partner whose program reads from ``prism``."""

    partner: Partner
    program: Program
    prism: PrismWire

    def refresh(self) -> None:
        """Read customers."""
        with self.prism.answering():
            refresh_customers(self.partner.pk, self.program.source_id, self.prism.client())

    def sync(self, **options: Any) -> ImportReport:
        """Read customers, then import."""
        self.refresh()
        with self.prism.answering():
            return import_invoices(self.partner.pk, self.program.pk, self.prism.client(), **options)

    def record_start(self) -> bool:
        """Billing was switched on this moment."""
        with self.prism.answering():
            return record_start(self.partner.pk, self.program.pk, self.prism.client())

    def invoice(self, number: str) -> SourceInvoice:
        """An imported invoice."""
        with partner_scope(self.partner.pk):
            return SourceInvoice.objects.get(external_id=number)

    def invoices(self) -> dict[str, str]:
        """What became of each known invoice: its state, "past", or "unread" where it was never read."""
        with partner_scope(self.partner.pk):
            return {found.external_id: _fate(found) for found in SourceInvoice.objects.order_by("external_id")}

    def charges(self, number: str) -> list[Charge]:
        """The charges of an imported invoice, in the order of the file."""
        with partner_scope(self.partner.pk):
            found = Charge.objects.filter(invoice__external_id=number).order_by("line")
            return list(found.select_related("customer", "product", "subscription"))

    def kinds(self, number: str) -> list[str]:
        """Their kinds."""
        return [charge.kind for charge in self.charges(number)]

    def settings(self, **values: Any) -> None:
        """Change the program's settings."""
        with partner_scope(self.partner.pk):
            Program.objects.filter(pk=self.program.pk).update(**values)
            self.program.refresh_from_db()


def _fate(invoice: SourceInvoice) -> str:
    if not invoice.content_hash:
        return "unread"
    return "past" if invoice.past else str(invoice.state)


@pytest.fixture
def world(db: None) -> World:
    """Northwind IT with billing on; PRISM lists nothing yet."""
    partner = create_partner(slug="northwind", name="Northwind IT", currency="AUD", actor=COMMAND)
    with partner_scope(partner.pk):
        common = {"status": ConnectionStatus.CONNECTED, "status_since": timezone.now()}
        program = Program.objects.create(
            source=Connection.objects.create(system="prism", **common),
            target=Connection.objects.create(system="syncro", currency_symbol="$", **common),
            enabled=True,
            billing_enabled=True,
            motions=list(Motion),
        )
    return World(partner, program, PrismWire())
