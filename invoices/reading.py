"""An invoice's rows on disk, read once, with the little that must be known of the whole.

An invoice may have tens of thousands of rows: they are never in memory together. The file is read
outside of any transaction; from its copy it is then written in one.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TextIO

from connectors.errors import UnreadableInvoice
from connectors.records import InvoiceHeader, InvoiceRow
from customers.refreshing import subscription_ref
from invoices.classifying import Amount, find_prorations

RowReader = Callable[[int, Mapping[str, str]], InvoiceRow]

_LARGEST_NUMBER = Decimal(10) ** 12
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
_IN_MEMORY = 1024 * 1024
_HASH_RANGE = 1 << 256


@dataclass(slots=True)
class Profile:
    """What the rows of one subscription say of who it belongs to."""

    domain: str = ""
    customer_name: str = ""
    has_negative: bool = False


@dataclass(slots=True)
class InvoiceCopy:
    """All rows of one invoice, to be read as often as needed.

    ``content_hash`` does not depend on the order of the rows; ``currency`` is "" where neither
    header nor rows name one; ``profiles`` are by subscription id in lower case.
    """

    header: InvoiceHeader
    count: int = 0
    currency: str = ""
    profiles: dict[str, Profile] = field(default_factory=dict)
    _file: TextIO | None = None
    _read_row: RowReader | None = None
    _sum: int = 0

    @property
    def content_hash(self) -> str:
        """Fingerprint of what the invoice says: program, month, totals and every row."""
        header = self.header
        facts = [header.program_name, header.year, header.month, header.currency, self.count, self._sum]
        facts += [None if total is None else _plain(total) for total in (header.cost_total, header.retail_total)]
        return _digest(facts).hexdigest()

    def rows(self) -> Iterator[InvoiceRow]:
        """The rows in the order of the file."""
        return self._rows_of(lambda _: True)

    def prorations(self) -> frozenset[int]:
        """Lines of the negative rows that are prorations, over all subscriptions."""
        amounts: dict[str, list[Amount]] = defaultdict(list)
        touched = {ref for ref, profile in self.profiles.items() if profile.has_negative}
        for row in self._rows_of(touched.__contains__) if touched else ():
            amounts[subscription_ref(row.subscription_id)].append(Amount.of(row))
        return frozenset[int]().union(*(find_prorations(rows) for rows in amounts.values()))

    def take(self, row: InvoiceRow) -> None:
        """Add a row; ``UnreadableInvoice`` where it cannot be stored or does not belong here."""
        _refuse_out_of_range(row)
        self._take_currency(row)
        self.count += 1
        self._sum = (self._sum + int.from_bytes(_digest(_content(row)).digest(), "big")) % _HASH_RANGE
        note_row(self.profiles, row)
        if self._file is not None:
            ref = subscription_ref(row.subscription_id)
            self._file.write(json.dumps([ref, row.line, dict(row.raw)]) + "\n")

    def _rows_of(self, is_wanted: Callable[[str], bool]) -> Iterator[InvoiceRow]:
        """The rows whose subscription is wanted."""
        if self._file is None or self._read_row is None:
            return
        self._file.seek(0)
        for text in self._file:
            ref, line, raw = json.loads(text)
            if is_wanted(ref):
                yield self._read_row(line, raw)

    def _take_currency(self, row: InvoiceRow) -> None:
        self.currency = self.currency or row.currency
        if row.currency and row.currency != self.currency:
            problem = f"it is in {row.currency} while the invoice is in {self.currency}"
            raise _unreadable(row, problem)


@contextmanager
def copy_invoice(header: InvoiceHeader, rows: Iterable[InvoiceRow], read_row: RowReader) -> Iterator[InvoiceCopy]:
    """Copy the rows of an invoice to a temporary file that is gone afterwards.

    Raises ``UnreadableInvoice`` with the line of the first row that cannot be read.
    """
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, mode="w+", encoding="utf-8") as file:
        copy = InvoiceCopy(header, currency=header.currency, _file=file, _read_row=read_row)  # type: ignore[arg-type]  # a text file in all but name
        for row in rows:
            copy.take(row)
        yield copy


def build_profiles(rows: Iterable[InvoiceRow]) -> dict[str, Profile]:
    """What these rows say of their subscriptions, by id in lower case."""
    profiles: dict[str, Profile] = {}
    for row in rows:
        note_row(profiles, row)
    return profiles


def note_row(profiles: dict[str, Profile], row: InvoiceRow) -> None:
    """Add what one row says of its subscription."""
    ref = subscription_ref(row.subscription_id)
    if not ref:
        return
    profile = profiles.setdefault(ref, Profile())
    profile.domain = profile.domain or row.domain
    profile.customer_name = profile.customer_name or row.customer_name
    profile.has_negative = profile.has_negative or Amount.of(row).is_negative


def hash_rows(header: InvoiceHeader, rows: Iterable[InvoiceRow]) -> str:
    """The ``content_hash`` of an invoice whose rows need not be kept."""
    copy = InvoiceCopy(header, currency=header.currency)
    for row in rows:
        copy.take(row)
    return copy.content_hash


def hash_header(header: InvoiceHeader) -> str:
    """Fingerprint of everything the list says of an invoice."""
    return _digest(header.raw).hexdigest()


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
