"""What a row is, by its cadence, its length and its signs."""

from __future__ import annotations

import pytest

from tests.bookkeeping.product import NO_CUSTOMER, NO_MOTION, NO_SUBSCRIPTION
from tests.bookkeeping.proving import prove


def test_cadence_of_the_subscription_decides_whatever_the_row_says() -> None:
    prove("""
        subscriptions
          subscription | cycle
          month        | Monthly
          azure        | usage
          year         | Annual
        invoice I1 for Sep 2026
          subscription | cycle
          month        |
          month        | Annual
          azure        |
          azure        | Monthly
          year         |
          year         | Monthly
        charges
          row | subscription | motion  | kind
            1 | month        | monthly | recurring
            2 | month        | monthly | recurring
            3 | azure        | azure   | usage
            4 | azure        | azure   | usage
            5 | year         | annual  | one-time
            6 | year         | annual  | one-time
    """)


def test_row_speaks_for_itself_where_the_subscription_is_silent() -> None:
    prove("""
        subscription s1: cycle none
        invoice I1 for Sep 2026
          subscription | cycle
          s1           | Annual
          s1           | Monthly
        charges
          row | motion  | kind
            1 | annual  | one-time
            2 | monthly | recurring
    """)


def test_length_of_the_charge_decides_where_nobody_speaks() -> None:
    prove(f"""
        subscription s1: cycle none
        invoice I1 for Sep 2026
          from  | to
          1 Sep | 1 Sep
          1 Sep | 2 Oct
          1 Sep | 3 Oct
          1 Sep | 16 Aug 2027
          1 Sep | 17 Aug 2027
          2 Sep | 1 Sep
        charges
          row | motion  | kind      | problem
            1 | monthly | recurring |
            2 | monthly | recurring |
            3 |         | unknown   | {NO_MOTION}
            4 |         | unknown   | {NO_MOTION}
            5 | annual  | one-time  |
            6 |         | unknown   | {NO_MOTION}
    """)


def test_azure_plan_is_known_by_its_name() -> None:
    prove("""
        subscription s1: cycle none
        invoice I1 for Sep 2026
          offer        | seats
          Sample Suite | 1
          Azure plan   | 1
        charges
          row | motion  | kind
            1 | monthly | recurring
            2 | azure   | usage
    """)


def test_part_of_a_month_is_a_proration() -> None:
    prove("""
        invoice I1 for Sep 2026
          seats | ratio
              1 |
              1 |   0.5
        charges
          row | motion  | kind
            1 | monthly | recurring
            2 | monthly | proration
    """)


@pytest.mark.parametrize(
    ("cycle", "motion", "kind"),
    [("Monthly", "monthly", "recurring"), ("usage", "azure", "usage"), ("Annual", "annual", "one-time")],
)
def test_negative_row_is_proration_or_credit_in_every_motion(cycle: str, motion: str, kind: str) -> None:
    # Each sign alone makes a row negative; what it takes back from decides which it is.
    prove(f"""
        subscriptions
          subscription | cycle
          both         | {cycle}
          alone        | {cycle}
        invoice I1 for Sep 2026
          subscription | seats | cost amount | amount
          both         |     9 |       90.00 | 108.00
          both         |    -1 |        8.00 |  10.00
          both         |     1 |       -8.00 |  10.00
          both         |     1 |        8.00 | -10.00
          alone        |    -1 |        8.00 |  10.00
          alone        |     1 |       -8.00 |  10.00
          alone        |     1 |        8.00 | -10.00
        charges
          row | subscription | motion   | kind
            1 | both         | {motion} | {kind}
            2 | both         | {motion} | proration
            3 | both         | {motion} | proration
            4 | both         | {motion} | proration
            5 | alone        | {motion} | credit
            6 | alone        | {motion} | credit
            7 | alone        | {motion} | credit
    """)


def test_row_that_fits_no_rule_is_unknown_and_says_why() -> None:
    prove(f"""
        subscription s1: cycle none
        subscription nobody's: unlisted
        invoice I1 for Sep 2026
          subscription | to         | customer
          none         | 30 Sep     | Northwind
          nobody's     | 30 Sep     |
          nobody's     | 30 Sep     | Northwind
          s1           | 1 Dec      |
        charges
          row | customer  | kind      | problem
            1 | Northwind | unknown   | {NO_SUBSCRIPTION}
            2 |           | unknown   | {NO_CUSTOMER}
            3 | Northwind | recurring |
            4 | Northwind | unknown   | {NO_MOTION}
    """)


def test_period_is_counted_in_the_offset_given() -> None:
    # Midnight of 1 September is still August in UTC.
    prove("""
        subscription y1: cycle Annual
        settings: offset +10:00
        invoice I1 for Sep 2026
          subscription | from  | to
          s1           | 1 Sep | 30 Sep
          y1           | 1 Sep | 31 Aug 2027
        charges
          row | motion  | period
            1 | monthly | Sep 2026
            2 | annual  | 2026-09-01/2027-08-31
    """)
