"""Reads the CSV of a PRISM invoice row by row, in flat memory, or refuses it loudly.

Columns are found by name, without case, spaces and underscores; what is not known stays in ``raw``.
The vendor names ``SubTotal`` and ``SubTotalRrp`` as the amounts of a row: they are the truth, and
price, quantity and ratio only explain them. Nothing is guessed: a value that cannot be read fails
the file and names its line.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any, BinaryIO

from connectors.edge.json_rows import read_decimal
from connectors.errors import UnreadableInvoice
from connectors.prism.wording import cadence_of_row, months_of_term, read_moment
from connectors.records import InvoiceRow, RowAmounts

NEEDED_COLUMNS = (
    "SubscriptionId",
    "OfferName",
    "ChargeStartDate",
    "ChargeEndDate",
    "UnitPrice",
    "UnitPriceRrp",
    "Quantity",
    "BillableRatio",
    "SubTotal",
    "SubTotalRrp",
)
_READ_COLUMNS = (
    *NEEDED_COLUMNS,
    "BillingCycle",
    "TermDurationNumber",
    "TermDurationUnit",
    "PrimaryDomainName",
    "CustomerName",
    "LineDescription",
    "Currency",
)

WHOLE = Decimal(1)  # the ratio of a row that is charged for its whole cycle
BLANK_RETAIL = "The retail amount of the row is blank."

_LONGEST_LINE = 1024 * 1024
_LARGEST_NUMBER = Decimal(10) ** 15
_LONGEST_ID = 100
_CURRENCY = re.compile("[A-Z]{3}")
_OTHER_DELIMITERS = {";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}


def read_invoice_rows(file: BinaryIO) -> Iterator[InvoiceRow]:
    """Yield the rows of an invoice file in its order; blank lines are skipped.

    Amounts and prices are in the invoice's currency, dates in the offset they carry. Raises
    ``UnreadableInvoice`` at the first thing that cannot be read; rows yielded before it must then
    be thrown away, because an invoice counts only as a whole.
    """
    records = _read_records(file)
    line, names = next(records, (1, []))
    columns = _Columns.of(names, line)
    for line, values in records:
        yield read_row(line, columns.named(values, line))


def row_amounts(raw: Mapping[str, str]) -> RowAmounts:
    """What a stored raw row charges, read anew from its own text.

    Amounts in the invoice's currency. ``UnreadableInvoice`` (without a line) where they are gone.
    """
    reader = _RowReader(None, raw, _written_names(tuple(raw)))
    return RowAmounts(cost=reader.number("SubTotal"), retail=reader.number_or_nothing("SubTotalRrp"))


@dataclass(frozen=True, slots=True)
class _Columns:
    """The header: each column's name as written."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, names: list[str], line: int) -> _Columns:
        written = tuple(name.strip() or f"(column {n})" for n, name in enumerate(names, 1))
        normal = [_normalise(name) for name in written]
        missing = [name for name in NEEDED_COLUMNS if _normalise(name) not in normal]
        if missing:
            raise _unreadable(_explain_missing(names, missing), line)
        twice = next((name for name in written if normal.count(_normalise(name)) > 1), None)
        if twice is not None:
            raise _unreadable(f"the column {twice[:60]} occurs more than once", line)
        return cls(written)

    def named(self, values: list[str], line: int) -> dict[str, str]:
        if len(values) != len(self.names):
            raise _unreadable(f"the row has {len(values)} fields, the header has {len(self.names)}", line)
        return dict(zip(self.names, values, strict=True))


@dataclass(frozen=True, slots=True)
class _RowReader:
    """Reads typed values of one row; ``names`` are its columns' names as written, by ours."""

    line: int | None
    values: Mapping[str, str]
    names: Mapping[str, str]

    def text(self, column: str) -> str:
        written = self.names.get(column)
        return "" if written is None else self.values[written].strip()

    def number(self, column: str) -> Decimal:
        text = self.text(column)
        number = read_decimal(text)
        if number is None or abs(number) >= _LARGEST_NUMBER:
            raise _unreadable(f"{column} holds {_quoted(text)}, which is no plain number", self.line)
        return number

    def number_or_nothing(self, column: str) -> Decimal:
        """0 where the column is blank."""
        is_blank = column in self.names and not self.text(column)
        return Decimal(0) if is_blank else self.number(column)

    def currency(self, column: str) -> str:
        text = self.text(column).upper()
        if text and not _CURRENCY.fullmatch(text):
            raise _unreadable(f"{column} holds {_quoted(text)}, which is no currency code", self.line)
        return text

    def identifier(self, column: str) -> str:
        text = self.text(column)
        if len(text) > _LONGEST_ID:
            raise _unreadable(f"{column} holds {len(text)} characters, which is no id", self.line)
        return text

    def moment(self, column: str) -> dt.datetime:
        text = self.text(column)
        moment = read_moment(text)
        if moment is None:
            raise _unreadable(f"{column} holds {_quoted(text)}, which is no ISO date", self.line)
        return moment


def read_row(line: int, raw: Mapping[str, str]) -> InvoiceRow:
    """One row by its columns' names as written; also of a stored row. ``UnreadableInvoice``."""
    row = _RowReader(line, raw, _written_names(tuple(raw)))
    cycle, ratio = row.text("BillingCycle"), row.number("BillableRatio")
    term = f"{row.text('TermDurationNumber')} {row.text('TermDurationUnit')}".strip()
    return InvoiceRow(
        line=line,
        subscription_id=row.identifier("SubscriptionId"),
        product_name=row.text("OfferName"),
        start=row.moment("ChargeStartDate"),
        end=row.moment("ChargeEndDate"),
        quantity=row.number("Quantity"),
        unit_cost=row.number("UnitPrice"),
        unit_retail=row.number_or_nothing("UnitPriceRrp"),
        ratio=ratio,
        cost=row.number("SubTotal"),
        retail=row.number_or_nothing("SubTotalRrp"),
        recurring=ratio == WHOLE,
        raw=raw,
        domain=row.text("PrimaryDomainName"),
        customer_name=row.text("CustomerName"),
        description=row.text("LineDescription"),
        term=term,
        billing_cycle=cycle,
        cadence=cadence_of_row(cycle, term),
        term_months=months_of_term(term),
        currency=row.currency("Currency"),
        problem="" if row.text("SubTotalRrp") else BLANK_RETAIL,
    )


def _read_records(file: BinaryIO) -> Iterator[tuple[int, list[str]]]:
    """Line number and fields of each record that is not blank."""
    source = io.BufferedReader(_Borrowed(file))
    lines = _Lines(io.TextIOWrapper(source, encoding="utf-8-sig", newline=""))
    reader = csv.reader(lines, strict=True)
    try:
        while True:
            first = lines.count + 1
            fields = next(reader, None)
            if fields is None:
                return
            if any(field.strip() for field in fields):
                yield first, fields
    except csv.Error as error:
        raise _unreadable(f"broken CSV ({error})", lines.count) from None
    except UnicodeDecodeError:
        raise _unreadable("the file is not in UTF-8", lines.count + 1) from None


class _Borrowed(io.RawIOBase):
    """The caller's file, which stays open when the wrappers around it are closed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


class _Lines:
    """The physical lines of the file, counted and kept to a sane length."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.count = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(_LONGEST_LINE)
        if not line:
            raise StopIteration
        self.count += 1
        if len(line) >= _LONGEST_LINE:
            raise _unreadable("the line is too long", self.count)
        if "\x00" in line:
            raise _unreadable("the line holds a NUL character", self.count)
        return line


@lru_cache(maxsize=64)  # a file has one header and many rows
def _written_names(names: tuple[str, ...]) -> Mapping[str, str]:
    """By our name of a column, its name as written; of those that mean the same the last one."""
    written = {_normalise(name): name for name in names}
    return {column: written[_normalise(column)] for column in _READ_COLUMNS if _normalise(column) in written}


def _normalise(name: str) -> str:
    return "".join(name.split()).replace("_", "").casefold()


def _explain_missing(names: list[str], missing: list[str]) -> str:
    start = ",".join(names).lstrip()
    if not start:
        return "the file has no header"
    if start.startswith(("<", "{", "[")):
        return "this is no CSV file but another kind of answer"
    if len(names) == 1:
        for mark, words in _OTHER_DELIMITERS.items():
            if mark in names[0]:
                return f"the columns are separated by {words} instead of a comma"
    listed = ", ".join(missing)
    return f"the column {listed} is missing" if len(missing) == 1 else f"columns missing: {listed}"


def _quoted(text: str) -> str:
    return f'"{text[:40]}"' if text else "nothing"


def _unreadable(problem: str, line: int | None) -> UnreadableInvoice:
    where = f"Line {line} of the invoice" if line is not None else "A row of the invoice"
    return UnreadableInvoice(f"{where} cannot be read: {problem}.", line=line, system="prism")
