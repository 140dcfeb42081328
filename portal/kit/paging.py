"""Pages of long lists: the database sorts, counts and skips ids alone; whole rows are read for one page.

A list's rows are wide and carry what belongs to them. Sorting, and skipping to a late page, would
otherwise work all of that out for thousands of rows that nobody sees.
"""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, QuerySet, Window
from django_tables2.data import TableQuerysetData

_LONGEST_NUMBER = 6  # digits of a page's number that is looked for; beyond it is no page


class PagedRows(TableQuerysetData):
    """The rows of a list; a page costs two queries, and the number of all rows comes along.

    ``known`` is that number, where the view has counted already. ``whole`` are the same rows without what
    narrows the list, where they are cheaper to read so: a search, say, need not be made again for a page.
    """

    data: QuerySet[Any]

    def __init__(self, data: QuerySet[Any], known: int | None = None, whole: QuerySet[Any] | None = None) -> None:
        super().__init__(data)
        self.known = known
        self.whole = whole
        self._found: tuple[int, list[int]] | None = None  # the place of a page's first row, and the page's ids

    def __len__(self) -> int:
        if self.known is None:
            self.known = self.data.order_by().count()
        return self.known

    def order_by(self, aliases: Any) -> None:
        """As the columns say; rows that are alike to them by id, so that no page shows again what another one has."""
        self._found = None
        super().order_by(aliases)
        if aliases:
            self.data = self.data.order_by(*self.data.query.order_by, "pk")

    def look(self, first: int, size: int) -> None:
        """Find a page's ids, and with them the number of all rows where it is not known."""
        if self._found is not None and self._found[0] == first:
            return
        if self.known is None:
            counted = self.data.annotate(number_of_rows=Window(Count("pk"))).values_list("pk", "number_of_rows")
            found = list(counted[first : first + size])
            if found or not first:
                self.known = found[0][1] if found else 0
            ids = [pk for pk, _ in found]
        else:
            ids = self._ids(first, min(first + size, self.known))
        self._found = first, ids

    def _ids(self, first: int, stop: int) -> list[int]:
        """Those of some places, counted from the end where that is nearer."""
        assert self.known is not None
        if first * 2 <= self.known:
            return list(self.data.values_list("pk", flat=True)[first:stop])
        backwards = self.data.reverse().values_list("pk", flat=True)
        return list(backwards[self.known - stop : self.known - first])[::-1] if first < stop else []

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, slice):
            return super().__getitem__(key)
        self.look(key.start, key.stop - key.start)
        assert self._found is not None
        ids = self._found[1]
        rows = self.data if self.whole is None else self.whole
        found = {row.pk: row for row in rows.order_by().filter(pk__in=ids)} if ids else {}
        return [found[pk] for pk in ids if pk in found]


class RowPaginator(Paginator):  # type: ignore[type-arg]  # no generic at run time
    """Cuts ``PagedRows``, or the rows of a table over them, into pages; asks for a page before the number of all."""

    def page(self, number: Any) -> Any:
        """The page of that number. Raises ``PageNotAnInteger`` and ``EmptyPage`` as Django's paginator does."""
        self._look(number)
        return super().page(number)

    def get_page(self, number: Any) -> Any:
        """The page of that number; the first where it is none, the last where it is too high."""
        self._look(number)
        return super().get_page(number)

    def _look(self, number: Any) -> None:
        page = str(number)
        if page.isascii() and page.isdecimal() and len(page) <= _LONGEST_NUMBER and page.strip("0"):
            self._rows.look((int(page) - 1) * self.per_page, self.per_page)

    @property
    def _rows(self) -> PagedRows:
        given: Any = self.object_list
        return given if isinstance(given, PagedRows) else given.data


def page_of(rows: PagedRows, number: Any, size: int) -> Any:
    """That page of rows which no table shows; the first where the number is none, the last where it is too high."""
    return RowPaginator(rows, size).get_page(number)
