"""Random months in every form of billing: what is billed and what stands follows the charges, month after month.

What must come out is told by ``lives`` (the calendar) and ``reading`` (the rows), neither of which is the product's.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bookkeeping.account import take_account
from tests.bookkeeping.books import Books, with_rules
from tests.bookkeeping.product import LineState, PartRole
from tests.bookkeeping.source import Invoice, Row, Subscription
from tests.bookkeeping.target import NOTHING, amount_of
from tests.money.field.lives import at_other_prices, line_after, negative_of
from tests.money.field.reading import Reading, by_subscription, total
from tests.money.field.stories import (
    ENDED,
    LATE,
    MONTHS,
    NEW,
    ORDERED,
    RAN_OUT,
    REBATE,
    RENEWED,
    TRIAL,
    Issue,
    Redo,
    Story,
    forms,
    issues_of_usage_and_years,
    redone,
    stories,
    taken_back,
)

TOLERANCE = Decimal("0.05")  # for each period, within which a difference is rounding
THIRD = settings(max_examples=settings().max_examples // 3)  # an example is four months of eight customers
PAID = (NEW, ENDED, RAN_OUT, RENEWED, REBATE, ORDERED)
EVERYTHING = (*PAID, TRIAL)
Lines = dict[str, tuple[Decimal, Decimal]]  # by subscription: seats and retail price


class Bookkeeper:
    """Books beside a hand that reads the same invoices."""

    def __init__(self, subscriptions: Iterable[Subscription], *, apply_credits: bool) -> None:
        self.apply_credits = apply_credits
        self.books: Books = with_rules(apply_credits=apply_credits)
        self.books.first_month = MONTHS[0]
        self.books.source.subscriptions |= {one.name: one for one in subscriptions}
        self.readings: dict[str, Reading] = defaultdict(Reading)
        self.charged: dict[str, Decimal] = defaultdict(Decimal)  # by subscription
        self.invoices = 0
        self.ran = False  # whether the lines of the newest month are billed already, and stand for the next one

    def receive(self, issue: Issue) -> None:
        """An invoice comes, is read by hand, and the product syncs."""
        self.invoice(issue.month, issue.rows)
        self.read(issue)
        self.sync()

    def invoice(self, month: str, rows: list[Row]) -> Invoice:
        """An invoice comes that nobody reads yet."""
        self.invoices += 1
        found = Invoice(f"I{self.invoices}", month, rows)
        self.books.receive(found)
        return found

    def read(self, issue: Issue) -> None:
        """The rows of an invoice that counts are read by hand."""
        for name, rows in by_subscription(issue.rows).items():
            self.readings[name].read(rows)
            self.charged[name] += total(rows)

    def sync(self) -> None:
        """The product syncs: at once all is written, and then nothing."""
        synced = self.books.sync()
        assert synced.waits == ""
        assert self.books.sync().writes == []
        assert take_account(self.books).difference() == NOTHING

    def lines(self) -> Lines:
        """The recurring lines that stand."""
        standing = [own for own in self.books.ledger.known_lines() if own.state is LineState.STANDING]
        recurring = [own for own in standing if own.role is PartRole.RECURRING]
        assert len({own.subscription for own in recurring}) == len(recurring)
        return {own.subscription: (own.quantity, Decimal(own.retail_cents) / 100) for own in recurring}

    def billed_and_standing(self) -> dict[str, Decimal]:
        """By subscription, our lines on all invoices and on the templates."""
        owners = {line_id: own.subscription for line_id, own in self.books.ledger.own.items()}
        found: dict[str, Decimal] = defaultdict(Decimal)
        for invoice in self.books.target.invoices:
            for line in invoice.lines:
                found[owners[line.line_id]] += amount_of(line)[1]
        for line in self.books.our_lines():
            if line.one_time or not self.ran:
                found[owners[line.line_id]] += amount_of(line)[1]
        return found

    def receive_as(self, issue: Issue, redo: Redo | None) -> None:
        """As it must be at once, or wrong at first."""
        if redo is None:
            self.receive(issue)
        elif redo.reversed:
            self.take_back(issue, redo)
        else:
            self.issue_twice(issue, redo)

    def take_back(self, issue: Issue, redo: Redo) -> None:
        """The month's invoice comes wrong, then an invoice of its negatives, then as it must be."""
        wrong = self.invoice(issue.month, at_other_prices(issue.rows, redo.less))
        self.sync()
        if redo.billed:
            self.books.generate()
        back = self.invoice(issue.month, [negative_of(row) for row in wrong.rows])
        self.sync()
        assert (wrong.state, back.state) == ("reversed", "reversed")
        self.invoice(issue.month, issue.rows)
        self.read(issue)
        self.sync()

    def issue_twice(self, issue: Issue, redo: Redo) -> None:
        """The month's invoice comes wrong and then as it must be; what counts in the end is the right one alone."""
        wrong = self.invoice(issue.month, at_other_prices(issue.rows, redo.less))
        self.sync()
        if redo.billed:
            self.books.generate()
        again = self.invoice(issue.month, issue.rows)
        self.sync()
        assert (wrong.state, again.state) == ("counted", "held")
        wrong.state, again.state = "replaced", "counted"
        self.read(issue)
        self.sync()

    def waiting(self, name: str) -> Decimal:
        """What of a subscription waits for a person."""
        return Decimal(0) if self.apply_credits else self.readings[name].waiting


def check_lines(keeper: Bookkeeper, story: Story, month: str) -> None:
    """After the month's own invoice: a line for whoever goes on, and for nobody else."""
    levels = {life.name: line_after(life, story.form, month) for life in story.lives}
    assert keeper.lines() == {name: (one.seats, one.price) for name, one in levels.items() if one}


def check_money(keeper: Bookkeeper, month: str) -> None:
    """After the month's own invoice: what is billed and stands is what the rows charge, less what waits."""
    found = keeper.billed_and_standing()
    rounding = TOLERANCE * 2 * (1 + MONTHS.index(month))
    for name, charged in keeper.charged.items():
        assert abs(found[name] - (charged - keeper.waiting(name))) <= rounding, name
    held = take_account(keeper.books).sums()["held"][1]
    assert held == sum(map(keeper.waiting, keeper.charged), Decimal(0))


def check_order(keeper: Bookkeeper, before: Lines, owed: dict[str, Decimal], rows: Issue, *, in_advance: bool) -> None:
    """After an order of its own: nobody else's line or money moved, and the order is billed."""
    found, lines = keeper.billed_and_standing(), keeper.lines()
    ordering = set(by_subscription(rows.rows))
    assert {name: line for name, line in lines.items() if name not in ordering} == {
        name: line for name, line in before.items() if name not in ordering
    }
    for name in set(owed) - ordering:
        assert found[name] == owed[name], name
    assert ordering <= set(lines)
    for name in ordering - set(before) if in_advance else ordering:
        assert abs(found[name] - (owed.get(name, Decimal(0)) + total(by_subscription(rows.rows)[name]))) <= TOLERANCE


def assert_the_months_follow(story: Story, *, apply_credits: bool) -> None:
    """Every invoice, and every run of the templates."""
    subscriptions = [Subscription(life.name, life.customer) for life in story.lives]
    keeper = Bookkeeper(subscriptions, apply_credits=apply_credits)
    keeper.books.gated = bool(story.redone)
    for issue in story.issues():
        before, owed = keeper.lines(), keeper.billed_and_standing()
        redo = story.redone.get(issue.month) if issue.regular else None
        keeper.receive_as(issue, redo)
        if not issue.regular:
            check_order(keeper, before, owed, issue, in_advance=story.form.advance)
            continue
        check_lines(keeper, story, issue.month)
        keeper.ran = redo is not None and redo.billed
        check_money(keeper, issue.month)
        if not keeper.ran:
            keeper.books.generate()
        keeper.ran = False


ARREARS = forms(advance=False, own_cycles=False, changes=("levels", "pairs", "whole", "difference"))
ARREARS_BY_CYCLE = forms(advance=False, own_cycles=True, changes=("levels", "pairs", "whole", "difference"))
IN_ADVANCE = forms(advance=True, own_cycles=False, changes=("pairs", "whole", "difference", "settled"))
IN_ADVANCE_BY_CYCLE = forms(advance=True, own_cycles=True, changes=("pairs", "whole", "difference", "settled"))
BY_CYCLE = (NEW, ENDED, RAN_OUT, RENEWED, REBATE, TRIAL)  # an order is no different from the cycle's own row


@THIRD
@given(stories(ARREARS, (*EVERYTHING, LATE)), st.booleans())
def test_months_in_arrears(story: Story, apply_credits: bool) -> None:
    assert_the_months_follow(story, apply_credits=apply_credits)


@THIRD
@given(stories(ARREARS_BY_CYCLE, BY_CYCLE), st.booleans())
def test_cycles_in_arrears(story: Story, apply_credits: bool) -> None:
    assert_the_months_follow(story, apply_credits=apply_credits)


@THIRD
@given(stories(IN_ADVANCE, EVERYTHING), st.booleans())
def test_months_in_advance(story: Story, apply_credits: bool) -> None:
    assert_the_months_follow(story, apply_credits=apply_credits)


@THIRD
@given(stories(IN_ADVANCE_BY_CYCLE, BY_CYCLE), st.booleans())
def test_cycles_in_advance(story: Story, apply_credits: bool) -> None:
    assert_the_months_follow(story, apply_credits=apply_credits)


@THIRD
@given(redone(stories(ARREARS, (*EVERYTHING, LATE))), st.booleans())
def test_months_in_arrears_that_are_invoiced_twice(story: Story, apply_credits: bool) -> None:
    assert_the_months_follow(story, apply_credits=apply_credits)


@THIRD
@given(redone(stories(IN_ADVANCE, EVERYTHING)), st.booleans())
def test_months_in_advance_that_are_invoiced_twice(story: Story, apply_credits: bool) -> None:
    assert_the_months_follow(story, apply_credits=apply_credits)


@THIRD
@given(taken_back(stories(ARREARS, (*EVERYTHING, LATE))), st.booleans())
def test_months_in_arrears_of_which_an_invoice_is_taken_back(story: Story, apply_credits: bool) -> None:
    assert_the_months_follow(story, apply_credits=apply_credits)


@THIRD
@given(taken_back(stories(IN_ADVANCE, PAID)), st.booleans())
def test_months_in_advance_of_which_an_invoice_is_taken_back(story: Story, apply_credits: bool) -> None:
    assert_the_months_follow(story, apply_credits=apply_credits)


@THIRD
@given(issues_of_usage_and_years(), st.booleans())
def test_usage_and_years(issues: list[Issue], apply_credits: bool) -> None:
    # No line of these runs on: each invoice is billed once by the next run, with what came late.
    plans = [Subscription("a1", "Northwind", cycle="usage"), Subscription("y1", "Northwind", cycle="Annual")]
    keeper = Bookkeeper(plans, apply_credits=apply_credits)
    for issue in issues:
        keeper.receive(issue)
        assert keeper.lines() == {}
        check_money(keeper, issue.month)
        keeper.books.generate()


# --- The two hands that read ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form", [ARREARS, ARREARS_BY_CYCLE, IN_ADVANCE, IN_ADVANCE_BY_CYCLE], ids=["a", "a-cycle", "p", "p-cycle"]
)
@THIRD
@given(data=st.data())
def test_rows_say_what_lives_are(form: st.SearchStrategy, data: st.DataObject) -> None:
    # Current quantity and price, read from the rows as the specification says, are those of the calendar.
    late = (LATE,) if form is ARREARS else ()
    story = data.draw(stories(form, (*EVERYTHING, *late) if form in (ARREARS, IN_ADVANCE) else BY_CYCLE))
    readings: dict[str, Reading] = defaultdict(Reading)
    for issue in story.issues():
        for name, rows in by_subscription(issue.rows).items():
            readings[name].read(rows)
        if not issue.regular:
            continue
        for life in story.lives:
            level = line_after(life, story.form, issue.month)
            if level:
                assert readings[life.name].seats() == (level.seats, level.price), life.name
