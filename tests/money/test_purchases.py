"""What is bought once, and what is metered by single days: one-time lines, never a part of the seats."""

from __future__ import annotations

from tests.bookkeeping.proving import prove


def test_purchase_of_one_day_is_a_line_with_its_own_quantity_and_price() -> None:
    prove("""
        invoice I1 for Oct 2026
          subscription | from  | to     | seats | retail
          perpetual    | 8 Oct | 8 Oct  |     2 | 975.00
          seats        | 1 Oct | 31 Oct |     3 |   5.00
        sync
          subscription | kind      | seats | retail
          perpetual    | once      |     2 | 975.00
          seats        | recurring |     3 |   5.00
    """)


def test_metered_days_are_one_line_a_month_beside_the_seats_of_their_subscription() -> None:
    prove("""
        invoice I1 for Sep 2026
          from   | to     | seats | retail
          1 Sep  | 30 Sep |     3 |   5.00
          3 Sep  | 3 Sep  |     5 |   1.00
          29 Sep | 29 Sep |     2 |   1.00
        sync
          kind      | seats | total
          once      |     1 |  7.00
          recurring |     3 | 15.00
        generate
        invoice I2 for Oct 2026
          from   | to     | seats | retail
          1 Oct  | 31 Oct |     3 |   5.00
          30 Sep | 30 Sep |     4 |   1.00
        sync
          kind      | seats | total
          once      |     1 |  4.00
          recurring |     3 | 15.00
    """)


def test_conversion_of_one_day_comes_to_what_is_left() -> None:
    prove("""
        subscription s1: unlisted
        invoice I1 for Sep 2026
          from   | to     | seats | retail | amount | cost amount | customer
          10 Sep | 10 Sep |     1 |  20.00 |  20.00 |       16.00 | Northwind
          10 Sep | 10 Sep |     1 |  20.00 | -20.00 |      -16.00 | Northwind
          10 Sep | 10 Sep |     1 |  10.00 |  10.00 |        8.00 | Northwind
        sync
          kind | seats | total
          once |     1 | 10.00
    """)


def test_words_that_say_one_time_make_a_line_of_each_row() -> None:
    prove("""
        invoice I1 for Oct 2026
          from  | to          | seats | retail | cycle
          8 Oct | 7 Oct 2027  |     1 |  97.00 | One-Time
          8 Oct | 7 Oct 2027  |     2 |  50.00 | One-Time
          1 Oct | 31 Oct      |     3 |   5.00 |
        sync
          kind      | seats | retail
          once      |     1 |  97.00
          once      |     2 |  50.00
          recurring |     3 |   5.00
    """)


def test_purchase_alone_keeps_no_recurring_line() -> None:
    prove("""
        invoice I1 for Oct 2026
          from  | to     | seats | retail
          1 Oct | 31 Oct |     3 |   5.00
        sync
        generate
        invoice I2 for Nov 2026
          subscription | from  | to     | seats | retail
          other        | 1 Nov | 30 Nov |     4 |   5.00
          s1           | 8 Nov | 8 Nov  |     1 |  97.00
        sync
          subscription | done    | kind      | seats
          other        | added   | recurring |     4
          s1           | added   | once      |     1
          s1           | removed | recurring |     3
    """)
