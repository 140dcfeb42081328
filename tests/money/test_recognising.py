"""What tells the motion of a row, in its order: usage, words, an earlier charge, its length, history, today's list."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from connectors.records import Cadence, InvoiceRow
from money.classifying import Classified, classify, days_of_row
from money.enums import Kind, Motion, MotionCause
from money.recognising import (
    NO_MOTION,
    UNREADABLE_CYCLE,
    Background,
    EarlierCharge,
    Recognised,
    evidence_of,
    recognise_motion,
)
from money.words import Money
from tests.bookkeeping.product import Days

D = Decimal
OCTOBER, YEAR = "2026-10-01/2026-10-31", "2026-10-01/2027-09-30"
MONTHLY, ANNUAL, USAGE = Motion.SEAT_MONTHLY, Motion.SEAT_ANNUAL, Motion.AZURE_PLAN
NOTHING_KNOWN = Background()


def row(days: str = OCTOBER, **over: object) -> InvoiceRow:
    """Two seats at 10.00 and 12.00 that say nothing of their cycle."""
    first, last = (dt.datetime.combine(day, dt.time(), dt.UTC) for day in (Days.read(days).first, Days.read(days).last))
    made = InvoiceRow(
        2, "s1", "Business Premium", first, last, D(2), D(10), D(12), D(1), D(20), D(24), recurring=True, raw={}
    )
    return replace(made, **over)


def recognised(made: InvoiceRow, days: str, known: Background = NOTHING_KNOWN) -> tuple[object, object]:
    told = recognise_motion(made, Days.read(days), known)
    assert bool(told.problem) is (told.motion is None)
    return told.motion or told.problem, told.cause


@pytest.mark.parametrize(
    ("days", "over", "told"),
    [
        (OCTOBER, {"cadence": Cadence.MONTHLY}, (MONTHLY, MotionCause.WORDS)),
        (OCTOBER, {"cadence": Cadence.ANNUAL}, (ANNUAL, MotionCause.WORDS)),
        (OCTOBER, {"cadence": Cadence.ONE_TIME}, (MONTHLY, MotionCause.ONCE)),
        (OCTOBER, {"cadence": Cadence.UNREADABLE}, (UNREADABLE_CYCLE, None)),
        (OCTOBER, {"product_name": "Azure plan"}, (USAGE, MotionCause.USAGE)),
        (OCTOBER, {"product_name": "AZURE PLAN usage", "cadence": Cadence.ONE_TIME}, (USAGE, MotionCause.USAGE)),
        (OCTOBER, {"product_name": "My Azure plan"}, (MONTHLY, MotionCause.LENGTH)),
        # a term alone speaks where the row is about as long
        (OCTOBER, {"term_months": 1}, (MONTHLY, MotionCause.WORDS)),
        (OCTOBER, {"term_months": 2}, (MONTHLY, MotionCause.LENGTH)),
        ("2026-10-05/2026-10-05", {"term_months": 1}, (MONTHLY, MotionCause.WORDS)),
        ("2026-10-05/2026-10-20", {"term_months": 1}, (MONTHLY, MotionCause.WORDS)),
        ("2026-10-05/2026-10-20", {"term_months": 2}, (NO_MOTION, None)),
        ("2026-10-01/2026-11-01", {"term_months": 1}, (NO_MOTION, None)),
        ("2026-10-05/2026-10-04", {"term_months": 1}, (NO_MOTION, None)),
        (OCTOBER, {"term_months": 1, "cadence": Cadence.ANNUAL}, (ANNUAL, MotionCause.WORDS)),
        (YEAR, {"term_months": 12}, (ANNUAL, MotionCause.WORDS)),
        ("2026-10-01/2027-09-01", {"term_months": 12}, (ANNUAL, MotionCause.WORDS)),  # 336 days
        ("2026-10-01/2027-08-24", {"term_months": 12}, (NO_MOTION, None)),  # 328 days
        ("2026-10-01/2027-11-06", {"term_months": 12}, (ANNUAL, MotionCause.LENGTH)),  # 402 days
        (YEAR, {"term_months": 36}, (ANNUAL, MotionCause.LENGTH)),
        (OCTOBER, {"term_months": 12}, (MONTHLY, MotionCause.LENGTH)),
        # else its length
        ("2026-10-01/2027-09-15", {}, (ANNUAL, MotionCause.LENGTH)),  # 350 days
        ("2026-10-01/2027-09-14", {}, (NO_MOTION, None)),  # 349
        ("2026-10-05/2026-10-05", {}, (MONTHLY, MotionCause.ONE_DAY)),
        ("2026-10-05/2026-10-05", {"ratio": D("0.0323")}, (MONTHLY, MotionCause.LENGTH)),
        ("2026-10-16/2026-10-31", {"ratio": D("0.5161")}, (MONTHLY, MotionCause.LENGTH)),
        (OCTOBER, {"ratio": D("0.5")}, (NO_MOTION, None)),
        ("2026-10-01/2026-12-31", {}, (NO_MOTION, None)),
    ],
)
def test_row_tells_its_motion_by_its_words_else_by_its_length(
    days: str, over: dict[str, object], told: tuple[object, object]
) -> None:
    assert recognised(row(days, **over), days) == told


YEARLY = EarlierCharge(Days.read(YEAR), ANNUAL)


@pytest.mark.parametrize(
    ("days", "over", "told"),
    [
        (OCTOBER, {}, (ANNUAL, MotionCause.EARLIER_CHARGE)),
        (OCTOBER, {"cadence": Cadence.MONTHLY}, (MONTHLY, MotionCause.WORDS)),
        ("2026-09-30/2026-10-31", {}, (NO_MOTION, None)),
        # a single day that charges is bought once, one that takes back or comes to nothing is not
        ("2026-10-05/2026-10-05", {}, (MONTHLY, MotionCause.ONE_DAY)),
        ("2026-10-05/2026-10-05", {"cost": D(0)}, (MONTHLY, MotionCause.ONE_DAY)),
        ("2026-10-05/2026-10-05", {"retail": D(0)}, (MONTHLY, MotionCause.ONE_DAY)),
        ("2026-10-05/2026-10-05", {"retail": D(0), "cost": D(0)}, (ANNUAL, MotionCause.EARLIER_CHARGE)),
        ("2026-10-05/2026-10-05", {"retail": D(-24), "cost": D(-20)}, (ANNUAL, MotionCause.EARLIER_CHARGE)),
        ("2026-10-05/2026-10-05", {"ratio": D("0.0323")}, (ANNUAL, MotionCause.EARLIER_CHARGE)),
    ],
)
def test_earlier_charge_of_its_days_tells_the_motion(
    days: str, over: dict[str, object], told: tuple[object, object]
) -> None:
    for known in (Background(earlier=(YEARLY,)), Background(taken_back=(YEARLY,))):
        assert recognised(row(days, **over), days, known) == told


def test_newest_earlier_charge_comes_first_then_what_is_taken_back() -> None:
    older, newer = YEARLY, EarlierCharge(Days.read(OCTOBER), MONTHLY)
    days = Days.read(OCTOBER)

    assert Background(earlier=(older, newer)).covering(days) == newer
    assert Background(earlier=(newer, older)).covering(days) == older
    assert Background(earlier=(older,), taken_back=(older, newer)).covering(days) == older
    assert Background(taken_back=(older, newer)).covering(days) == newer
    assert Background(earlier=(older,)).covering(Days.read("2027-10-01/2027-10-31")) is None


QUARTER = "2026-10-01/2026-12-31"


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (Background(today=Cadence.USAGE, before=MONTHLY), (USAGE, MotionCause.USAGE)),
        (Background(before=MONTHLY, today=Cadence.ANNUAL), (MONTHLY, MotionCause.HISTORY)),
        (Background(today=Cadence.ANNUAL), (ANNUAL, MotionCause.TODAY)),
        (Background(today=Cadence.UNREADABLE), (NO_MOTION, None)),
        (NOTHING_KNOWN, (NO_MOTION, None)),
    ],
)
def test_history_and_todays_list_tell_what_the_row_does_not(known: Background, told: tuple[object, object]) -> None:
    assert recognised(row(QUARTER), QUARTER, known) == told


def test_negative_rows_tell_what_was_charged_before_where_they_say_it_themselves() -> None:
    rows = [
        (row(OCTOBER, cadence=Cadence.ANNUAL), Days.read(OCTOBER)),
        (row(YEAR, term_months=12), Days.read(YEAR)),
        (row(OCTOBER), Days.read(OCTOBER)),
        (row(OCTOBER, cadence=Cadence.ONE_TIME), Days.read(OCTOBER)),
        (row("2026-10-05/2026-10-05"), Days.read("2026-10-05/2026-10-05")),
        (row(QUARTER), Days.read(QUARTER)),
    ]

    assert evidence_of(rows) == (
        EarlierCharge(Days.read(OCTOBER), ANNUAL),
        EarlierCharge(Days.read(YEAR), ANNUAL),
        EarlierCharge(Days.read(OCTOBER), MONTHLY),
    )
    assert Recognised(MONTHLY, MotionCause.WORDS).problem == ""


# --- The row as a whole --------------------------------------------------------------------------------


def classified(made: InvoiceRow, known: Background = NOTHING_KNOWN, *, has_customer: bool = True) -> Classified:
    return classify(made, days=days_of_row(made), known=known, has_customer=has_customer)


@pytest.mark.parametrize(
    ("over", "kind"),
    [
        ({}, Kind.RECURRING),
        ({"recurring": False}, Kind.PRORATION),
        ({"cadence": Cadence.ONE_TIME}, Kind.ONE_TIME),
        ({"cadence": Cadence.ONE_TIME, "recurring": False}, Kind.ONE_TIME),
        ({"cadence": Cadence.ANNUAL}, Kind.ONE_TIME),
        ({"product_name": "Azure plan"}, Kind.USAGE),
        ({"cadence": Cadence.UNREADABLE}, Kind.UNKNOWN),
        ({"problem": "Another currency."}, Kind.UNKNOWN),
        ({"subscription_id": ""}, Kind.UNKNOWN),
        ({"subscription_id": "1.23457E+11"}, Kind.UNKNOWN),
    ],
)
def test_row_is_of_the_kind_of_its_motion_unless_something_is_wrong(over: dict[str, object], kind: Kind) -> None:
    assert classified(row(**over)).kind is kind
    assert classified(row(**over), has_customer=False).kind is Kind.UNKNOWN


def test_row_whose_price_does_not_come_to_its_amount_is_priced_by_that() -> None:
    made = classified(row(retail=D(30)))

    assert (made.unit, made.repriced, made.problem) == (Money(D(10), D(15)), True, "")
    assert (made.motion, made.cause, made.period) == (MONTHLY, MotionCause.LENGTH, "2026-10")
    assert classified(row()).repriced is False


def test_part_of_a_cycle_counts_in_the_month_in_which_the_cycle_began() -> None:
    part = row("2026-11-01/2026-11-14", ratio=D("0.4667"))
    cycles = Background(cycles=(Days.read("2026-10-15/2026-11-14"),))

    assert classified(part, cycles).period == "2026-10"
    assert classified(part).period == "2026-11"
    assert classified(replace(part, cadence=Cadence.ANNUAL), cycles).period == "2026-11-01/2026-11-14"
    once = replace(part, cadence=Cadence.ONE_TIME)
    assert classified(once, cycles).period == "2026-11-01/2026-11-14"


def test_midnight_at_which_the_next_row_of_the_invoice_begins_is_no_day_of_a_row() -> None:
    made = row("2026-10-01/2026-10-15")
    begins = [made.start, dt.datetime(2026, 10, 15, tzinfo=dt.UTC)]

    assert str(days_of_row(made, begins)) == "2026-10-01/2026-10-14"
    assert str(days_of_row(made)) == "2026-10-01/2026-10-15"
