"""Importing and planning an invoice beside a bare script that reads the same file and stores the same rows."""

from __future__ import annotations

import datetime as dt
import statistics
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.bare import store_rows
from bench.installation import BenchFailedError, Installation
from bench.report import Figure, at_most, show
from bench.seeding import Seeded, map_everybody, seed_partner
from bench.wholesale import ROWS_PER_CUSTOMER, Wholesale
from connections.clients import open_source, open_target
from connectors.interface import Source
from connectors.prism.invoice_csv import read_invoice_rows
from connectors.records import InvoiceHeader, InvoiceRow, SourceSubscription
from core.audit import COMMAND
from core.scope import partner_scope
from customers.refreshing import refresh_customers
from customers.target_copy import refresh_target
from invoices.importing import import_invoices
from products.services import refresh_price_list
from programs.models import Program
from syncs.enums import RunState
from syncs.models import Run
from syncs.running.advancing import advance
from syncs.running.starting import start_sync

GOAL_IMPORT = 4.0
GOAL_PLAN = 8.0
TIMES = 3  # each, in turns
PRODUCTS = 200


@dataclass(slots=True)
class Downloaded:
    """A source whose invoice lies on the disk already: its download is not what is measured."""

    source: Source
    file: Path

    def list_invoices(self) -> list[InvoiceHeader]:
        """As the source lists them."""
        return self.source.list_invoices()

    def get_subscription(self, subscription_id: str) -> SourceSubscription | None:
        """As the source knows it."""
        return self.source.get_subscription(subscription_id)

    @contextmanager
    def open_invoice(self, _invoice_id: str) -> Iterator[Iterator[InvoiceRow]]:
        """The rows of the file."""
        with self.file.open("rb") as file:
            yield read_invoice_rows(file)


def measure(installation: Installation, *, charges: int) -> bool:
    """The three in turns; false when a goal is missed."""
    customers = -(-charges // ROWS_PER_CUSTOMER)
    installation.start_vendor("bench.wholesale", "--customers", str(customers), "--products", str(PRODUCTS))
    file = installation.folder / "invoice.csv"
    file.write_bytes(Wholesale(customers, PRODUCTS).answer("/csv", 1) or b"")
    bare, imported, planned = [], [], []
    for _ in range(TIMES):
        partner = _ready_partner()
        bare.append(store_rows(file))
        imported.append(_import(partner, file))
        bare.append(store_rows(file))
        planned.append(_plan(partner))
    installation.stop_vendor()
    usual = statistics.median(bare)
    rows = [
        Figure(f"csv, {customers * ROWS_PER_CUSTOMER} rows stored", f"{usual:.2f} s"),
        at_most("import / csv, rows stored", statistics.median(imported) / usual, GOAL_IMPORT),
        at_most("plan / csv, rows stored", statistics.median(planned) / usual, GOAL_PLAN),
    ]
    return show("An invoice beside a bare script that stores its rows", rows)


def _ready_partner() -> Seeded:
    """Customers, prices and templates are read, and nothing else."""
    partner = seed_partner(f"storing-{uuid.uuid4().hex[:8]}", products=False)
    source = open_source(partner.partner_id, partner.source_id)
    refresh_customers(partner.partner_id, partner.source_id, source)
    refresh_price_list(partner.partner_id, partner.source_id, source, dt.date(2026, 9, 30))
    refresh_target(partner.partner_id, partner.target_id, open_target(partner.partner_id, partner.target_id))
    map_everybody(partner)
    return partner


def _import(partner: Seeded, file: Path) -> float:
    source = open_source(partner.partner_id, partner.source_id)
    started = time.perf_counter()
    client = Downloaded(source, file)
    report = import_invoices(
        partner.partner_id,
        partner.program_id,
        client,  # type: ignore[arg-type]  # an import asks no more of a source
    )
    if report.problems or not report.imported:
        raise BenchFailedError(f"the invoice was not imported: {report.problems}")
    return time.perf_counter() - started


def _plan(partner: Seeded) -> float:
    """Seconds of the state *planning* alone."""
    return plan(partner)[1]


def plan(partner: Seeded) -> tuple[int, float]:
    """A billing run whose plan stands, and the seconds of the state *planning* alone."""
    with partner_scope(partner.partner_id):
        program = Program.objects.get(pk=partner.program_id)
        run = start_sync(program=program, kinds=["billing"], actor=COMMAND, enqueue=False)[0]
    seconds = 0.0
    while run.state in (RunState.QUEUED, RunState.READING, RunState.PLANNING):
        planning, started = run.state == RunState.PLANNING, time.perf_counter()
        advance(partner.partner_id, run.pk)
        if planning:
            seconds += time.perf_counter() - started
        with partner_scope(partner.partner_id):
            run = Run.objects.get(pk=run.pk)
    if run.error or not run.total:
        raise BenchFailedError(f"the plan did not come about: {run.error or run.messages}")
    return run.pk, seconds
