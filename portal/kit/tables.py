"""Lists: the columns that all tables are made of, and the page around a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from inspect import signature
from typing import Any

import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django_filters import FilterSet

from portal.kit import figures
from portal.kit.badges import badge_html
from portal.kit.columns import hidden_columns
from portal.kit.page_sizes import page_size
from portal.kit.paging import PagedRows, RowPaginator

NUMBER = {"th": {"class": "number"}, "td": {"class": "number"}}


class MoneyColumn(tables.Column):
    """Amounts, right-aligned; the currency belongs into the header, once."""

    def __init__(self, *args: Any, word: str = "credit", **kwargs: Any) -> None:
        super().__init__(*args, attrs=NUMBER, **kwargs)
        self.word = word

    def render(self, value: Decimal) -> SafeString:
        return figures.money_html(value, self.word)


class PriceColumn(tables.Column):
    """Unit prices, right-aligned, with all the decimals they really have."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, attrs=NUMBER, **kwargs)

    def render(self, value: Decimal) -> SafeString | str:
        text = figures.write_price(value)
        return text if value >= 0 else format_html('{} <span class="word">{}</span>', text, "credit")


class QuantityColumn(PriceColumn):
    """Quantities and counts, right-aligned."""

    def render(self, value: Decimal) -> SafeString | str:
        return figures.write_quantity(value)


class WhenColumn(tables.Column):
    """A time as a person says it."""

    def render(self, value: dt.datetime) -> SafeString:
        return figures.when_html(value)


class StateColumn(tables.Column):
    """A choice field as a badge."""

    def render(self, record: Any, bound_column: Any) -> SafeString:
        name = bound_column.accessor
        return badge_html(getattr(record, name), getattr(record, f"get_{name}_display")())


class PortalTable(tables.Table):
    """Base of all tables: our template, an empty state that says the next step."""

    empty_title = "Nothing here yet"
    empty_help = ""
    list_name = ""  # what the browser remembers hidden columns by
    choosable: tuple[str, ...] = ()  # columns that may be hidden
    many_columns = False  # set closer where the window is not wide
    # Where each row is a card: the column that names it, and the one that stands beside the name.
    card_title = ""
    card_figure = ""

    class Meta:
        template_name = "portal/kit/lists/table.html"

    def __init__(self, data: QuerySet[Any], *, caption: str = "Rows", count: int | None = None, **kwargs: Any) -> None:
        super().__init__(PagedRows(data, count), **kwargs)
        self.caption = caption  # what screen readers call the table

    def hide(self, names: Sequence[str]) -> None:
        """Leave columns out that may be hidden."""
        for name in names:
            if name in self.choosable and name in self.columns.columns:
                self.columns.hide(name)

    def column_choices(self) -> list[tuple[str, str, bool]]:
        """Name, title and whether it is shown, of each column that may be hidden; where it is left out too."""
        columns = self.columns.columns
        return [(name, str(columns[name].header), columns[name].visible) for name in self.choosable if name in columns]

    def cells(self) -> Iterator[SafeString]:
        """The cells of each row of this page, written."""
        columns = [(self._attributes(column), _drawer(self, column)) for column in self.columns]
        for row in self.paginated_rows:
            yield format_html_join("", "<td {}>{}</td>", ((attributes, draw(row)) for attributes, draw in columns))

    def heading(self, record: Any) -> SafeString | str:  # noqa: ARG002  # for the lists that have some
        """The cells of a row above this one, such as the sum of what follows; "" for none."""
        return ""

    def headed_cells(self) -> Iterator[tuple[SafeString | str, SafeString]]:
        """The cells of each row of this page, and before them those of what stands above it."""
        for row, cells in zip(self.paginated_rows, self.cells(), strict=True):
            yield self.heading(row.record), cells

    def _attributes(self, column: Any) -> SafeString:
        """Those of the column's cells, with what a card needs: its place in it, and what it is called there."""
        given = dict(column.attrs["td"])
        title, figure = self.card_title == column.name, self.card_figure == column.name
        words = [given.get("class", ""), "card-title" if title else "", "card-figure" if figure else ""]
        given["class"] = " ".join(filter(None, words))
        label = column.header
        if label and not title and not isinstance(label, SafeString):
            given["data-label"] = label
        known = ((name, value) for name, value in {"role": "cell", **given}.items() if value is not None)
        return format_html_join(" ", '{}="{}"', known)


def _drawer(table: PortalTable, column: Any) -> Callable[[Any], Any]:
    """How a column draws its cells. What the library asks anew for each cell is asked once for all rows."""
    render, empty, default = column.render, column.column.empty_values, column.default
    parameters = signature(render).parameters.values()
    takes_all = any(each.kind is each.VAR_KEYWORD for each in parameters)
    named = [each.name for each in parameters if each.kind is not each.VAR_KEYWORD]
    find = _finder(column.accessor, table.data.model) if empty or takes_all or "value" in named else None

    def draw(row: Any) -> Any:
        value = find(row.record) if find else None
        if value in empty:
            return default
        given = {
            "value": value,
            "record": row.record,
            "column": column.column,
            "bound_column": column,
            "bound_row": row,
            "table": table,
        }
        return render(**(given if takes_all else {name: given[name] for name in named}))

    return draw


def _finder(accessor: Any, model: Any) -> Callable[[Any], Any]:
    """What leads from a row to a column's value: a choice is said in words, what is missing is None."""
    path, words = accessor.bits, dict(getattr(accessor.get_field(model), "flatchoices", ()))

    def find(record: Any) -> Any:
        for name in path:
            record = getattr(record, name, None)
        return words.get(record, record) if words else record

    return find


def name_html(url: str, name: str, under: str = "") -> SafeString:
    """The cell that names a row: a link, and quieter what tells two alike apart."""
    link = format_html('<a href="{}"><bdi>{}</bdi></a>', url, name or "(no name)")
    return format_html('{}<span class="under"><bdi>{}</bdi></span>', link, under) if under else link


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter, and the address of the list without it."""

    label: str
    value: str
    without: str


def list_page(
    request: HttpRequest,
    template: str,
    table: PortalTable,
    *,
    filters: FilterSet | None = None,
    search: forms.Form | None = None,
    total: int | None = None,
    fragment: str = "portal/kit/lists/list.html",
    **context: Any,
) -> TemplateResponse:
    """A list with its filters, sorted and cut into pages as the address says.

    The filters are a ``FilterSet``, or a ``search`` form whose answers the view has applied itself.
    ``total`` is the number of rows without any filter. An htmx request for the list alone gets the
    ``fragment`` alone.
    """
    form = filters.form if filters is not None else search
    chips = list(filter_chips(request, form)) if form is not None else []
    if filters is not None:
        table.data.whole = filters.queryset
    if total is not None and not chips and table.data.known is None:
        table.data.known = total  # nothing narrows the list
    cut_pages(request, table, page_size(request))
    table.hide(hidden_columns(request, table.list_name) if table.list_name else ())
    shown = table.paginator.count
    kept = request.GET.copy()
    for name in (*(form.fields if form is not None else ()), "page"):
        kept.pop(name, None)
    context |= {
        "kept": kept,
        "table": table,
        "filters": filters,
        "search": search,
        "find": form,
        "chips": chips,
        "shown": shown,
        "total": total or shown,
    }
    alone = getattr(request, "htmx", None) and request.htmx.target == "list"  # type: ignore[attr-defined]  # django-htmx
    response = TemplateResponse(request, fragment if alone else template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])  # a browser must not show the part for the page
    return response


def cut_pages(request: HttpRequest, table: PortalTable, size: int) -> None:
    """Sort the table and show the page that the address names. How many rows it has is never the address's to say."""
    table.request = request
    if order := request.GET.getlist(table.prefixed_order_by_field):
        table.order_by = order
    table.paginator = RowPaginator(table.rows, size)
    table.page = table.paginator.get_page(request.GET.get(table.prefixed_page_field, 1))


def filter_chips(request: HttpRequest, form: forms.Form) -> Iterable[Chip]:
    """The active filters of a form, each with the way to remove it."""
    for name, field in form.fields.items():
        value = request.GET.get(name, "")
        if not value:
            continue
        rest = [(key, each) for key, values in request.GET.lists() for each in values if key not in {name, "page"}]
        words = dict(getattr(field, "choices", ()))
        label = "Search" if getattr(field.widget, "input_type", "") == "search" else str(field.label)
        yield Chip(label, str(words.get(value, value)), f"?{urlencode(rest)}")
