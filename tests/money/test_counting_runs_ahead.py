"""Which month a run that billed a line once more counts for, and with how much."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from money.marks import PeriodMarks
from money.month.ahead import begins_with, credit_mark, mark_ahead
from money.planning import plan_billing
from money.words import Money
from tests.bookkeeping.product import LineState, OwnLine, PartRole, RunAhead
from tests.bookkeeping.proving import prove
from tests.money.beginnings import SEATS

LINE = OwnLine(
    mark="BS:AAAAAAAAAA",
    line_id="1",
    template_id="5001",
    role=PartRole.RECURRING,
    motion="seat_monthly",
    customer_id=1,
    subscription_id=1,
    subscription="s1",
    period="2026-01",
    quantity=Decimal(10),
    retail_cents=12_00,
    cost_cents=10_00,
    state=LineState.STANDING,
    next_run=dt.date(2026, 2, 1),
)
ONCE, TWICE = (
    "generate",
    """generate
        generate""",
)
RUN = RunAhead(LINE.mark, "12", Decimal(10), Decimal(12), Decimal(10), Decimal(12))


@pytest.mark.parametrize(
    ("line", "run", "month"),
    [
        (LINE, RUN, "2026-01"),
        (LINE, replace(RUN, mark="BS:BBBBBBBBBB"), "2026-03"),
        (replace(LINE, state=LineState.LOST), RUN, "2026-03"),
        (replace(LINE, period=""), RUN, "2026-03"),
    ],
)
def test_mapping_begins_with_the_month_of_the_standing_line_that_runs_went_on_billing(
    line: OwnLine, run: RunAhead, month: str
) -> None:
    assert begins_with("2026-03", [line], [run]) == month


def test_marks_of_what_a_run_billed_ahead_are_the_same_for_ever() -> None:
    marks = PeriodMarks("s1", "seat_monthly", "2026-02")

    assert mark_ahead(LINE, RUN) == "BS:EVM6AVYY5X"
    assert [credit_mark(marks), credit_mark(marks, 2)] == ["BS:OUDOX2O6GZ", "BS:VAXSMDZGXX"]


def test_months_take_one_run_each_and_the_newest_takes_what_is_left() -> None:
    prove(f"""
        {SEATS}
        generate
        generate
        generate
        generate
        invoice I2 for Feb 2026
          | seats
          | 10
        invoice I3 for Mar 2026
          | seats
          | 10
        sync
          done  | line                                | kind      |   total
          stays | Business Premium                    | recurring |  120.00
          waits | Business Premium (credit, Mar 2026) | once      | -120.00
          charged of Feb 2026 120.00 = billed 120.00
          charged of Mar 2026 120.00 = billed 240.00 - held 120.00
          says billed ahead
          says billed ahead
          says credit
    """)


def test_month_that_took_a_run_takes_no_other_one() -> None:
    prove(f"""
        {SEATS}
        generate
        generate
        invoice I2 for Feb 2026
          | seats
          | 10
        invoice I3 for Mar 2026
          | seats
          | 12
        sync, no write succeeds
          charged of Feb 2026 120.00 = billed 120.00
          charged of Mar 2026 144.00 = failed 144.00
          says billed ahead
        generate
        sync
          done    | line                                    | kind      |  total
          changed | Business Premium                        | recurring | 144.00
          added   | Business Premium (adjustment, Mar 2026) | once      |  24.00
          charged of Feb 2026 120.00 = billed 120.00
          charged of Mar 2026 144.00 = billed 120.00 + synced 24.00
          says billed ahead
          says ran early
    """)


def test_oldest_run_counts_first_in_whatever_order_they_are_told() -> None:
    month = prove(f"""
        {SEATS}
        generate
        generate
        edit "Business Premium": seats 9
        generate
        invoice I2 for Feb 2026
          | seats
          | 10
        invoice I3 for Mar 2026
          | seats
          | 10
    """)
    month.books.import_invoices()
    (facts,) = month.books.facts()
    told = sorted(facts.ahead, key=lambda run: run.quantity)
    assert [(run.invoice_id, run.quantity) for run in told] == [("3", 9), ("2", 10)]

    for ahead in (told, told[::-1]):
        plan = plan_billing([replace(facts, ahead=tuple(ahead))], (), {}, {})

        billed = {one.period: [part.retail for part in one.parts if part.state == "billed"] for one in plan.postings}
        assert billed == {"2026-01": [120], "2026-02": [120], "2026-03": [108]}


@pytest.mark.parametrize(
    ("pricing", "edit", "runs", "charged", "account"),
    [
        # as it was billed, where the month charges less than our line and the run billed less still
        ("cost and retail", "seats 9", ONCE, 8, "96.00 = billed 108.00 - held 12.00"),
        # the second run finds nothing charged any more: what a person made of our line is nobody's credit
        ("cost and retail", "seats 12", TWICE, 12, "144.00 = billed 264.00 - held 120.00"),
        # a price that is not synced is what people make of it, seats beyond what is charged are not
        ("only cost", "seats 12, retail 20.00", ONCE, 10, "120.00 = billed 200.00 - rules 80.00"),
    ],
)
def test_what_counts_of_a_run_of_a_line_that_a_person_edited(
    pricing: str, edit: str, runs: str, charged: int, account: str
) -> None:
    prove(f"""
        mapping monthly: pricing {pricing}
        {SEATS}
        generate
        edit "Business Premium": {edit}
        {runs}
        invoice I2 for Feb 2026
          | seats
          | {charged}
        sync, whatever it says
          charged of Feb 2026 {account}
    """)


def test_run_of_a_price_of_our_own_counts_for_the_sources_amount() -> None:
    prove("""
        product Business Premium: retail 15.00
        mapping monthly: pricing only cost
        invoice I1 for Jan 2026
          | seats
          | 10
        sync
          line             | total
          Business Premium | 150.00
          charged 120.00 = synced 150.00 - rules 30.00
        generate
        generate
        invoice I2 for Feb 2026
          | seats
          | 10
        sync
          nothing is written
          charged of Feb 2026 120.00 = billed 150.00 - rules 30.00
          says billed ahead
    """)


def test_run_of_a_line_of_which_no_posting_is_known_counts_for_the_next_month_at_its_price() -> None:
    month = prove(f"""
        {SEATS}
        generate
        generate
        invoice I2 for Feb 2026
          | seats
          | 10
    """)
    month.books.import_invoices()
    (facts,) = month.books.facts()
    (run,) = facts.ahead
    (own,) = facts.own_lines

    plan = plan_billing([replace(facts, posted=())], (), {}, {})

    mark = mark_ahead(own, run)
    counted = {one.period: [part.source for part in one.parts if part.mark == mark] for one in plan.postings}
    assert counted == {"2026-01": [], "2026-02": [Money(Decimal(100), Decimal(120))]}


def test_run_counts_at_the_customer_whose_line_it_billed() -> None:
    prove("""
        invoice I1 for Jan 2026
          subscription | seats
          s1           | 10
          s2           | 1
        sync
          charged 132.00 = synced 132.00
        generate
        generate
        subscription s1: customer Fabrikam
        invoice I2 for Feb 2026
          subscription | seats
          s1           | 10
          s2           | 1
        sync, whatever it says
          charged of Northwind 144.00 = billed 264.00 - held 120.00
          charged of Fabrikam 120.00 = synced 120.00
    """)
