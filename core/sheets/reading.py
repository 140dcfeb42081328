"""A table out of a file that people filled in: CSV however it was saved, or a workbook."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice

from core.sheets.cells import rearm
from core.sheets.workbooks import SIGNATURE, BrokenWorkbook, records_of

_DELIMITERS = ",;\t"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_HEAD = 10  # rows that may stand above the names of the columns, titles for example
_END_OF_FILE = "\x1a"  # what a program of long ago wrote after the last line

Record = tuple[int, list[str]]


class UnreadableFile(Exception):
    """The file is no such table; ``str(error)`` says what to do about it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line of the file on which it begins, and its cells by column name."""

    line: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file, its rows without the empty ones, and what was noticed of the file as a whole."""

    columns: list[str]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)


def read_table(content: bytes, *, needed: Sequence[str], most_rows: int) -> Table:
    """The table of a file.

    Comma, semicolon or tab between cells; UTF-8, UTF-16 or the Western code page of Windows; or the first sheet of a
    workbook. Column names are told apart by letters alone: "Customer ID" is ``customer_id``. Titles above them are left
    out. Raises ``UnreadableFile`` also when one of the ``needed`` columns is missing.
    """
    records = _of_workbook(content) if content.startswith(SIGNATURE) else _of_text(_decode(content), needed)
    first = list(islice(records, _HEAD + 1))
    place = _head_of([cells for _, cells in first], needed)
    columns = [_column(name) for name in first[place][1]] if first else []
    _refuse_columns(columns, needed, first)
    rows = [_row(line, cells, columns) for line, cells in _bounded(chain(first[place + 1 :], records), most_rows)]
    titles = f"The {'line' if place == 1 else f'{place} lines'} above the names of the columns was not read."
    return Table(columns, rows, [titles.replace("was", "were") if place > 1 else titles] if place else [])


def _row(line: int, cells: list[str], columns: Sequence[str]) -> Row:
    if len(cells) > len(columns) and any(cells[len(columns) :]):
        raise UnreadableFile(
            f"Line {line} has more cells than the first line names. Put cells that hold the delimiter in quotes."
        )
    return Row(line, dict(zip(columns, [rearm(cell.strip()) for cell in cells], strict=False)))


def _bounded(records: Iterable[Record], most_rows: int) -> Iterator[Record]:
    for number, record in enumerate(records):
        if number == most_rows:
            raise UnreadableFile(
                f"The file has more than {most_rows:,} rows. Split it, and import the parts one by one."
            )
        yield record


def _of_workbook(content: bytes) -> Iterator[Record]:
    try:
        yield from ((line, cells) for line, cells in records_of(content) if any(cell.strip() for cell in cells))
    except BrokenWorkbook as error:
        raise UnreadableFile(f"{error} In the spreadsheet choose “Save as”, then “CSV UTF-8”.") from error


def _of_text(text: str, needed: Sequence[str]) -> Iterator[Record]:
    lines = text.rstrip(f"\r\n{_END_OF_FILE}").splitlines(keepends=True)
    skipped = 1 if lines and lines[0].casefold().startswith("sep=") else 0
    reader = csv.reader(
        io.StringIO("".join(lines[skipped:]), newline=""), delimiter=_delimiter(lines[skipped:], needed), strict=True
    )
    return _records(reader, skipped)


def _decode(content: bytes) -> str:
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    for candidate in [encoding] if encoding else ["utf-8", "cp1252"]:
        try:
            text = content.decode(candidate)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnreadableFile(
        "The file is not text that can be read. In the spreadsheet choose “Save as”, then “CSV UTF-8”."
    )


def _delimiter(lines: Sequence[str], needed: Sequence[str]) -> str:
    """The one by which a line of the head names the columns; else what stands most often in the first line."""
    for line in lines[: _HEAD + 1]:
        for delimiter in _DELIMITERS:
            if _names_all(line.rstrip("\r\n").replace('"', "").split(delimiter), needed):
                return delimiter
    first = lines[0] if lines else ""
    return max(_DELIMITERS, key=first.count)


def _records(reader: Iterator[list[str]], skipped: int) -> Iterator[Record]:
    """Records that are not empty, each with the line on which it begins."""
    begins = skipped + 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise UnreadableFile(f"Line {begins} cannot be read: {error}. Look at its quotation marks.") from error
        if cells is None:
            return
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = skipped + reader.line_num + 1  # type: ignore[attr-defined]  # the type of csv.reader is private


def _head_of(records: Sequence[Sequence[str]], needed: Sequence[str]) -> int:
    """The place of the record that names the columns; the first where none does."""
    return next((place for place, cells in enumerate(records) if _names_all(cells, needed)), 0)


def _names_all(cells: Iterable[str], needed: Sequence[str]) -> bool:
    return set(needed) <= {_column(cell) for cell in cells}


def _column(name: str) -> str:
    return "_".join(name.strip().casefold().replace("_", " ").split())


def _refuse_columns(columns: Sequence[str], needed: Sequence[str], first: Sequence[Record]) -> None:
    missing = [name for name in needed if name not in columns]
    if missing and _in_one_cell(first, needed):
        raise UnreadableFile(
            "Each row stands in one cell: the spreadsheet did not split the columns. In the spreadsheet choose “Text "
            "to Columns” for the first column, or begin with an export as workbook or with semicolons."
        )
    if missing:
        raise UnreadableFile(
            f"The first line must name the columns; {', '.join(missing)} is missing. Begin with an export."
        )
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise UnreadableFile(f"The first line names {', '.join(twice)} twice. Remove one of the columns.")


def _in_one_cell(first: Sequence[Record], needed: Sequence[str]) -> bool:
    alone = [cells[0] for _, cells in first if sum(bool(cell.strip()) for cell in cells) == 1]
    return any(_names_all(cell.split(delimiter), needed) for cell in alone for delimiter in _DELIMITERS)
