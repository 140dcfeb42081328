"""Tables: harmless in a spreadsheet, and read however a spreadsheet saved them."""

from __future__ import annotations

import codecs
import datetime as dt
import io
import zipfile
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from core.sheets.cells import as_whole_number, disarm, lost_digits, rearm
from core.sheets.reading import UnreadableFile, read_table
from core.sheets.writing import Form, write_csv


def cells(content: bytes) -> list[dict[str, str]]:
    return [dict(row.cells) for row in read_table(content, needed=["name"], most_rows=10).rows]


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
    rows = read_table(b'name\n\n"two\nlines"\nlast\n', needed=["name"], most_rows=10).rows

    assert [(row.line, row.cells["name"]) for row in rows] == [(3, "two\nlines"), (5, "last")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "name is missing"),
        (b"title\nx\n", "name is missing"),
        (b"name,name\nx,y\n", "names name twice"),
        (b"PK\x03\x04rest", "The workbook is damaged"),
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


def workbook(*rows: Sequence[object]) -> bytes:
    book, content = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(content)
    return content.getvalue()


def test_workbook_is_read_as_it_was_written_and_runs_nothing() -> None:
    content = Form.WORKBOOK.write(
        ["name", "amount"], [["=2+3", "19.16"], ["0042", "n/a"], ["a\x07b", "-1"]], amounts=["amount"]
    )

    assert cells(content) == [
        {"name": "=2+3", "amount": "19.16"},
        {"name": "0042", "amount": "n/a"},
        {"name": "ab", "amount": "-1"},
    ]
    shown = [
        [(cell.data_type, cell.number_format) for cell in row] for row in load_workbook(io.BytesIO(content)).active
    ]
    assert shown[1:] == [[("s", "@"), ("n", "#,##0.00")], [("s", "@"), ("s", "@")], [("s", "@"), ("n", "#,##0.00")]]


def test_cells_of_a_workbook_are_read_as_a_person_would_type_them() -> None:
    day = dt.date(2026, 10, 7)
    content = workbook(
        ["Mappings of October"],
        [],
        ["Name", "a", "b", "c", "d"],
        ["x", 5008, 5008.0, True, day],
        ["y", 0.5, None, False],
    )
    table = read_table(content, needed=["name"], most_rows=10)

    assert [list(row.cells.values()) for row in table.rows] == [
        ["x", "5008", "5008", "true", "2026-10-07"],
        ["y", "0.5", "", "false"],
    ]
    assert [row.line for row in table.rows] == [4, 5]
    assert table.notes == ["The line above the names of the columns was not read."]


def test_workbook_that_unpacks_to_more_than_it_may_is_refused_before_it_is_read() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000_001)
    assert len(content.getvalue()) < 200_000

    with pytest.raises(UnreadableFile, match="more than 100 MB"):
        cells(content.getvalue())


def test_workbook_that_names_an_entity_of_its_own_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    whole, content = zipfile.ZipFile(io.BytesIO(workbook(["name"], ["x"]))), io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        for entry in whole.namelist():
            text = whole.read(entry)
            packed.writestr(entry, bomb + text if entry.endswith("sheet1.xml") else text)

    with pytest.raises(UnreadableFile, match="The workbook is damaged"):
        cells(content.getvalue())


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_file_has_the_delimiter_that_was_asked_for(delimiter: str) -> None:
    form = Form.COMMA if delimiter == "," else Form.SEMICOLON
    content = form.write(["name", "note"], [["a", "b"]])

    assert content == codecs.BOM_UTF8 + f"name{delimiter}note\r\na{delimiter}b\r\n".encode()


@pytest.mark.parametrize(
    ("content", "notes"),
    [
        (b"Mappings, October\n\nname;note\nx;y\n", ["The line above the names of the columns was not read."]),
        (b"Mappings\nby,whom,ever\nname;note\nx;y\n", ["The 2 lines above the names of the columns were not read."]),
        (b"name;note\nx;y\n\x1a", []),
        (b"name;note\nx;y\r\n\x1a\r\n", []),
        (b'name;note\n="x";y\n', []),
        (b'name;note\n"=""x""";y\n', []),
    ],
)
def test_what_programs_put_around_a_table_is_left_out(content: bytes, notes: list[str]) -> None:
    table = read_table(content, needed=["name"], most_rows=10)

    assert [dict(row.cells) for row in table.rows] == [{"name": "x", "note": "y"}]
    assert table.notes == notes


@pytest.mark.parametrize(
    "content",
    [
        b'"name,note"\n"x,y"\n',
        b'"note;name"\n"x;y"\n',
        b'Mappings\n"name,note"\n"x,y"\n',
        workbook(["name,note"], ["x,y"]),
    ],
)
def test_rows_that_stand_in_one_cell_are_said_with_the_cure(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"Each row stands in one cell.*Text to Columns"):
        read_table(content, needed=["name", "note"], most_rows=10)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_twenty_thousand_rows_are_read_in_every_encoding(encoding: str) -> None:
    row = ";".join(["8c22d12a-0b17-4ed2-b612-42ea63985bef", "Énergie et compagnie"] * 3)
    content = ("name;b;c;d;e;f\n" + f"{row}\n" * 20_000).encode(encoding)

    assert len(read_table(content, needed=["name"], most_rows=20_000).rows) == 20_000
    assert encoding != "utf-16" or len(content) > 5_000_000


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("5008", "5008"), ("5008.0", "5008"), ("5008,00", "5008"), ("5,008", "5008"), ("5.008", "5008"),
        ("5\u00a0008", "5008"), ("1,005,008", "1005008"), ("1.005.008,00", "1005008"), ("-94", "-94"),
        ("-1,094", "-1094"),        ("5,0081", "5,0081"), ("1,005.008", "1,005.008"), ("5.5", "5.5"),
        ("T-5,008", "T-5,008"),
        ("", ""),
        ("x.0", "x.0"), ("5.000", "5000"), ("50.00", "50"),
    ],
)  # fmt: skip
def test_number_that_a_spreadsheet_rewrote_is_known_again(cell: str, number: str) -> None:
    assert as_whole_number(cell) == number


@pytest.mark.parametrize(
    ("cell", "lost"),
    [("1.23457E+11", True), ("1,23457E+11", True), ("5e9", True), ("E5", False), ("5E-9", False), ("8c22d12a", False)],
)
def test_number_that_lost_its_digits_is_told(cell: str, lost: bool) -> None:
    assert lost_digits(cell) is lost
