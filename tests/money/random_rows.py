"""Random rows of a subscription, as distributors write them and as they should not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.bookkeeping.books import Books, with_rules
from tests.bookkeeping.cells import last_day
from tests.bookkeeping.source import Invoice, Row, Subscription

OCT = "2026-10"
CENTS = st.decimals(min_value=0, max_value=500, places=2)
PRICES = CENTS | st.decimals(min_value=0, max_value=500, places=4)
STYLES = st.sampled_from(["line", "quantity", "warn"])
PRICINGS = st.sampled_from(["cost and retail", "only cost", "only quantity"])
CYCLES = {"monthly": "Monthly", "azure": "usage", "annual": "Annual"}
MOTIONS = st.sampled_from(list(CYCLES))
ANY_RULES = st.fixed_dictionaries(
    {"prorations": STYLES, "apply_credits": st.booleans(), "negative_lines": st.booleans()}
)

Rows = list[Row]
_FOUR_PLACES = Decimal("0.0001")


def open_books(
    motion: str = "monthly", pricing: str = "cost and retail", *, first_month: str = OCT, **rules: object
) -> Books:
    """Books in which the subscription s1 is charged so; the templates run first on the day after this month."""
    books = with_rules(**rules)
    books.first_month = first_month
    books.source.subscriptions["s1"] = Subscription("s1", cycle=CYCLES[motion])
    books.mapping("Northwind", motion).pricing = pricing
    return books


def receive(books: Books, rows: Rows, month: str = OCT) -> Invoice:
    """One more invoice with these rows, which say themselves how they are billed: their lengths are anything."""
    said = [replace(row, cycle=row.cycle or _words(books, row.subscription)) for row in rows]
    invoice = Invoice(f"I{len(books.source.invoices) + 1}", month, said)
    books.receive(invoice)
    return invoice


def _words(books: Books, subscription: str) -> str:
    known = books.source.subscription(subscription)
    return known.cycle if known and known.cycle != CYCLES["azure"] else ""


def make_row(seats: int, prices: tuple[Decimal, Decimal], ratio: str, *, start: int, month: str) -> Row:
    """A row from this day to the month's end, whose amounts have four places, as on an invoice."""
    year, number = (int(part) for part in month.split("-"))
    amounts = [(seats * price * Decimal(ratio)).quantize(_FOUR_PLACES) for price in prices]
    return Row.priced(
        subscription="s1",
        start=dt.datetime(year, number, start, tzinfo=dt.UTC),
        end=dt.datetime(year, number, last_day(month), tzinfo=dt.UTC),
        seats=Decimal(seats),
        ratio=Decimal(ratio),
        cost=prices[0],
        retail=prices[1],
        cost_amount=amounts[0],
        retail_amount=amounts[1],
    )


@st.composite
def months_of_seats(draw: Any, month: str = OCT, prices: Any = PRICES) -> Rows:
    """A month that begins with some seats, then gains, loses and is priced anew."""
    standing, price = draw(st.integers(1, 60)), (draw(prices), draw(prices))
    rows = [make_row(standing, price, "1", start=1, month=month)]
    for start in sorted(draw(st.lists(st.integers(2, 27), max_size=3, unique=True))):
        ratio = str(round(Decimal(31 - start) / 30, 4))
        if draw(st.integers(0, 3)) == 0:  # a new price: everything is credited and charged again
            new = (draw(prices), draw(prices))
            rows += [make_row(-standing, price, ratio, start=start, month=month)]
            rows += [make_row(standing, new, ratio, start=start, month=month)]
            price = new
        else:
            gained = draw(st.integers(-standing, 20).filter(bool))
            standing += gained
            rows += [make_row(gained, price, ratio, start=start, month=month)]
    return rows


@st.composite
def wild_rows(draw: Any, month: str = OCT) -> Rows:
    """Rows of which quantity, prices, ratio and amounts have nothing to do with each other."""
    amounts = st.decimals(min_value=-2000, max_value=2000, places=4)
    year, number = (int(part) for part in month.split("-"))
    return [
        Row.priced(
            subscription="s1",
            start=dt.datetime(year, number, draw(st.integers(1, 20)), tzinfo=dt.UTC),
            end=dt.datetime(year, number, draw(st.sampled_from([15, last_day(month)])), tzinfo=dt.UTC),
            seats=draw(st.decimals(min_value=-20, max_value=40, places=draw(st.sampled_from([0, 0, 0, 2])))),
            ratio=draw(st.decimals(min_value=0, max_value=1, places=4)),
            cost=draw(PRICES),
            retail=draw(PRICES),
            cost_amount=draw(amounts),
            retail_amount=draw(amounts),
        )
        for _ in range(draw(st.integers(1, 5)))
    ]


ANY_ROWS = wild_rows() | months_of_seats()
# The rows of a month, on up to three invoices of it.
SPLIT_ROWS = st.lists(wild_rows(), min_size=1, max_size=3) | months_of_seats().map(lambda rows: [rows])
