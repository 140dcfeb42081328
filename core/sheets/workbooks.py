"""The rows of a workbook (XLSX), read within bounds."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

SIGNATURE = b"PK\x03\x04"
_MOST_UNPACKED = 100_000_000  # bytes
_MOST_ENTRIES = 500
_MOST_COLUMNS = 200
_BROKEN = (BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, OSError, SyntaxError)


class BrokenWorkbook(Exception):
    """The file says that it is a workbook, and cannot be read as one; ``str(error)`` says why."""


def records_of(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row of the first sheet. Raises ``BrokenWorkbook``."""
    _refuse_bombs(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS), 1):
            yield number, _without_end(row)
    except IndexError as error:
        raise BrokenWorkbook("The workbook has no sheet.") from error
    except _BROKEN as error:
        raise BrokenWorkbook("The workbook is damaged, or protected by a password.") from error


def _refuse_bombs(content: bytes) -> None:
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            entries = packed.infolist()
    except BadZipFile as error:
        raise BrokenWorkbook("The workbook is damaged, or protected by a password.") from error
    if len(entries) > _MOST_ENTRIES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise BrokenWorkbook(f"The workbook holds more than {_MOST_UNPACKED // 1_000_000} MB.")


def _without_end(row: tuple[Any, ...]) -> list[str]:
    cells = [_shown(value) for value in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _shown(value: object) -> str:
    """As a person would have typed it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)
