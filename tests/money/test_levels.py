"""What rows say of a subscription: what it stands at, whether it has ended, and which period is the current one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from money.month.levels import Level, current_level, current_period, has_ended, says_all, tell_current
from money.month.months import Holder, Missing
from money.words import NOTHING
from tests.bookkeeping.product import ChargeFact, Days, Months, NotBillable, PeriodFact
from tests.money.charge_facts import make_charge

D = Decimal
OCTOBER = "2026-10-01/2026-10-31"
PART = "2026-10-01/2026-10-15"


def row(
    days: str = OCTOBER,
    *,
    seats: str = "10",
    ratio: str = "1",
    month: str = "2026-10",
    invoice: int = 1,
    amount: str | None = None,
) -> ChargeFact:
    """A row of an invoice of that month; the first is as ``make_charge`` makes it."""
    made = make_charge(seats=seats, ratio=ratio, cost_amount=amount, amount=amount)
    return replace(made, days=Days.read(days), month=month, invoice_id=invoice)


def free(days: str = OCTOBER, *, seats: str = "10", month: str = "2026-10", invoice: int = 1) -> ChargeFact:
    """A row of 0.00."""
    return row(days, seats=seats, month=month, invoice=invoice, amount="0.00")


def refund(days: str = OCTOBER, *, seats: str = "-2", month: str = "2026-10") -> ChargeFact:
    """A row that takes seats back."""
    return row(days, seats=seats, month=month)


@pytest.mark.parametrize("rows", [[], [refund()]])
def test_subscription_that_nothing_charges_stands_at_nothing(rows: list[ChargeFact]) -> None:
    assert current_level(rows) == Level(D(0), NOTHING)


@pytest.mark.parametrize(
    ("rows", "seats"),
    [
        ([row(), refund()], "8"),
        ([row(), refund(PART)], "10"),
        ([row(), free("2026-11-01/2026-11-30", seats="4", month="2026-11", invoice=2)], "4"),
        ([row(), free("2026-11-01/2026-11-30", seats="-4", month="2026-11", invoice=2)], "4"),
        # of the same invoice, of an earlier one, or of days that are charged already: it says nothing
        ([row(), free("2026-11-01/2026-11-30", seats="4")], "10"),
        ([row(invoice=2), free("2026-11-01/2026-11-30", seats="4", invoice=1)], "10"),
        ([row(), free(OCTOBER, seats="4", month="2026-11", invoice=2)], "10"),
        ([free(PART, seats="3"), free(OCTOBER, seats="4")], "4"),
        ([free(seats="3", invoice=0)], "3"),
    ],
)
def test_rows_that_end_last_say_what_a_subscription_stands_at(rows: list[ChargeFact], seats: str) -> None:
    assert current_level(rows).quantity == D(seats)


def priced(days: str, price: str) -> ChargeFact:
    return replace(row(days), unit_retail=D(price))


@pytest.mark.parametrize(
    ("rows", "price"),
    [
        ([priced(OCTOBER, "12"), priced("2026-10-16/2026-10-31", "6")], "12"),
        ([priced("2026-08-01/2026-10-31", "30"), priced(OCTOBER, "12"), priced("2026-10-16/2026-10-31", "6")], "12"),
        ([priced(OCTOBER, "12"), replace(priced("2026-10-16/2026-10-31", "13"), ratio=D("0.5"))], "13"),
        ([priced("2026-10-01/2026-10-20", "9"), priced("2026-10-11/2026-10-20", "6")], "6"),
    ],
)
def test_price_is_that_of_the_last_row_unless_its_days_made_it_smaller(rows: list[ChargeFact], price: str) -> None:
    assert current_level(rows).unit.retail == D(price)


@pytest.mark.parametrize(("seats", "problem"), [("2.5", "2.5 is not a whole number"), ("-12", "add up to -2")])
def test_level_that_is_negative_or_not_whole_cannot_be_billed(seats: str, problem: str) -> None:
    rows = [row(seats=seats)] if D(seats) > 0 else [row(), refund(seats=seats)]

    with pytest.raises(NotBillable, match=problem):
        current_level(rows)


@pytest.mark.parametrize(
    ("rows", "ended"),
    [
        ([], False),
        ([refund(PART)], False),
        ([row()], False),
        ([row(PART, ratio="0.5")], True),
        # a part to the last day of its month, or of its invoice's, goes on
        ([row("2026-10-16/2026-10-31", ratio="0.5")], False),
        ([row("2026-09-16/2026-09-30", ratio="0.5")], False),
        ([row("2026-09-16/2026-10-15", ratio="0.5", month="2026-09")], False),
        ([row("2026-10-01/2026-10-30", ratio="0.97")], True),
        ([row("2026-10-16/2026-11-15", ratio="0.5")], False),
        ([row("2026-10-20/2026-10-31", ratio="0.4", month="2026-09")], False),
        # a whole cycle tells where its cycles end; one that is charged in part does not
        ([row("2026-09-16/2026-10-15"), row("2026-10-16/2026-11-14", ratio="0.97", month="2026-11")], True),
        ([row("2026-09-06/2026-10-05"), row("2026-10-06/2026-10-20", ratio="0.5")], True),
        ([row("2026-08-21/2026-09-20"), row("2026-09-21/2026-10-20", ratio="0.5", month="2026-11")], False),
        ([row("2026-08-21/2026-09-20"), row("2026-09-25/2026-10-20", ratio="0.8")], False),
        ([row("2026-08-21/2026-09-20", ratio="0.9"), row("2026-09-25/2026-10-20", ratio="0.8")], True),
        ([row("2026-09-01/2026-09-20"), row("2026-09-25/2026-10-20", ratio="0.8")], True),
        # a row of 0.00 that goes on says that it has not ended
        ([row(PART, ratio="0.5"), free("2026-10-16/2026-10-31", month="2026-11", invoice=2)], False),
        ([row(PART, ratio="0.5"), free(PART, month="2026-11", invoice=2)], True),
    ],
)
def test_subscription_has_ended_with_a_part_that_stops_before_its_cycle(rows: list[ChargeFact], ended: bool) -> None:
    assert has_ended(rows) is ended


@pytest.mark.parametrize(
    ("rows", "period"),
    [
        ([], ""),
        ([refund()], ""),
        ([row(), row("2026-09-01/2026-09-30")], "2026-10"),
        ([row(), free("2026-11-01/2026-11-30", month="2026-11", invoice=2)], "2026-11"),
        ([row(), free("2026-11-01/2026-11-30")], "2026-10"),
    ],
)
def test_newest_month_that_rows_charge_is_the_current_one(rows: list[ChargeFact], period: str) -> None:
    assert current_period(rows) == period


@pytest.mark.parametrize(
    ("rows", "all_said"),
    [
        ([], False),
        ([row()], True),
        ([row(), refund()], True),
        ([row(PART, ratio="0.5")], False),
        ([row(ratio="0.5")], False),
        ([row("2026-09-16/2026-10-15")], False),
        ([row(PART, ratio="0.5"), row()], True),
    ],
)
def test_whole_calendar_month_says_all_of_its_subscription(rows: list[ChargeFact], all_said: bool) -> None:
    assert says_all(rows) is all_said


# --- The periods of one subscription ------------------------------------------------------------------


def period(name: str, *rows: ChargeFact) -> PeriodFact:
    return PeriodFact(11, "s1", name, rows)


def tell(
    *periods: PeriodFact, months: Months, known: list[ChargeFact] | None = None, monthly: bool = True
) -> dict[str, str]:
    """What each period is: words of ``current``, ``gone``, ``beside``, ``history`` that hold."""
    rows = [one for each in periods for one in each.charges] if known is None else known
    told = tell_current(periods, rows, months, 7, monthly=monthly)
    words = ("current", "gone", "beside", "history")
    return {each.period: " ".join(word for word in words if getattr(each, word)) for each in told}


SEPTEMBER = period("2026-09", row("2026-09-01/2026-09-30", month="2026-09"))
THIS = period("2026-10", row())
GOING_ON = Months("2026-10", "2026-10")


def test_newest_charged_year_is_current_and_says_nothing_else() -> None:
    empty = period("2026-11")

    assert tell(SEPTEMBER, THIS, empty, months=GOING_ON, monthly=False) == {
        "2026-09": "",
        "2026-10": "current",
        "2026-11": "",
    }
    assert tell(period("2026-09"), months=GOING_ON, monthly=False) == {"2026-09": ""}


def test_newest_month_is_current_and_earlier_ones_came_before_it_or_beside() -> None:
    late = period("2026-09", replace(SEPTEMBER.charges[0], month="2026-10"))

    assert tell(SEPTEMBER, THIS, months=GOING_ON) == {"2026-09": "", "2026-10": "current"}
    assert tell(late, THIS, months=GOING_ON) == {"2026-09": "beside", "2026-10": "current"}
    both = period("2026-09", *SEPTEMBER.charges, *late.charges)
    assert tell(both, THIS, months=GOING_ON) == {"2026-09": "", "2026-10": "current"}


def test_what_was_bought_once_is_no_current_month() -> None:
    bought = period("2026-10-05/2026-10-05", replace(row("2026-10-05/2026-10-05"), one_time=True))

    assert tell(bought, months=GOING_ON) == {"2026-10-05/2026-10-05": "gone beside"}


@pytest.mark.parametrize(
    ("months", "gone"),
    [
        (GOING_ON, False),
        (Months("2026-11", "2026-11"), True),
        (replace(GOING_ON, gone=(Missing(Holder("", 11, 7, 3, D(1), D(1)), elsewhere=False),)), True),
        (replace(GOING_ON, gone=(Missing(Holder("", 11, 8, 3, D(1), D(1)), elsewhere=False),)), False),
        (replace(GOING_ON, gone=(Missing(Holder("", 12, 7, 3, D(1), D(1)), elsewhere=False),)), False),
    ],
)
def test_customer_is_gone_where_the_regular_month_charges_it_no_more(months: Months, gone: bool) -> None:
    assert tell(SEPTEMBER, THIS, months=months) == {
        "2026-09": "gone" if gone else "",
        "2026-10": "current gone" if gone else "current",
    }


def test_refund_alone_charges_nothing_since() -> None:
    back = period("2026-10", refund())

    assert tell(SEPTEMBER, back, months=GOING_ON)["2026-09"] == "current gone"


def test_order_before_its_month_is_regular_is_no_current_month_where_the_subscription_does_not_go_on() -> None:
    months = Months("2026-10", "2026-09", early=frozenset([11]))

    assert tell(SEPTEMBER, THIS, months=months) == {"2026-09": "current", "2026-10": "beside"}
    assert tell(SEPTEMBER, THIS, months=replace(months, early=frozenset())) == {"2026-09": "", "2026-10": "current"}
    assert tell(THIS, months=months) == {"2026-10": "current"}
    back = period("2026-09", refund("2026-09-01/2026-09-30", month="2026-09"))
    assert tell(back, THIS, months=months)["2026-10"] == "current"


def test_part_of_a_month_is_told_with_all_that_is_known_and_without_what_was_bought_once() -> None:
    part = period("2026-10", row(PART, ratio="0.5"))
    once = replace(row("2026-12-01/2026-12-31", month="2026-12"), one_time=True)
    known = [*part.charges, *SEPTEMBER.charges, once]

    (told,) = [one for one in tell_current([SEPTEMBER, part], known, GOING_ON, 7, monthly=True) if one.current]

    assert (told.period, [one.pk for one in told.history]) == (
        "2026-10",
        sorted([part.charges[0].pk, SEPTEMBER.charges[0].pk]),
    )
