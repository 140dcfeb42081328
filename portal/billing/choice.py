"""Which rows of the billing list somebody looks at, or has ticked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from money.enums import Motion
from money.words import ZERO
from portal.billing.forms import ALL, TABS, BillingSearch
from programs.models import Program
from reports.billing import NOT_MAPPED, Late, billing_items, count_items, find_late, sums_by_state, unmapped_items

MOST_TICKED = 1000  # far more than a page has boxes


@dataclass(frozen=True, slots=True)
class RowChoice:
    """The rows that search, motion and tab leave; ``sums`` are counts and retail by state, whatever the tab.

    ``total`` is how many rows there are without any of them.
    """

    form: BillingSearch
    tab: str
    items: QuerySet[Any]
    sums: dict[str, tuple[int, Decimal]]
    total: int
    late: Late

    def sum(self, tab: str) -> tuple[int, Decimal]:
        """How many rows a tab has, and what retail they come to."""
        chosen = [each for state, each in self.sums.items() if tab in {ALL, state}]
        return sum(count for count, _ in chosen), sum((retail for _, retail in chosen), ZERO)


def choose_items(program: Program, data: QueryDict) -> RowChoice:
    """The rows that an address or a form describes by ``q``, ``motion`` and ``tab``."""
    form = BillingSearch(data)
    form.is_valid()
    words, motion = form.cleaned_data.get("q", ""), form.cleaned_data.get("motion", "")
    late = find_late(program)
    items = billing_items(program, words, motion, late)
    sums = sums_by_state(items)
    narrowed = bool(words.strip() or motion)
    total = count_items(program) if narrowed else sum(count for count, _ in sums.values())
    tab = _tab(data.get("tab", ""), sums)
    if tab == NOT_MAPPED:
        items = unmapped_items(program, words, motion)
    elif tab != ALL:
        items = items.filter(state=tab)
    return RowChoice(form, tab, items, sums, total, late)


def chosen_pairs(program: Program, data: QueryDict) -> list[tuple[int, str]]:
    """Customer and motion of the rows that a form has ticked, or of all that match where it says so."""
    if data.get("all"):
        items = choose_items(program, data).items
        return list(items.order_by("customer_id", "motion").values_list("customer_id", "motion"))
    return ticked_pairs(data.getlist("row"))


def ticked_pairs(words: Sequence[str]) -> list[tuple[int, str]]:
    """Customer and motion of the rows that were ticked, each once; what names no row is left out."""
    pairs = [_pair(word) for word in words[:MOST_TICKED]]
    return list(dict.fromkeys(pair for pair in pairs if pair is not None))


def _pair(word: str) -> tuple[int, str] | None:
    """The id of a customer, ``-``, and a motion."""
    number, _, motion = word.partition("-")
    if motion not in list(Motion) or not number.isascii() or not number.isdecimal() or len(number) > 18:
        return None
    return int(number), motion


def _tab(wanted: str, sums: dict[str, tuple[int, Decimal]]) -> str:
    """The tab asked for; else what is not mapped, as long as there is any."""
    if wanted in dict(TABS):
        return wanted
    return NOT_MAPPED if NOT_MAPPED in sums else ALL
