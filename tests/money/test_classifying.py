"""What a row is, by its cadence, its length and its signs."""

from __future__ import annotations

import pytest

from tests.bookkeeping.product import NO_CUSTOMER, NO_MOTION, NO_SUBSCRIPTION, SPOILT_SUBSCRIPTION, UNREADABLE_CYCLE
from tests.bookkeeping.proving import prove


def test_what_the_source_marks_as_usage_is_azure_whatever_the_row_says() -> None:
    prove("""
        subscription azure: cycle usage
        invoice I1 for Sep 2026
          subscription | cycle       | to
          azure        |             | 30 Sep
          azure        | Monthly     | 30 Sep
          azure        |             | 1 Sep
          azure        | Fortnightly | 30 Sep
        charges
          row | motion | kind
            1 | azure  | usage
            2 | azure  | usage
            3 | azure  | usage
            4 | azure  | usage
    """)


def test_rows_own_words_go_before_the_list_of_today() -> None:
    prove("""
        subscriptions
          subscription | cycle
          month        | Monthly
          year         | Annual
        invoice I1 for Sep 2026
          subscription | cycle                   | to
          month        | Annual                  | 31 Aug 2027
          year         | Monthly                 | 30 Sep
          month        | Quarterly               | 30 Nov
          month        | Triennial               | 31 Aug 2029
          year         | yearly/monthly billing  | 30 Sep
        charges
          row | subscription | motion  | kind      | motion by
            1 | month        | annual  | one-time  | words
            2 | year         | monthly | recurring | words
            3 | month        | annual  | one-time  | words
            4 | month        | annual  | one-time  | words
            5 | year         | monthly | recurring | length
    """)


def test_cycle_that_nobody_can_read_is_unknown_whatever_its_length() -> None:
    prove(f"""
        invoice I1 for Sep 2026
          cycle       | to
          Fortnightly | 30 Sep
        charges
          row | motion | kind    | problem
            1 |        | unknown | {UNREADABLE_CYCLE}
    """)


def test_term_alone_says_annual_only_for_a_row_about_as_long() -> None:
    prove("""
        subscription s1: cycle none
        invoice I1 for Sep 2026
          term   | to
          1 Year | 31 Aug 2027
          1 Year | 30 Sep
          3 Year | 31 Aug 2029
        charges
          row | motion  | kind      | motion by
            1 | annual  | one-time  | words
            2 | monthly | recurring | length
            3 | annual  | one-time  | words
    """)


def test_unmistakable_length_tells_and_any_other_does_not() -> None:
    prove(f"""
        subscription s1: cycle none
        invoice I1 for Sep 2026
          from   | to          | ratio
          1 Sep  | 30 Sep      |
          20 Sep | 19 Oct      |
          1 Sep  | 31 Aug 2027 |
          16 Sep | 30 Sep      | 0.5
          1 Sep  | 29 Sep      |
          1 Sep  | 2 Oct       |
          1 Sep  | 1 Jun 2027  | 0.75
          2 Sep  | 1 Sep       |
        charges
          row | motion  | kind      | problem
            1 | monthly | recurring |
            2 | monthly | recurring |
            3 | annual  | one-time  |
            4 | monthly | proration |
            5 |         | unknown   | {NO_MOTION}
            6 |         | unknown   | {NO_MOTION}
            7 |         | unknown   | {NO_MOTION}
            8 |         | unknown   | {NO_MOTION}
    """)


def test_single_day_and_words_that_say_so_are_bought_once() -> None:
    prove("""
        invoice I1 for Sep 2026
          from   | to     | ratio    | cycle
          8 Sep  | 8 Sep  |          |
          8 Sep  | 8 Sep  |          | One-Time
          1 Sep  | 30 Sep |          | one time
          30 Sep | 30 Sep | 0.033333 |
        charges
          row | motion  | kind      | period                | motion by
            1 | monthly | one-time  | 2026-09-01/2026-09-30 | one_day
            2 | monthly | one-time  | 2026-09-08/2026-09-08 | once
            3 | monthly | one-time  | 2026-09-01/2026-09-30 | once
            4 | monthly | proration | Sep 2026              | length
    """)


def test_earlier_charge_of_its_days_tells_before_the_length() -> None:
    # Today's list says nothing; the month of the second invoice is a piece of the year of the first.
    prove("""
        subscription s1: cycle none
        invoice I1 for Jan 2026
          from   | to          | seats | retail
          13 Jan | 12 Jan 2027 |     1 |  48.00
        invoice I2 for Feb 2026
          from        | to          | seats | amount | cost amount | ratio
          13 Jan      | 12 Jan 2027 |    -1 | -48.00 |      -40.00 |
          13 Jan      | 12 Feb      |     1 |   4.08 |        3.40 |
          13 Feb      | 12 Jan 2027 |     2 |  87.84 |       73.20 |
        charges
          row | motion | motion by
            1 | annual | length
            1 | annual | earlier
            2 | annual | earlier
            3 | annual | earlier
    """)


def test_what_is_taken_back_was_charged_before_though_nobody_saw_it() -> None:
    prove("""
        subscription s1: cycle none
        invoice I2 for Feb 2026
          from        | to          | seats | amount | cost amount
          13 Jan      | 12 Jan 2027 |    -1 | -48.00 |      -40.00
          13 Jan      | 12 Feb      |     1 |   4.08 |        3.40
        charges
          row | motion | motion by
            1 | annual | earlier
            2 | annual | earlier
    """)


def test_earlier_invoices_tell_before_the_list_of_today() -> None:
    prove("""
        subscriptions
          subscription | cycle
          s1           | Monthly
          s2           | Annual
        invoice I1 for Sep 2026
          subscription | cycle  | to
          s1           | Annual | 31 Dec
        invoice I2 for Jan 2027
          subscription | from  | to
          s1           | 1 Jan | 20 Mar
          s2           | 1 Jan | 20 Mar
        charges
          row | subscription | motion | motion by
            1 | s1           | annual | words
            1 | s1           | annual | history
            2 | s2           | annual | today
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
def test_amount_alone_makes_a_row_negative_in_every_motion(cycle: str, motion: str, kind: str) -> None:
    # The retail amount, or the cost where retail is 0; what it takes back from decides which it is.
    prove(f"""
        subscriptions
          subscription | cycle
          both         | {cycle}
          alone        | {cycle}
        invoice I1 for Sep 2026
          subscription | cycle   | seats | cost amount | amount
          both         | {cycle} |     9 |       90.00 | 108.00
          both         | {cycle} |    -1 |        8.00 |  10.00
          both         | {cycle} |     1 |       -8.00 |   0.00
          both         | {cycle} |     1 |       -8.00 | -10.00
          alone        | {cycle} |    -1 |       -8.00 | -10.00
          alone        | {cycle} |     1 |       -8.00 |   0.00
          alone        | {cycle} |     1 |       -8.00 |  10.00
        charges
          row | subscription | motion   | kind
            1 | both         | {motion} | {kind}
            2 | both         | {motion} | {kind}
            3 | both         | {motion} | proration
            4 | both         | {motion} | proration
            5 | alone        | {motion} | proration
            6 | alone        | {motion} | proration
            7 | alone        | {motion} | {kind}
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


def test_id_that_a_spreadsheet_spoilt_names_nobody() -> None:
    prove(f"""
        invoice I1 for Sep 2026
          subscription | customer
          1.23457E+11  | Northwind
          12e34        | Northwind
        charges
          row | kind      | problem
            1 | unknown   | {SPOILT_SUBSCRIPTION}
            2 | recurring |
    """)
