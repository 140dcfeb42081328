"""CSV files: harmless in a spreadsheet, and read however a spreadsheet saved them."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.csv_files import UnreadableFile, disarm, read_csv, rearm, write_csv


def cells(content: bytes) -> list[dict[str, str]]:
    return [dict(row.cells) for row in read_csv(content, needed=["name"], most_rows=10)[1]]


@pytest.mark.parametrize("cell", ["=1+1", "+1 234", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "  =1", "＝1", "-"])
def test_cell_that_a_spreadsheet_would_calculate_becomes_text(cell: str) -> None:
    assert disarm(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "Contoso", "-19.16", "5", "O'Brien", "'quoted'", "a=b"])
def test_harmless_cell_stays_as_it_is(cell: str) -> None:
    assert disarm(cell) == cell


@given(st.text())
def test_what_was_disarmed_is_read_as_it_was(cell: str) -> None:
    assert rearm(disarm(cell)) == cell


def test_table_is_read_as_it_was_written() -> None:
    content = write_csv(["name", "note"], [["=2+3", 'a "b", c\nd'], ["Ümläut; GmbH", "'=x"]])

    assert content.startswith(codecs.BOM_UTF8)
    assert cells(content) == [
        {"name": "=2+3", "note": 'a "b", c\nd'},
        {"name": "Ümläut; GmbH", "note": "'=x"},
    ]


@pytest.mark.parametrize(
    "content",
    [
        "Name;Note\r\nÜber;x\r\n".encode("cp1252"),
        "name\tnote\nÜber\tx\n".encode("utf-16"),
        "sep=;\nname;note\nÜber;x\n".encode(),
        codecs.BOM_UTF8 + "note,NAME\nx,Über\n\n,,\n".encode(),
    ],
    ids=["Windows and semicolon", "UTF-16 and tab", "sep line", "other order"],
)
def test_file_is_read_however_a_spreadsheet_saved_it(content: bytes) -> None:
    assert cells(content) == [{"name": "Über", "note": "x"}]


def test_row_knows_the_line_on_which_it_begins() -> None:
    rows = read_csv(b'name\n\n"two\nlines"\nlast\n', needed=["name"], most_rows=10)[1]

    assert [(row.line, row.cells["name"]) for row in rows] == [(3, "two\nlines"), (5, "last")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "name is missing"),
        (b"title\nx\n", "name is missing"),
        (b"name,name\nx,y\n", "names name twice"),
        (b"PK\x03\x04rest", "This is a workbook"),
        (b"name\n\x00\n", "not text"),
        (b"\xff\xfen", "not text"),
        (b'name\n"never closed\n', "Line 2 cannot be read"),
        (b"name\na\nb,c\n", "Line 3 has more cells"),
        (b"name\n" + b"x\n" * 11, "more than 10 rows"),
        (b"name\n" + b"x" * 200_000, "Line 2 cannot be read"),
    ],
    ids=["empty", "no column", "twice", "workbook", "NUL", "half UTF-16", "quote", "cells", "rows", "huge cell"],
)
def test_unreadable_file_says_why(content: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        cells(content)
