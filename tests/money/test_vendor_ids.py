"""Ids of a target are text: numbers of any sign, UUIDs, and whatever the next vendor has."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest

from tests.bookkeeping.product import id_order
from tests.bookkeeping.target import Target
from tests.money.random_rows import make_row, open_books, receive

UUID = "8c22d12a-0b17-4ed2-b612-42ea63985bef"


@pytest.mark.parametrize("template_id", ["-12", UUID])
def test_template_is_written_and_billed_once_whatever_its_id_looks_like(
    template_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Target, "__init__", _with_ids(template_id))
    books = open_books()
    receive(books, [make_row(5, (Decimal("8.50"), Decimal("10.00")), "1", start=1, month="2026-10")])

    first = books.sync()
    again = books.sync()
    books.generate()

    assert {(change.template_id, change.action) for change in first.writes} == {(template_id, "add_line")}
    assert again.writes == []
    assert {line.line_id for line in books.target.lines.values()} == {f"{template_id}/9"}
    assert books.billed() == (Decimal("42.50"), Decimal("50.00"))


def _with_ids(template_id: str):
    plain = Target.__init__

    def make(self: Target, **values: object) -> None:
        plain(
            self,
            template_ids=iter([template_id]),
            ids=(f"{template_id}/{number}" for number in itertools.count(9)),
            **values,
        )

    return make


def test_of_two_lines_with_one_mark_the_older_stays_also_where_its_number_is_shorter() -> None:
    books = open_books()
    books.target.ids = itertools.count(8)
    receive(books, [make_row(5, (Decimal("8.50"), Decimal("10.00")), "1", start=1, month="2026-10")])
    books.sync()
    (ours,) = books.target.lines.values()
    books.target.copy_line(ours)
    books.target.copy_line(ours)
    del books.target.lines[ours.line_id]
    assert list(books.target.lines) == ["9", "10"]

    books.sync()

    assert list(books.target.lines) == ["9"]


def test_order_of_ids_is_that_of_their_numbers() -> None:
    ids = ["10", UUID, "", "9", "-2", "-10", "abc"]

    assert sorted(ids, key=id_order) == ["", "-10", "-2", "9", "10", UUID, "abc"]
