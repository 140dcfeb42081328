"""Fill a partner with rows of a given size."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Min

from bench.seeding import Seeded
from core.scope import partner_scope
from customers.models import Customer, Subscription, TargetCustomer, Template
from invoices.billing_items import recount_invoices
from invoices.models import SourceInvoice
from products.models import Product
from programs.models import Program
from syncs.models import Run
from syncs.proving.months import prove_months

NOW = dt.datetime(2026, 11, 22, 5, 0, tzinfo=dt.UTC)  # the same every time


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything. Each customer has 12 charges a month for 12 months."""

    customers: int
    products: int
    changes: int
    days: int  # with a run of each kind
    months: int  # of those with a billing run of ``monthly`` changes
    monthly: int
    findings: int
    audited: int


LARGE = Sizes(
    customers=5_000,
    products=20_000,
    changes=500_000,
    days=365,
    months=12,
    monthly=30_000,
    findings=6_000,
    audited=20_000,
)
ONE = Sizes(customers=1, products=1, changes=2, days=1, months=1, monthly=1, findings=5, audited=1)
SMALL = Sizes(customers=20, products=100, changes=1_000, days=30, months=1, monthly=240, findings=20, audited=50)


def _read_statements() -> dict[str, str]:
    parts = re.split(
        r"^-- name: (\w+)\n", Path(__file__).with_name("statements.sql").read_text("utf-8"), flags=re.MULTILINE
    )
    return dict(zip(parts[1::2], parts[2::2], strict=True))


_STATEMENTS = _read_statements()
_FIRST = {
    "customer_base": Customer,
    "product_base": Product,
    "subscription_base": Subscription,
    "target_customer_base": TargetCustomer,
    "template_base": Template,
    "run_base": Run,
}
_TABLES = (
    "customers",
    "products",
    "target_products",
    "links",
    "subscriptions",
    "target_customers",
    "templates",
    "mappings",
    "invoices",
)
_MONTHLY = ("charges", "postings", "parts")
_LAST = ("lines", "runs", "changes", "findings", "audit")


def fill(partner: Seeded, sizes: Sizes, say: Callable[[str], None]) -> dict[str, int]:
    """Make the rows; answers how many of each. ``say`` is told what comes next."""
    filling = _Filling(partner, sizes)
    made = {name: filling.run(name) for name in _told(_TABLES, say)}
    for name in _told(_MONTHLY, say):
        made[name] = sum(filling.run(name, **month) for month in filling.months())
    made |= {name: filling.run(name) for name in _told(_LAST, say)}
    say("billing list")
    filling.run("invoice_sums")
    with partner_scope(partner.partner_id):
        recount_invoices(list(SourceInvoice.objects.all()))
    say("accounts of the months")
    with partner_scope(partner.partner_id):
        prove_months(Program.objects.select_related("source", "target", "partner").get(), ())
    return made


def _told(names: Sequence[str], say: Callable[[str], None]) -> Iterator[str]:
    for name in names:
        say(name.replace("_", " "))
        yield name


class _Filling:
    """Statement by statement, each in a transaction of its own."""

    def __init__(self, partner: Seeded, sizes: Sizes) -> None:
        self.partner = partner
        self.values: dict[str, Any] = {
            **asdict(sizes),
            "ordinary": 2 * sizes.days - sizes.months,  # runs that are not the large one of a month
            "now": NOW,
            "partner": partner.partner_id,
            "source": partner.source_id,
            "target": partner.target_id,
            "program": partner.program_id,
        }

    def run(self, name: str, **values: Any) -> int:
        """Rows made by the statement of this name."""
        statement = _STATEMENTS[name]
        with partner_scope(self.partner.partner_id):
            first = {name: self._first(model) for name, model in _FIRST.items() if f"%({name})s" in statement}
            with connection.cursor() as cursor:
                cursor.execute(statement, self.values | first | values)
                return int(cursor.rowcount)

    def months(self) -> list[dict[str, Any]]:
        """Invoice and first day of each month."""
        with partner_scope(self.partner.partner_id):
            invoices = SourceInvoice.objects.order_by("month")
            return [{"invoice": invoice.pk, "month": invoice.month} for invoice in invoices]

    def _first(self, model: Any) -> int:
        # Rows of one statement on an otherwise idle table get ids without gaps.
        return int(model.objects.aggregate(first=Min("pk"))["first"])
