"""CSV files that people open in a spreadsheet: written so that no cell runs, read however they were saved."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

# A spreadsheet takes a cell that begins with one of these for a formula; the wide ones where the
# language writes them. An apostrophe before it makes the cell text.
_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_DELIMITERS = ",;\t"
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WORKBOOK = b"PK\x03\x04"


class UnreadableFile(Exception):
    """The file is no such table; ``str(error)`` says what to do about it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line of the file on which it begins, and its cells by column name."""

    line: int
    cells: Mapping[str, str]


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file in UTF-8 with its byte order mark, by which spreadsheets know the encoding."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([disarm(cell) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + text.getvalue().encode()


def disarm(cell: str) -> str:
    """The cell as text that no spreadsheet calculates; ``rearm`` takes it back."""
    quoted = cell.startswith("'") and _is_formula(cell.lstrip("'"))
    return f"'{cell}" if quoted or _is_formula(cell) else cell


def rearm(cell: str) -> str:
    """What ``disarm`` was given."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell.lstrip("'")) else cell


def read_csv(content: bytes, *, needed: Sequence[str], most_rows: int) -> tuple[list[str], list[Row]]:
    """The columns of the file, and its rows without the empty ones.

    Comma, semicolon or tab between cells; UTF-8, UTF-16 or the Western code page of Windows. Column
    names are told apart by letters alone: "Customer ID" is ``customer_id``. Raises
    ``UnreadableFile`` also when one of the ``needed`` columns is missing.
    """
    text = _decode(content)
    lines = text.splitlines(keepends=True)
    skipped = 1 if lines and lines[0].casefold().startswith("sep=") else 0
    reader = csv.reader(
        io.StringIO("".join(lines[skipped:]), newline=""), delimiter=_delimiter(lines[skipped:]), strict=True
    )
    records = _records(reader, skipped)
    columns = [_column(name) for name in next(records, (0, []))[1]]
    _refuse_columns(columns, needed)
    rows: list[Row] = []
    for line, cells in records:
        if len(rows) == most_rows:
            raise UnreadableFile(
                f"The file has more than {most_rows:,} rows. Split it, and import the parts one by one."
            )
        if len(cells) > len(columns) and any(cells[len(columns) :]):
            raise UnreadableFile(
                f"Line {line} has more cells than the first line names. Put cells that hold the delimiter in quotes."
            )
        rows.append(Row(line, dict(zip(columns, [rearm(cell.strip()) for cell in cells], strict=False))))
    return columns, rows


def _is_formula(cell: str) -> bool:
    return cell.lstrip(" ").startswith(_STARTS_FORMULA) and not _NUMBER.fullmatch(cell)


def _decode(content: bytes) -> str:
    if content.startswith(_WORKBOOK):
        raise UnreadableFile(
            "This is a workbook, not a CSV file. In the spreadsheet choose “Save as”, then “CSV UTF-8”."
        )
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


def _delimiter(lines: Sequence[str]) -> str:
    """What stands most often in the first line."""
    first = lines[0] if lines else ""
    return max(_DELIMITERS, key=first.count)


def _records(reader: Iterator[list[str]], skipped: int) -> Iterator[tuple[int, list[str]]]:
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


def _column(name: str) -> str:
    return "_".join(name.strip().casefold().replace("_", " ").split())


def _refuse_columns(columns: Sequence[str], needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in columns]
    if missing:
        raise UnreadableFile(
            f"The first line must name the columns; {', '.join(missing)} is missing. Begin with an export."
        )
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    if twice:
        raise UnreadableFile(f"The first line names {', '.join(twice)} twice. Remove one of the columns.")
