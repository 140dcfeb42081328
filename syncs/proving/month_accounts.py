"""The account of a usage month: what became of every cent of all its invoices. Inside the scope.

Verdict, money strip, inbox, run, e-mail, chart and ``reconcile`` have their sums from here. A billing sync proves and
stores it (``months.py``); where mappings, settings or invoices changed since, it is added up anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import connection

from core.scope import scoped_partner_id
from invoices.models import SourceInvoice
from invoices.selectors import listed_invoices
from money.words import NOTHING, ZERO, Money, plain
from programs.models import Program
from programs.selectors import source_currency
from syncs.enums import Bucket
from syncs.models import MonthTotal
from syncs.proving.accounts import BUCKETS, Balance, sum_up
from syncs.proving.reconciliation import InvoiceBalance, reconcile_invoices

OPEN_BUCKETS = (Bucket.HELD, Bucket.NOT_MAPPED, Bucket.UNKNOWN, Bucket.FAILED)  # of money that is billed to nobody yet


@dataclass(frozen=True, slots=True)
class InvoiceAccount:
    """What became of one invoice of a month."""

    invoice_id: int
    total: Balance
    balanced: bool = True

    @property
    def open_retail(self) -> Decimal:
        """Retail that waits or failed, signed."""
        return sum((self.total.buckets[name].retail for name in OPEN_BUCKETS), ZERO)


@dataclass(frozen=True, slots=True)
class MonthAccount:
    """All invoices of one usage month, in ``currency``; ``invoices`` are the accounts that it is the sum of.

    ``occurs`` are the buckets with money of anybody, also where it adds up to nothing. ``proved_at`` is None where no
    sync has proved the month.
    """

    month: dt.date
    currency: str
    total: Balance
    balanced: bool = True
    occurs: frozenset[str] = frozenset()
    newest: bool = False  # the newest regular month of the program
    proved_at: dt.datetime | None = None
    invoices: tuple[InvoiceAccount, ...] = ()

    @property
    def billed(self) -> Money:
        """What customers are billed: what is synced, with what pricing changed of it."""
        return self.total.buckets[Bucket.SYNCED] + self.total.rules

    @property
    def open_retail(self) -> Decimal:
        """Retail that waits or failed, signed."""
        return sum((self.retail_of(name) for name in OPEN_BUCKETS), ZERO)

    @property
    def not_mapped(self) -> Decimal:
        """Retail that belongs to customers whom nobody mapped."""
        return self.retail_of(Bucket.NOT_MAPPED)

    @property
    def waits(self) -> bool:
        """Whether anything is neither on a template, nor billed, nor excluded."""
        return not self.occurs.isdisjoint(OPEN_BUCKETS)

    def retail_of(self, bucket: str) -> Decimal:
        """Retail of one bucket, signed."""
        return self.total.buckets[bucket].retail

    @property
    def open_parts(self) -> list[tuple[str, Decimal]]:
        """What waits or failed, by bucket in words, with its retail."""
        return [(name.replace("_", " "), self.retail_of(name)) for name in OPEN_BUCKETS if name in self.occurs]

    def retail_by_bucket(self) -> dict[str, Decimal]:
        """Retail of each bucket that has any."""
        return self.total.retail_by_bucket()


@dataclass(frozen=True, slots=True)
class ProgramMonths:
    """The months of a program as they are known: ``newest`` is as of now, the others as they were last proved."""

    newest: MonthAccount | None = None
    others: tuple[MonthAccount, ...] = field(default=())  # the newest first

    @property
    def all(self) -> tuple[MonthAccount, ...]:
        """Each of them, the newest first."""
        found = (*([self.newest] if self.newest else ()), *self.others)
        return tuple(sorted(found, key=lambda account: account.month, reverse=True))


def add_up(program: Program, month: dt.date, balances: Iterable[InvoiceBalance]) -> MonthAccount:
    """The account of a month from those of its invoices."""
    told = list(balances)
    total = sum_up(one.total for one in told)
    return MonthAccount(
        month=month,
        currency=told[0].invoice.currency if told else source_currency(program),
        total=total,
        balanced=all(one.balanced for one in told),
        occurs=frozenset[str]().union(*(one.occurs for one in told)),
        invoices=tuple(InvoiceAccount(one.invoice.pk, one.total, one.balanced) for one in told),
    )


def read_month(program: Program, month: dt.date) -> MonthAccount:
    """As it is now, with what is stored of its proof. As many queries as for one invoice."""
    found = add_up(program, month, reconcile_invoices(invoices_of(program, month), program))
    stored = MonthTotal.objects.filter(program=program, month=month, proved_at__isnull=False).first()
    return with_proof(found, stored)


def with_proof(account: MonthAccount, stored: MonthTotal | None) -> MonthAccount:
    """The account, with when the month was proved."""
    if stored is None:
        return account
    return replace(account, proved_at=stored.proved_at, newest=bool(stored.account.get("newest")))


def invoices_of(program: Program, month: dt.date) -> list[SourceInvoice]:
    """Those that were read for the month. One query."""
    return list(listed_invoices(program).filter(month=month).order_by("pk"))


def load_accounts(programs: Collection[Program]) -> dict[int, ProgramMonths]:
    """By program. One query for all, one for each; where something changed since the proof, some more."""
    rows: dict[int, list[MonthTotal]] = {program.pk: [] for program in programs}
    stored = MonthTotal.objects.filter(program__in=list(rows), proved_at__isnull=False)
    for row in stored.order_by("-month"):
        rows[row.program_id].append(row)
    return {program.pk: _months(program, rows[program.pk]) for program in programs}


def _months(program: Program, rows: list[MonthTotal]) -> ProgramMonths:
    newest = next((row for row in rows if row.account.get("newest")), None)
    if newest is None:
        return ProgramMonths(others=tuple(_restore(program, row) for row in rows))
    others = tuple(_restore(program, row) for row in rows if row is not newest)
    fresh = newest.basis == basis_of(program, newest.month)
    return ProgramMonths(_restore(program, newest) if fresh else read_month(program, newest.month), others)


# --- As it is stored ------------------------------------------------------------------------------

_BASIS = """
SELECT
    (SELECT max(pgh_id) FROM customers_mappingevent WHERE partner_id = %(partner)s),
    (SELECT count(*) FROM customers_mapping WHERE partner_id = %(partner)s AND program_id = %(program)s),
    (SELECT max(pgh_id) FROM programs_programevent WHERE partner_id = %(partner)s),
    (
        SELECT count(*) FROM syncs_line line JOIN customers_template template
            ON template.partner_id = line.partner_id AND template.target_id = line.target_id
            AND template.external_id = line.template_id
        WHERE line.partner_id = %(partner)s AND line.program_id = %(program)s AND line.state = 'standing'
            AND template.gone
    ),
    (
        SELECT string_agg(concat_ws(' ', id, state, past), ',' ORDER BY id) FROM invoices_sourceinvoice
        WHERE partner_id = %(partner)s AND source_id = %(source)s AND program_slug = %(slug)s
            AND month = %(month)s AND content_hash <> ''
    )
"""


def basis_of(program: Program, month: dt.date) -> str:
    """A digest of what else than a sync moves money between buckets. One query."""
    values: dict[str, Any] = {
        "partner": scoped_partner_id(),
        "program": program.pk,
        "source": program.source_id,
        "slug": program.slug,
        "month": month,
    }
    with connection.cursor() as cursor:
        cursor.execute(_BASIS, values)
        return sha256(repr(cursor.fetchone()).encode()).hexdigest()


def as_stored(account: MonthAccount) -> dict[str, Any]:
    """As ``MonthTotal`` keeps it."""
    return {
        **_sums(account.total, BUCKETS),
        "balanced": account.balanced,
        "occurs": sorted(account.occurs),
        "currency": account.currency,
        "newest": account.newest,
        "invoices": [
            {"id": one.invoice_id, "balanced": one.balanced, **_sums(one.total, _filled(one.total))}
            for one in account.invoices
        ],
    }


def has_invoices(told: Mapping[str, Any]) -> bool:
    """Whether what ``MonthTotal`` keeps tells each invoice by itself: what was proved long ago does not."""
    return "invoices" in told


def _restore(program: Program, row: MonthTotal) -> MonthAccount:
    told: Mapping[str, Any] = row.account
    return MonthAccount(
        month=row.month,
        currency=told["currency"] or source_currency(program),
        total=_balance(told),
        balanced=told["balanced"],
        occurs=frozenset(told["occurs"]),
        newest=told["newest"],
        proved_at=row.proved_at,
        invoices=tuple(InvoiceAccount(one["id"], _balance(one), one["balanced"]) for one in told.get("invoices", ())),
    )


def _filled(total: Balance) -> list[str]:
    """Those with any money."""
    return [name for name, amount in total.buckets.items() if amount]


def _sums(total: Balance, buckets: Iterable[str]) -> dict[str, Any]:
    return {
        "source": _texts(total.source),
        "rules": _texts(total.rules),
        "billed": _texts(total.billed),
        "buckets": {name: _texts(total.buckets[name]) for name in buckets},
        "ready": total.ready,
    }


def _balance(told: Mapping[str, Any]) -> Balance:
    buckets = dict.fromkeys(BUCKETS, NOTHING) | {name: _money(texts) for name, texts in told["buckets"].items()}
    return Balance(_money(told["source"]), _money(told["rules"]), buckets, _money(told["billed"]), told["ready"])


def _texts(amount: Money) -> list[str]:
    return [plain(amount.cost), plain(amount.retail)]


def _money(texts: list[str]) -> Money:
    cost, retail = map(Decimal, texts)
    return Money(cost, retail)
