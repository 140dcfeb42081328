"""Pages of a list: every row on one page, in its order, however its number is known and wherever one looks first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.paginator import EmptyPage, PageNotAnInteger
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Partner
from core.scope import partner_scope
from customers.models import Customer
from portal.kit.paging import PagedRows, RowPaginator, page_of
from tests import factories as make

SIZE = 3
NAMES = ["Zeta", "Alpha", "Mike", "Echo", "Alpha", "Yankee", "Bravo"]


@pytest.fixture
def rows(partner: Partner) -> Iterator[Any]:
    """Seven customers by name, two of them alike."""
    with partner_scope(partner.pk):
        source = make.ConnectionFactory()
        for name in NAMES:
            make.CustomerFactory(source=source, name=name)
        yield Customer.objects.order_by("name", "pk")


def names(page: Any) -> list[str]:
    return [row.name for row in page]


@pytest.mark.parametrize("known", [None, len(NAMES)])
@pytest.mark.parametrize("order", [[1, 2, 3], [3, 2, 1], [2, 2, 3]])
def test_pages_hold_every_row_once_and_in_order(rows: Any, known: int | None, order: list[int]) -> None:
    paginator = RowPaginator(PagedRows(rows, known), SIZE)

    pages = {number: names(paginator.page(number)) for number in order}

    expected = sorted(NAMES)
    assert pages == {number: expected[(number - 1) * SIZE : number * SIZE] for number in order}
    assert (paginator.count, paginator.num_pages) == (7, 3)


@pytest.mark.parametrize(("known", "number"), [(None, 1), (None, 2), (7, 1), (7, 3)])
def test_page_and_the_number_of_all_rows_are_two_queries(rows: Any, known: int | None, number: int) -> None:
    with CaptureQueriesContext(connection) as asked:
        page = page_of(PagedRows(rows, known), number, SIZE)
        shown = (names(page), page.paginator.count)
        assert page.has_previous() == (number > 1)
        assert not page.has_next() or page.next_page_number() == number + 1

    assert shown == (sorted(NAMES)[(number - 1) * SIZE : number * SIZE], 7)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("number", "first"), [(None, "Alpha"), ("", "Alpha"), ("two", "Alpha"), ("²", "Alpha"), ("2", "Echo")]
)
@pytest.mark.parametrize("known", [None, 7])
def test_what_is_no_number_shows_the_first_page(rows: Any, known: int | None, number: Any, first: str) -> None:
    assert names(page_of(PagedRows(rows, known), number, SIZE))[0] == first


@pytest.mark.parametrize("number", [4, "4", "999999", "9" * 30, "0", "-1"])
@pytest.mark.parametrize("known", [None, 7])
def test_page_that_is_not_there_shows_the_last(rows: Any, known: int | None, number: Any) -> None:
    with pytest.raises(EmptyPage):
        RowPaginator(PagedRows(rows, known), SIZE).page(number)

    assert names(page_of(PagedRows(rows, known), number, SIZE)) == ["Zeta"]


def test_words_in_place_of_a_number_raise(rows: Any) -> None:
    with pytest.raises(PageNotAnInteger):
        RowPaginator(PagedRows(rows), SIZE).page("two")


@pytest.mark.parametrize("known", [None, 0])
def test_list_without_rows_has_one_empty_page(rows: Any, known: int | None) -> None:
    page = page_of(PagedRows(rows.filter(name="Nobody"), known), "5", SIZE)

    assert (list(page), page.paginator.count, page.number) == ([], 0, 1)


def test_rows_are_read_as_the_whole_list_has_them(rows: Any) -> None:
    narrowed = rows.filter(name__startswith="A")

    with CaptureQueriesContext(connection) as asked:
        page = page_of(PagedRows(narrowed, whole=rows), 1, SIZE)

    assert names(page) == ["Alpha", "Alpha"]
    assert "LIKE" not in asked[1]["sql"]
