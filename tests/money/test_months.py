"""Several months of invoices, syncs and generations: what was billed is what was charged, once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.bookkeeping.account import NOT_PLANNED, take_account
from tests.bookkeeping.books import Books
from tests.bookkeeping.product import Choice, PartRole
from tests.bookkeeping.proving import prove
from tests.bookkeeping.target import NOTHING, Amount, add_up, amount_of
from tests.money.random_rows import (
    CENTS,
    MOTIONS,
    PRICINGS,
    STYLES,
    Rows,
    months_of_seats,
    open_books,
    receive,
    wild_rows,
)

Months = list[Rows]
PERIODS = ["2026-01", "2026-02", "2026-03", "2026-04"]
TOLERANCE = Decimal("0.05")


@st.composite
def several_months(draw: Any, rows: Any = months_of_seats) -> Months:
    return [draw(rows(month=month)) for month in PERIODS[: draw(st.integers(2, 4))]]


def truth(months: Months) -> Amount:
    """What the rows charge."""
    return add_up((row.cost_amount, row.retail_amount) for rows in months for row in rows)


def open_in_january(vanish: bool, motion: str = "monthly", pricing: str = "cost and retail", **rules: Any) -> Books:
    """Books whose templates run first on 1 February."""
    books = open_books(motion, pricing, first_month=PERIODS[0], **rules)
    books.target.one_time_lines_vanish = vanish
    return books


def left_out(books: Books) -> Amount:
    """A difference in cost alone, for which no line is written."""
    return take_account(books).sums()["excluded"]


def of_kind(books: Books, *, once: bool) -> Amount:
    """What our one-time, or our recurring lines on the templates come to."""
    return add_up(amount_of(line) for line in books.our_lines() if line.one_time is once)


def live(books: Books, months: Months, generated: list[bool]) -> None:
    """Month by month: the invoice comes, two daily syncs, and perhaps the template runs."""
    for period, rows, runs in zip(PERIODS, months, generated, strict=False):
        receive(books, rows, period)
        books.sync()
        books.sync()
        if runs:
            books.generate()
    books.sync()


def bill_what_waits(books: Books) -> None:
    """A person applies every proposal to bill an older recurring amount."""
    for change in books.sync().plan.changes:
        if change.hold:
            books.decide(change.hold.subject, Choice("apply"))
    books.sync()


GENERATED = st.lists(st.booleans(), min_size=4, max_size=4)


@given(several_months(), st.booleans(), st.booleans())
def test_monthly_generation_bills_every_month_as_it_was_charged(months: Months, vanish: bool, negatives: bool) -> None:
    books = open_in_january(vanish, negative_lines=negatives)
    live(books, months, [True] * 4)
    for billed, without, charged in zip(books.billed(), left_out(books), truth(months), strict=True):
        assert abs(billed + without - charged) <= TOLERANCE * len(months)


@given(several_months(), GENERATED, st.booleans())
def test_months_without_a_generation_are_billed_once_a_person_says_so(
    months: Months, generated: list[bool], vanish: bool
) -> None:
    books = open_in_january(vanish)
    live(books, months, generated)
    bill_what_waits(books)
    recurring = of_kind(books, once=False) if generated[len(months) - 1] else NOTHING
    for billed, planned, next_month, without, charged in zip(
        books.billed(), books.to_bill(), recurring, left_out(books), truth(months), strict=True
    ):
        assert abs(billed + planned - next_month + without - charged) <= TOLERANCE * len(months)


@given(several_months() | several_months(wild_rows), GENERATED, MOTIONS, st.booleans(), STYLES, PRICINGS)
def test_one_time_lines_are_never_billed_twice(
    months: Months, generated: list[bool], motion: str, vanish: bool, style: str, pricing: str
) -> None:
    books = open_in_january(vanish, motion, pricing, prorations=style, apply_credits=True)
    live(books, months, generated)
    books.generate()
    assert set(books.times_billed().values()) <= {1}


@given(several_months() | several_months(wild_rows), GENERATED, st.booleans(), STYLES, PRICINGS)
def test_every_month_stays_balanced(
    months: Months, generated: list[bool], vanish: bool, style: str, pricing: str
) -> None:
    books = open_in_january(vanish, pricing=pricing, prorations=style)
    live(books, months, generated)
    for period, rows in zip(PERIODS, months, strict=False):
        account = take_account(books).of(period)
        assert NOT_PLANNED not in account.reasons("held")
        assert (account.total, account.difference()) == (truth([rows]), NOTHING)


@given(several_months(), GENERATED, st.booleans(), STYLES, PRICINGS)
def test_the_ledger_calls_billed_what_the_invoices_show(
    months: Months, generated: list[bool], vanish: bool, style: str, pricing: str
) -> None:
    books = open_in_january(vanish, pricing=pricing, prorations=style)
    live(books, months, generated)
    assert take_account(books).sums()["billed"] == books.billed()


@given(several_months(), st.lists(months_of_seats(month="2026-01"), min_size=1, max_size=3))
def test_late_rows_of_a_billed_month_are_billed_by_their_difference(months: Months, late: Months) -> None:
    books = open_in_january(vanish=True)
    live(books, months[:1], [True])
    assume(any(own.role is PartRole.RECURRING for own in books.ledger.own.values()))  # seats were left
    for rows in late:
        receive(books, rows, PERIODS[0])
        books.sync()
        books.sync()
    corrections, charged = of_kind(books, once=True), truth([months[0], *late])
    for billed, corrected, without, source in zip(books.billed(), corrections, left_out(books), charged, strict=True):
        assert abs(billed + corrected + without - source) <= TOLERANCE


def test_line_of_a_subscription_that_left_goes_with_the_next_regular_invoice() -> None:
    prove("""
        invoice I1 for Jan 2026
          subscription | seats
          s1           | 5
          s2           | 3
        sync
        generate
        invoice I2 for Feb 2026
          subscription | seats
          s2           | 3
        sync
          done    | subscription | line             | total
          removed | s1           | Business Premium | 60.00
          stays   | s2           | Business Premium | 36.00
    """)


@given(several_months(lambda month: months_of_seats(month=month, prices=CENTS)), GENERATED)
def test_a_second_run_on_the_same_day_writes_nothing(months: Months, generated: list[bool]) -> None:
    books = open_in_january(vanish=True)
    for period, rows, runs in zip(PERIODS, months, generated, strict=False):
        receive(books, rows, period)
        books.sync()
        assert books.sync().writes == []
        if runs:
            books.generate()
            books.sync()
            assert books.sync().writes == []
