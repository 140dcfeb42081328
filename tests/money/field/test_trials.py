"""Rows of 0.00: they say nothing of seats, price or end once the subscription is paid for."""

from __future__ import annotations

from tests.bookkeeping.proving import prove


def test_trial_bought_and_cancelled_is_never_the_sum_of_its_rows() -> None:
    # Nobody can tell the sign of 0.00. 11 seats at most, at nothing; never 22.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | from   | to     | seats | cost | retail
          s1           | 10 Sep | 9 Oct  |    11 | 0.00 |   0.00
          s1           | 10 Sep | 9 Oct  |    11 | 0.00 |   0.00
          f1           | 1 Sep  | 30 Sep |     3 | 4.00 |   5.00
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |    11 |   0.00
          f1           | recurring |     3 |   5.00
          charged 15.00 = synced 15.00
    """)


def test_trial_that_was_converted_is_its_paid_seats() -> None:
    # Two rows of 0.00 and one of 25 x 60.00: 25 seats, not 75, and no adjustment.
    prove("""
        invoice I1 for Sep 2026
          term    | from   | to     | seats |  cost | retail
          1 Month | 10 Sep | 9 Oct  |    25 |  0.00 |   0.00
          1 Month | 20 Sep | 9 Oct  |    25 |  0.00 |   0.00
          1 Month | 20 Sep | 19 Oct |    25 | 52.61 |  60.00
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |    25 |  60.00
          charged 1500.00 = synced 1500.00
    """)


def test_trial_that_was_converted_within_its_own_cycle() -> None:
    # All three rows end on one day, and only one is paid for.
    prove("""
        invoice I1 for Sep 2026
          from   | to    | seats |  cost | retail
          10 Sep | 9 Oct |    25 |  0.00 |   0.00
          10 Sep | 9 Oct |    25 |  0.00 |   0.00
          10 Sep | 9 Oct |    25 | 52.61 |  60.00
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |    25 |  60.00
          charged 1500.00 = synced 1500.00
    """)


def test_trial_that_would_end_later_than_the_first_paid_month() -> None:
    # The row of 0.00 runs to 30 Nov. It says nothing any more once October is paid for: 25 x 60.00 is the
    # line, all of it.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | from  | to     | seats | cost | retail
          s1           | 1 Sep | 30 Nov |    25 | 0.00 |   0.00
          f1           | 1 Sep | 30 Sep |     3 | 4.00 |   5.00
        sync, whatever it says
          to bill on Fabrikam monthly 15.00
          charged 15.00 = synced 15.00
        generate monthly
        invoice I2 for Oct 2026
          subscription | seats | retail
          s1           |    25 |  60.00
          f1           |     3 |   5.00
        sync, whatever it says
          standing recurring 1515.00, once 0.00
          charged 1530.00 = billed 15.00 + synced 1515.00
          billed 15.00, to bill 1515.00
    """)
