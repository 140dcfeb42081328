"""Cycles that do not follow the calendar, invoiced once they are over, with what changed in them."""

from __future__ import annotations

from tests.bookkeeping.proving import prove

CYCLES = """
        invoice I1 for Aug 2026
          from  | to         | seats
          7 Jul | 6 Aug 2026 |    13
        sync
        generate"""


def test_seats_that_went_in_the_last_days_of_a_cycle_are_of_its_period() -> None:
    # The row of 5 and 6 September belongs to the cycle that began in August. Counted for September, it would leave that
    # month billed, and the next cycle would be billed beside a line that stands for it.
    prove(f"""
        {CYCLES}
        invoice I2 for Sep 2026
          from  | to         | seats | ratio
          7 Aug | 6 Sep 2026 |    13 |     1
          5 Sep | 6 Sep 2026 |    -3 | 0.064516
        sync
          line                                    | kind      | seats | retail
          Business Premium                        | recurring |    10 |  12.00
          Business Premium (adjustment, Aug 2026) | once      |     1 |  33.68
        generate
        invoice I3 for Oct 2026
          from   | to         | seats | ratio
          7 Sep  | 6 Oct 2026 |    10 |     1
          30 Sep | 6 Oct 2026 |    -4 | 0.233333
        sync
          line                                    | kind      | seats | retail
          Business Premium                        | recurring |     6 |  12.00
          Business Premium (adjustment, Sep 2026) | once      |     1 |  36.80
        generate
        sync
          nothing is written
          billed 418.48, to bill 72.00
    """)


def test_levels_of_a_cycle_are_one_period_by_the_cycle_before() -> None:
    # No row is a whole cycle; the newest of an earlier invoice tells where this one begins.
    prove(f"""
        {CYCLES}
        invoice I2 for Sep 2026
          from  | to         | seats | ratio
          7 Aug | 3 Sep 2026 |    13 | 0.903226
          4 Sep | 6 Sep 2026 |    10 | 0.096774
        sync
          line                                    | kind      | seats | retail
          Business Premium                        | recurring |    10 |  12.00
          Business Premium (adjustment, Aug 2026) | once      |     1 |  32.52
    """)


def test_who_leaves_at_the_end_of_a_month_within_a_cycle_keeps_no_line() -> None:
    # In advance: the cycle from 27 November to 26 December is charged to the 30th, which is its month's last day.
    prove("""
        subscription a: customer Northwind
        subscription b: customer Northwind
        invoice I1 for Oct 2026
          subscription | from   | to          | seats
          a            | 27 Oct | 26 Nov 2026 |     5
          b            | 27 Oct | 26 Nov 2026 |     5
        sync
        generate
        invoice I2 for Nov 2026
          subscription | from   | to          | seats | ratio
          a            | 27 Oct | 26 Nov 2026 |    -5 |        1
          a            | 27 Oct | 23 Nov 2026 |     5 | 0.903226
          a            | 24 Nov | 26 Nov 2026 |    14 | 0.096774
          a            | 27 Nov | 30 Nov 2026 |    14 | 0.133333
          b            | 27 Nov | 26 Dec 2026 |     5 |        1
        sync
          standing recurring 60.00, once 32.85
    """)
