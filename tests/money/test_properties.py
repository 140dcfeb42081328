"""What must hold whatever the invoices say, judged by sums that no code under test computed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.bookkeeping.account import NOT_PLANNED, take_account
from tests.bookkeeping.books import Books
from tests.bookkeeping.product import TemplateLine, values_of
from tests.bookkeeping.target import NOTHING, add_up
from tests.money.random_rows import (
    ANY_ROWS,
    ANY_RULES,
    CENTS,
    MOTIONS,
    PRICINGS,
    SPLIT_ROWS,
    STYLES,
    Rows,
    months_of_seats,
    open_books,
    receive,
    wild_rows,
)

TOLERANCE = Decimal("0.05")
Rules = dict[str, Any]


def synced(invoices: list[Rows], motion: str = "monthly", pricing: str = "cost and retail", **rules: Any) -> Books:
    """Books after these invoices of October came and were synced."""
    books = open_books(motion, pricing, **rules)
    for rows in invoices:
        receive(books, rows)
    books.sync()
    return books


def assert_accounted(books: Books, invoices: list[Rows]) -> None:
    """The buckets are exactly what all these rows charge, and all of it was planned."""
    account = take_account(books)
    assert NOT_PLANNED not in account.reasons("held")
    truth = add_up((row.cost_amount, row.retail_amount) for rows in invoices for row in rows)
    assert (account.total, account.difference()) == (truth, NOTHING)


# --- Nothing is lost --------------------------------------------------------------------------------


@given(SPLIT_ROWS, MOTIONS, ANY_RULES, PRICINGS)
def test_parts_and_rounding_are_exactly_what_the_source_charged(
    invoices: list[Rows], motion: str, rules: Rules, pricing: str
) -> None:
    books = open_books(motion, pricing, **rules)
    for rows in invoices:
        receive(books, rows)
    books.carry_out(books.plan(), writes_succeed=False)
    assert_accounted(books, invoices)


@given(SPLIT_ROWS, MOTIONS, ANY_RULES, PRICINGS)
def test_balance_stays_exact_with_what_the_target_returned(
    invoices: list[Rows], motion: str, rules: Rules, pricing: str
) -> None:
    assert_accounted(synced(invoices, motion, pricing, **rules), invoices)


@given(wild_rows(), wild_rows(), MOTIONS, ANY_RULES, PRICINGS)
def test_rows_that_come_after_a_generation_stay_balanced(
    rows: Rows, more: Rows, motion: str, rules: Rules, pricing: str
) -> None:
    books = synced([rows], motion, pricing, **rules)
    books.generate()
    receive(books, more)
    books.sync()
    assert_accounted(books, [rows, more])


@given(wild_rows(), wild_rows(), MOTIONS, ANY_RULES, PRICINGS)
def test_an_invoice_replaced_after_a_generation_stays_balanced(
    rows: Rows, other: Rows, motion: str, rules: Rules, pricing: str
) -> None:
    books = synced([rows], motion, pricing, **rules)
    books.generate()
    books.sync()
    books.replace_invoice(books.source.invoices[0])
    receive(books, other)
    books.sync()
    assert_accounted(books, [rows, other])


# --- What the customer is billed --------------------------------------------------------------------


def assert_to_bill(books: Books, rows: Rows, tolerance: Decimal) -> None:
    """The templates' next invoices charge the rows within the tolerance; a cost without a line is named."""
    truth = add_up((row.cost_amount, row.retail_amount) for row in rows)
    left_out = take_account(books).sums()["excluded"]
    assert left_out[1] == 0
    for billed, without, charged in zip(books.to_bill(), left_out, truth, strict=True):
        assert abs(billed + without - charged) <= tolerance


@given(months_of_seats(), st.booleans())
def test_template_generates_the_rows_to_the_cent(rows: Rows, negatives: bool) -> None:
    assert_to_bill(synced([rows], negative_lines=negatives), rows, TOLERANCE)


@given(months_of_seats(prices=CENTS))
def test_rows_in_whole_cents_are_billed_within_half_a_cent(rows: Rows) -> None:
    assert_to_bill(synced([rows], tolerance=Decimal("0.00")), rows, Decimal("0.005"))


@given(months_of_seats(prices=CENTS))
def test_decimal_quantity_bills_the_rows_within_the_tolerance(rows: Rows) -> None:
    assert_to_bill(synced([rows], prorations="quantity"), rows, TOLERANCE)


@given(wild_rows(), st.sampled_from(["azure", "annual"]))
def test_azure_and_annual_generate_the_rows_within_half_a_cent_a_line(rows: Rows, motion: str) -> None:
    assert_to_bill(synced([rows], motion, apply_credits=True), rows, Decimal("0.005") * len(rows))


# --- Once, and only ours ----------------------------------------------------------------------------


@given(SPLIT_ROWS, MOTIONS, ANY_RULES, PRICINGS)
def test_planning_again_writes_nothing(invoices: list[Rows], motion: str, rules: Rules, pricing: str) -> None:
    assert synced(invoices, motion, pricing, **rules).sync().writes == []


@given(st.lists(ANY_ROWS, min_size=1, max_size=3), MOTIONS, ANY_RULES, PRICINGS)
def test_no_two_lines_have_one_mark(subscriptions: list[Rows], motion: str, rules: Rules, pricing: str) -> None:
    books = open_books(motion, pricing, **rules)
    for number, rows in enumerate(subscriptions, start=1):
        name = f"s{number}"
        books.source.subscriptions[name] = replace(books.source.subscriptions["s1"], name=name)
        receive(books, [replace(row, subscription=name) for row in rows])
    books.sync()
    assert set(books.marks().values()) <= {1}


@given(ANY_ROWS, MOTIONS, ANY_RULES, st.sampled_from([None, "900"]))
def test_foreign_lines_never_change(rows: Rows, motion: str, rules: Rules, product: str | None) -> None:
    books = open_books(motion, **rules)
    template_id = books.mapping("Northwind", motion).template_id
    typed_in = TemplateLine("77", template_id, product, "Managed backup", "Typed in by hand", Decimal(3), 25_00, 10_00,
                            taxable=True, one_time=False)  # fmt: skip
    books.target.lines["77"] = typed_in
    receive(books, rows)
    books.sync()
    assert books.target.lines["77"] == typed_in


@given(SPLIT_ROWS, MOTIONS, STYLES, PRICINGS)
def test_negative_amounts_are_never_written_where_they_are_refused(
    invoices: list[Rows], motion: str, style: str, pricing: str
) -> None:
    books = synced(invoices, motion, pricing, prorations=style, apply_credits=True, negative_lines=False)
    lines = books.target.lines.values()
    assert [one for one in lines if one.quantity < 0 or one.retail_cents < 0 or one.cost_cents < 0] == []


@given(ANY_ROWS, MOTIONS, ANY_RULES, PRICINGS)
def test_a_plan_says_what_stood_before(rows: Rows, motion: str, rules: Rules, pricing: str) -> None:
    books = synced([rows], motion, pricing, **rules)
    standing = dict(books.target.lines)
    receive(books, [replace(rows[0], seats=rows[0].seats + 1)])
    for change in books.plan().changes:
        assert change.before == (values_of(standing[change.line_id]) if change.line_id else None)
