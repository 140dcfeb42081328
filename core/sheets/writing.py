"""Tables for a spreadsheet: CSV with the delimiter that its country expects, or a workbook."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from core.sheets.cells import disarm, is_number

_MOST_CHARACTERS = 32_767  # that a cell of a workbook may hold
_WIDTH = 22


class Form(StrEnum):
    """The files that an export can be."""

    COMMA = "csv"
    SEMICOLON = "semicolon"
    WORKBOOK = "xlsx"

    @property
    def suffix(self) -> str:
        """Of the file's name."""
        return "xlsx" if self is Form.WORKBOOK else "csv"

    @property
    def content_type(self) -> str:
        """As the browser is told."""
        if self is Form.WORKBOOK:
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return "text/csv; charset=utf-8"

    def write(self, columns: Sequence[str], rows: Iterable[Sequence[str]], *, amounts: Collection[str] = ()) -> bytes:
        """The file; in a workbook the columns of ``amounts`` hold numbers, all others text."""
        if self is Form.WORKBOOK:
            return _write_workbook(columns, rows, {place for place, name in enumerate(columns) if name in amounts})
        return write_csv(columns, rows, delimiter=";" if self is Form.SEMICOLON else ",")


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str = ",") -> bytes:
    """A CSV file in UTF-8 with its byte order mark, by which spreadsheets know the encoding."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(columns)
    writer.writerows([disarm(cell) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + text.getvalue().encode()


def _write_workbook(columns: Sequence[str], rows: Iterable[Sequence[str]], amounts: Collection[int]) -> bytes:
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()  # its published type knows less than it can
    sheet.freeze_panes = "A2"
    for place in range(len(columns)):
        sheet.column_dimensions[get_column_letter(place + 1)].width = _WIDTH
    head = [_text(sheet, name) for name in columns]
    for cell in head:
        cell.font = Font(bold=True)
    sheet.append(head)
    for row in rows:
        sheet.append([_cell(sheet, cell, amount=place in amounts) for place, cell in enumerate(row)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _cell(sheet: Any, value: str, *, amount: bool) -> Any:
    if not amount or not is_number(value):
        return _text(sheet, value)
    number: Any = Decimal(value)
    cell = WriteOnlyCell(sheet, number)
    cell.number_format = "#,##0.00"
    return cell


def _text(sheet: Any, value: str) -> Any:
    """Text, also where it reads like a formula or a number."""
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value)[:_MOST_CHARACTERS])
    cell.data_type = "s"
    cell.number_format = "@"
    return cell
