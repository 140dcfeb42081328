"""An invoice's rows on disk, read once, with the little that must be known of the whole.

An invoice may have tens of thousands of rows and subscriptions: they are never in memory together.
The source's file is read outside of any transaction; from its copy it is then written in one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby, islice
from operator import itemgetter
from typing import Self

from connectors.errors import UnreadableInvoice
from connectors.records import InvoiceHeader, InvoiceRow
from customers.subscriptions import subscription_ref
from money.classifying import days_of_row, is_negative
from money.days import Days
from money.recognising import EarlierCharge, evidence_of

RowReader = Callable[[int, Mapping[str, str]], InvoiceRow]

_LARGEST_NUMBER = Decimal(10) ** 12
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_SUBSCRIPTIONS_AT_ONCE = 500
_HASH_RANGE = 1 << 256
_NO_START = dt.datetime(_LAST_YEAR, 1, 1, tzinfo=dt.UTC)


@dataclass(slots=True)
class Profile:
    """What the rows of one subscription say together: whose it is, when each of them begins, and its whole months."""

    domain: str = ""
    customer_name: str = ""
    has_negative: bool = False
    starts: set[dt.datetime] = field(default_factory=set)
    cycles: set[Days] = field(default_factory=set)

    def note(
        self, domain: str, customer_name: str, start: dt.datetime, cycle: Days | None, *, is_negative: bool
    ) -> None:
        """Add what one more row says; ``cycle``: its days where they are a whole month."""
        self.starts.add(start)
        if cycle is not None:
            self.cycles.add(cycle)
        self.domain = self.domain or domain
        self.customer_name = self.customer_name or customer_name
        self.has_negative = self.has_negative or is_negative


@dataclass(slots=True)
class Fingerprint:
    """What is known of an invoice as a whole once its rows have gone by; it keeps none of them.

    ``currency`` is "" where neither header nor rows name one.
    """

    header: InvoiceHeader
    count: int = 0
    currency: str = ""
    _sum: int = 0

    @classmethod
    def of(cls, header: InvoiceHeader) -> Self:
        """Of an invoice whose rows are yet to be taken."""
        return cls(header, currency=header.currency)

    @property
    def content_hash(self) -> str:
        """What the invoice says: program, month, totals and every row, in whatever order."""
        header = self.header
        facts = [header.program_name, header.year, header.month, header.currency, self.count, self._sum]
        facts += [None if total is None else _plain(total) for total in (header.cost_total, header.retail_total)]
        return _digest(facts).hexdigest()

    def take(self, row: InvoiceRow) -> InvoiceRow:
        """Add a row; ``UnreadableInvoice`` where it cannot be stored or does not belong here."""
        _refuse_out_of_range(row)
        self._take_currency(row)
        self.count += 1
        self._sum = (self._sum + int.from_bytes(_digest(_content(row)).digest(), "big")) % _HASH_RANGE
        return row

    def _take_currency(self, row: InvoiceRow) -> None:
        self.currency = self.currency or row.currency
        if row.currency and row.currency != self.currency:
            problem = f"it is in {row.currency} while the invoice is in {self.currency}"
            raise _unreadable(row, problem)


@dataclass(frozen=True, slots=True)
class InvoiceCopy:
    """All rows of one invoice on disk, to be read subscription by subscription as often as needed."""

    fingerprint: Fingerprint
    _rows: sqlite3.Connection
    _read_row: RowReader

    def refs(self) -> Iterator[str]:
        """The subscriptions, by id in lower case, in the order in which the file first names them."""
        asked = self._rows.execute("SELECT ref FROM row WHERE ref != '' GROUP BY ref ORDER BY min(line)")
        return (ref for (ref,) in asked)

    def parts(self) -> Iterator[InvoicePart]:
        """The invoice in parts of whole subscriptions; the rows that name none are in the first."""
        columns = "SELECT ref, domain, customer_name, start, cycle, is_negative FROM row ORDER BY ref, line"
        subscriptions = groupby(self._rows.execute(columns), key=itemgetter(0))
        while some := [(ref, _profile(rows)) for ref, rows in islice(subscriptions, _SUBSCRIPTIONS_AT_ONCE)]:
            yield InvoicePart(self, some[0][0], some[-1][0], {ref: profile for ref, profile in some if ref})

    def rows_between(self, first: str, last: str) -> Iterator[InvoiceRow]:
        """The rows of the subscriptions from the first to the last, in their order."""
        asked = "SELECT line, raw FROM row WHERE ref BETWEEN ? AND ? ORDER BY ref, line"
        for line, raw in self._rows.execute(asked, (first, last)):
            yield self._read_row(line, json.loads(raw))


@dataclass(frozen=True, slots=True)
class InvoicePart:
    """The subscriptions of an invoice from the first to the last; ``profiles`` are by id in lower case."""

    copy: InvoiceCopy
    first: str
    last: str
    profiles: Mapping[str, Profile]

    def rows(self) -> Iterator[InvoiceRow]:
        """All rows, subscription by subscription, each in the order of the file."""
        return self.copy.rows_between(self.first, self.last)

    def rows_of(self, ref: str) -> Iterator[InvoiceRow]:
        """The rows of one subscription, in the order of the file."""
        return self.copy.rows_between(ref, ref)

    def first_day(self) -> dt.date:
        """The earliest on which a row begins."""
        starts = (start for profile in self.profiles.values() for start in profile.starts)
        return min(starts, default=_NO_START).date()

    def evidence(self, ref: str) -> tuple[EarlierCharge, ...]:
        """What the negative rows of a subscription tell of charges before."""
        profile = self.profiles[ref]
        if not profile.has_negative:
            return ()
        rows = ((row, days_of_row(row, profile.starts)) for row in self.copy.rows_between(ref, ref))
        return evidence_of((row, days) for row, days in rows if is_negative(row))


@contextmanager
def copy_invoice(header: InvoiceHeader, rows: Iterable[InvoiceRow], read_row: RowReader) -> Iterator[InvoiceCopy]:
    """Copy the rows of an invoice to a temporary file that is gone afterwards.

    Raises ``UnreadableInvoice`` with the line of the first row that cannot be read.
    """
    with closing(sqlite3.connect("")) as file:
        file.execute("PRAGMA journal_mode = OFF")
        file.execute(
            "CREATE TABLE row"
            " (ref TEXT, line INTEGER, domain TEXT, customer_name TEXT, start TEXT, cycle TEXT, is_negative, raw TEXT)"
        )
        fingerprint = Fingerprint.of(header)
        file.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_columns, map(fingerprint.take, rows)))
        file.execute("CREATE INDEX row_of_subscription ON row (ref, line)")
        yield InvoiceCopy(fingerprint, file, read_row)


def build_profiles(rows: Iterable[InvoiceRow]) -> dict[str, Profile]:
    """What these rows say of their subscriptions, by id in lower case."""
    profiles: dict[str, Profile] = defaultdict(Profile)
    for row in rows:
        if ref := subscription_ref(row.subscription_id):
            profiles[ref].note(
                row.domain, row.customer_name, row.start, _whole_month(row), is_negative=is_negative(row)
            )
    return profiles


def hash_rows(header: InvoiceHeader, rows: Iterable[InvoiceRow]) -> str:
    """The ``content_hash`` of an invoice whose rows need not be kept."""
    fingerprint = Fingerprint.of(header)
    for row in rows:
        fingerprint.take(row)
    return fingerprint.content_hash


def hash_header(header: InvoiceHeader) -> str:
    """Fingerprint of everything the list says of an invoice."""
    return _digest(header.raw).hexdigest()


def _columns(row: InvoiceRow) -> tuple[object, ...]:
    ref = subscription_ref(row.subscription_id)
    raw = json.dumps(dict(row.raw))
    start = row.start.isoformat()
    cycle = _whole_month(row)
    told = start, cycle and str(cycle), is_negative(row)
    return ref, row.line, row.domain, row.customer_name, *told, raw


def _whole_month(row: InvoiceRow) -> Days | None:
    days = days_of_row(row)
    return days if days.months == 1 else None


def _profile(rows: Iterable[tuple[str, str, str, str, str | None, int]]) -> Profile:
    profile = Profile()
    for _, domain, customer_name, start, cycle, taken_back in rows:
        whole = Days.read(cycle) if cycle else None
        profile.note(domain, customer_name, dt.datetime.fromisoformat(start), whole, is_negative=bool(taken_back))
    return profile


def _content(row: InvoiceRow) -> list[str]:
    numbers = (row.quantity, row.unit_cost, row.unit_retail, row.ratio, row.cost, row.retail)
    texts = (row.subscription_id.lower(), row.product_name, row.start.isoformat(), row.end.isoformat())
    return [*texts, *map(_plain, numbers)]


def _refuse_out_of_range(row: InvoiceRow) -> None:
    numbers = (row.quantity, row.unit_cost, row.unit_retail, row.ratio, row.cost, row.retail)
    if any(abs(number) >= _LARGEST_NUMBER for number in numbers):
        raise _unreadable(row, "a number in it is out of all proportion")
    if not all(_FIRST_YEAR <= date.year <= _LAST_YEAR for date in (row.start, row.end)):
        raise _unreadable(row, f"it is dated {row.start:%Y-%m-%d} to {row.end:%Y-%m-%d}")


def _unreadable(row: InvoiceRow, problem: str) -> UnreadableInvoice:
    return UnreadableInvoice(f"Line {row.line} of the invoice cannot be used: {problem}.", line=row.line, system="")


def _plain(number: Decimal) -> str:
    return str(number.normalize())


def _digest(value: object) -> hashlib._Hash:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode())
