"""The account of an invoice as a table: customers beside what became of their money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from invoices.models import SourceInvoice
from money.words import ZERO, Money
from portal.kit.page_sizes import page_size
from portal.kit.selects import FlatSelect
from portal.kit.tables import filter_chips
from programs.models import Program
from reports.invoice import NOBODY, AccountPage, AccountRow, rows_named
from reports.strip import LABELS

NAME, INVOICED = "customer", "invoiced"
SIDES = [("", "Retail"), ("cost", "Cost")]


class AccountForm(forms.Form):
    """Which customers of an invoice are shown, and whether in retail or in cost."""

    q = forms.CharField(required=False, label="Search", max_length=200, widget=forms.SearchInput)
    became = forms.ChoiceField(
        required=False,
        choices=[("", "Anything"), *((str(name), label) for name, label in LABELS.items())],
        label="What became of it",
        widget=FlatSelect,
    )
    side = forms.ChoiceField(required=False, choices=SIDES, label="Amounts", widget=FlatSelect)


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount of a customer, and the address of the rows that it is made of."""

    label: str
    amount: Decimal
    url: str


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One row of the table; ``url`` leads to the customer."""

    row: AccountRow
    url: str
    invoiced: Cell
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Heading:
    """A column by which the table can be sorted."""

    name: str
    label: str
    order: str  # what its link asks for
    sorted: str  # as ``aria-sort`` has it; "" where it is not sorted by this


def account_context(
    request: HttpRequest, account: AccountPage, invoice: SourceInvoice, program: Program
) -> dict[str, Any]:
    """The account's table as the address says: searched, sorted, and cut into pages."""
    form = AccountForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    side = asked.get("side") or "retail"
    rows = _narrowed(account.rows, asked.get("q", "").strip(), asked.get("became", ""))
    order = request.GET.get("sort", "")
    paginator = Paginator(_in_order(rows, order, side), page_size(request))
    page = paginator.get_page(request.GET.get("page", 1))
    places = _Places(request, invoice, program)
    return {
        "account": account,
        "find": form,
        "chips": list(filter_chips(request, form)),
        "kept": _kept(request, form),
        "side": side,
        "headings": _headings(account, order),
        "page": page,
        "elided": list(paginator.get_elided_page_range(page.number)) if paginator.num_pages > 1 else [],
        "rows": [places.draw(row, account.parts, side) for row in page.object_list],
        "sums": [sum((_side(row.parts[name], side) for row in rows), ZERO) for name, _ in account.parts],
        "sum": sum((_side(row.invoiced, side) for row in rows), ZERO),
        "shown": len(rows),
        "total": len(account.rows),
    }


def _narrowed(rows: list[AccountRow], words: str, part: str) -> list[AccountRow]:
    found = rows_named(rows, words) if words else rows
    return [row for row in found if row.parts[part]] if part else found


def _in_order(rows: list[AccountRow], order: str, side: str) -> list[AccountRow]:
    """By name unless something else is asked for; those in nobody's account last."""
    name = order.removeprefix("-")
    if name == INVOICED or name in LABELS:

        def amount(row: AccountRow) -> Decimal:
            return _side(row.invoiced if name == INVOICED else row.parts[name], side)

        return sorted(rows, key=amount, reverse=order.startswith("-"))
    down = order == f"-{NAME}"
    named = sorted(rows, key=lambda row: (row.name.casefold(), row.motion), reverse=down)
    return sorted(named, key=lambda row: row.customer_id is None)


def _headings(account: AccountPage, order: str) -> list[Heading]:
    columns = [(NAME, "Customer"), (INVOICED, "Invoiced"), *account.parts]
    return [_heading(name, label, order or NAME) for name, label in columns]


def _heading(name: str, label: str, order: str) -> Heading:
    """Asked for again it turns round; asked for first, the most money comes first."""
    if order.removeprefix("-") != name:
        return Heading(name, label, name if name == NAME else f"-{name}", "")
    down = order.startswith("-")
    return Heading(name, label, name if down else f"-{name}", "descending" if down else "ascending")


def _kept(request: HttpRequest, form: forms.Form) -> Any:
    kept = request.GET.copy()
    for name in (*form.fields, "page"):
        kept.pop(name, None)
    return kept


def _side(amount: Money, side: str) -> Decimal:
    return amount.cost if side == "cost" else amount.retail


class _Places:
    """Addresses of customers and of an invoice's rows."""

    def __init__(self, request: Any, invoice: SourceInvoice, program: Program) -> None:
        self.slug, self.program_id = request.partner.slug, program.pk
        self.rows = reverse("invoice_rows", args=[self.slug, program.pk, invoice.pk])

    def draw(self, row: AccountRow, parts: Iterable[tuple[str, str]], side: str) -> CustomerRow:
        """A row with its addresses."""
        customer = row.customer_id
        asked = {"customer": customer or NOBODY} | ({"motion": row.motion} if row.motion else {})
        return CustomerRow(
            row=row,
            url=reverse("customer", args=[self.slug, self.program_id, customer]) if customer else "",
            invoiced=Cell("Invoiced", _side(row.invoiced, side), f"{self.rows}?{urlencode(asked)}"),
            cells=[
                Cell(label, _side(row.parts[name], side), f"{self.rows}?{urlencode(asked | {'became': name})}")
                for name, label in parts
            ],
        )
