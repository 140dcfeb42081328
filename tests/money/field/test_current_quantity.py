"""How many seats a line has next month: what the rows that end last say, and what is a difference of price."""

from __future__ import annotations

from tests.bookkeeping.proving import prove


def test_discount_on_a_row_of_its_own_gives_no_seat_back() -> None:
    # 10 x -0.35 takes no seat back, whose price is 3.50: 10 seats run, and 3.50 goes off.
    prove("""
        invoice I1 for Sep 2026
          seats |  cost | retail
             10 |  3.00 |   3.50
             10 | -0.30 |  -0.35
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |    10 |   3.50
          s1           | once      |     1 |  -3.50
          charged 31.50 = synced 31.50
    """)


def test_discount_is_all_that_is_left_out_where_differences_are_only_told() -> None:
    # The seats are billed and the discount is named. To leave out all 31.50 would bill nobody anything.
    prove("""
        settings: prorations warn
        invoice I1 for Sep 2026
          seats |  cost | retail
             10 |  3.00 |   3.50
             10 | -0.30 |  -0.35
        sync, whatever it says
          standing recurring 35.00, once 0.00
          charged 31.50 = synced 35.00 - excluded 3.50
    """)


def test_rebate_smaller_than_its_month_goes_off_it() -> None:
    # 50.00 - 3.00 for the same days: 47.00, and nothing waits.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | seats |  cost | retail
          s1           |    10 |  4.00 |   5.00
          s1           |     1 | -2.40 |  -3.00
          f1           |     3 |  4.00 |   5.00
        sync, whatever it says
          standing recurring 65.00, once -3.00
          charged 62.00 = synced 62.00
    """)


def test_rebate_greater_than_its_month_waits_alone() -> None:
    # A rebate of the year is no part of October's change, as nothing costs 60.00. It waits; the month's
    # 50.00 does not.
    prove("""
        invoice I1 for Oct 2026
          seats |   cost | retail
             10 |   4.00 |   5.00
              1 | -48.00 | -60.00
        sync, whatever it says
          standing recurring 50.00, once 0.00
          charged -10.00 = synced 50.00 - held 60.00
    """)


def test_change_shown_as_one_row_for_each_level() -> None:
    # 10 seats for 11 days and 12 for 20 of 31: 56.45. It runs on with 12, of which 3.55 was not used yet.
    prove("""
        invoice I1 for Sep 2026
          seats | retail
             10 |   5.00
        sync, whatever it says
          standing recurring 50.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026
          from   | to     | seats | retail |      ratio | amount
          1 Oct  | 11 Oct |    10 |   5.00 | 0.35483871 |  17.74
          12 Oct | 31 Oct |    12 |   5.00 | 0.64516129 |  38.71
        sync, whatever it says
          standing recurring 60.00, once -3.55
          charged 106.45 = billed 50.00 + synced 56.45
          billed 50.00, to bill 56.45
    """)


def test_parts_of_a_cycle_that_ends_within_the_month_have_not_ended() -> None:
    # Both rows are parts and end before October does, but on 19 Oct the cycle ends by itself: 12 seats
    # run on. 25.00 + 30.00 is 5.00 less than 60.00.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | from   | to     | seats | retail
          s1           | 20 Aug | 19 Sep |    10 |   5.00
          f1           | 1 Sep  | 30 Sep |     3 |   5.00
        sync, whatever it says
          standing recurring 65.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026
          subscription | from   | to     | seats | retail | ratio
          s1           | 20 Sep | 4 Oct  |    10 |   5.00 |   0.5
          s1           | 5 Oct  | 19 Oct |    12 |   5.00 |   0.5
          f1           | 1 Oct  | 31 Oct |     3 |   5.00 |
        sync, whatever it says
          standing recurring 75.00, once -5.00
          charged 135.00 = billed 65.00 + synced 70.00
          billed 65.00, to bill 70.00
    """)


def test_seats_that_come_and_go_within_the_month() -> None:
    # 10, then 15, then 10 again: 10 run on, and 10 days of 5 seats (58.34 - 50.00) are billed once.
    prove("""
        invoice I1 for Sep 2026
          from   | to     | seats | retail |      ratio | amount
          1 Sep  | 10 Sep |    10 |   5.00 | 0.33333333 |  16.67
          11 Sep | 20 Sep |    15 |   5.00 | 0.33333333 |  25.00
          21 Sep | 30 Sep |    10 |   5.00 | 0.33333333 |  16.67
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |    10 |   5.00
          s1           | once      |     1 |   8.34
          charged 58.34 = synced 58.34
    """)


def test_new_price_and_two_seats_more_within_the_month() -> None:
    # Two rows end last and are summed, 10 and 2 at 5.50. 23.33 + 29.33 + 4.03 = 56.69 is 9.31 less than
    # 66.00.
    prove("""
        invoice I1 for Sep 2026
          from   | to     | seats | retail |      ratio | amount
          1 Sep  | 14 Sep |    10 |   5.00 | 0.46666667 |  23.33
          15 Sep | 30 Sep |    10 |   5.50 | 0.53333333 |  29.33
          20 Sep | 30 Sep |     2 |   5.50 | 0.36666667 |   4.03
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |    12 |   5.50
          s1           | once      |     1 |  -9.31
          charged 56.69 = synced 56.69
    """)


def test_price_changed_on_the_first_day_of_its_first_row() -> None:
    # Two rows have the new price, the later one because a seat came on the 20th. The price is of 15 Sep.
    prove("""
        invoice I1 for Aug 2026
          seats | retail
             10 |   5.00
        sync
        generate monthly
        invoice I2 for Sep 2026
          from   | to     | seats | retail |      ratio | amount
          1 Sep  | 14 Sep |    10 |   5.00 | 0.46666667 |  23.33
          15 Sep | 30 Sep |    10 |   5.50 | 0.53333333 |  29.33
          20 Sep | 30 Sep |     2 |   5.50 | 0.36666667 |   4.03
        sync, whatever it says
          mentions from 5.00 to 5.50 on 15 Sep 2026
          charged 106.69 = billed 50.00 + synced 56.69
    """)


def test_seat_added_on_the_last_day_is_a_seat() -> None:
    # One of 30 days is 0.17 and no one-time purchase: its ratio is the day's. October has 11 seats.
    prove("""
        invoice I1 for Sep 2026
          from   | to     | seats | retail |      ratio | amount
          1 Sep  | 30 Sep |    10 |   5.00 |            |
          30 Sep | 30 Sep |     1 |   5.00 | 0.03333333 |   0.17
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |    11 |   5.00
          s1           | once      |     1 |  -4.83
          charged 50.17 = synced 50.17
        generate monthly
        invoice I2 for Oct 2026
          seats | retail
             11 |   5.00
        sync, whatever it says
          standing recurring 55.00, once 0.00
          charged 105.17 = billed 50.17 + synced 55.00
          billed 50.17, to bill 55.00
    """)


def test_free_seats_beside_paid_ones_are_a_line_of_nothing() -> None:
    # Nothing but rows of 0.00: the line tells of 25 seats and costs nothing. There is nothing to ask or
    # to warn of.
    prove("""
        subscription s2: product Business Basic
        invoice I1 for Sep 2026
          subscription | seats | cost | retail
          s1           |    10 | 4.00 |   5.00
          s2           |    25 | 0.00 |   0.00
        sync
          subscription | kind      | seats | retail
          s1           | recurring |    10 |   5.00
          s2           | recurring |    25 |   0.00
          charged 50.00 = synced 50.00
          says nothing
    """)


def test_line_whose_mark_somebody_wrote_over_is_still_ours() -> None:
    # 12 seats on the one line there is. A second line beside it would bill 110.00.
    prove("""
        invoice I1 for Sep 2026
          seats | retail
             10 |   5.00
        sync
        generate monthly
        edit "Business Premium": description "Microsoft licences as agreed"
        invoice I2 for Oct 2026
          seats | retail
             12 |   5.00
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |    12 |   5.00
          charged 110.00 = billed 50.00 + synced 60.00
          billed 50.00, to bill 60.00
    """)


def test_cycle_after_one_that_changed_in_the_month_in_which_it_ended() -> None:
    # The row of 5 to 19 Oct and the cycle from 20 Oct begin in one month. What of that month was billed with the
    # change is not a reason to bill the cycle twice: 60.00 for it.
    prove("""
        invoice I1 for Sep 2026
          from   | to     | seats | retail
          20 Aug | 19 Sep |    10 |   5.00
        sync
        generate monthly
        invoice I2 for Oct 2026
          from   | to     | seats | retail | ratio | amount
          20 Sep | 4 Oct  |    10 |   5.00 |   0.5 |  25.00
          5 Oct  | 19 Oct |    12 |   5.00 |   0.5 |  30.00
        sync, whatever it says
          standing recurring 60.00, once -5.00
        generate monthly
        invoice I3 for Nov 2026
          from   | to     | seats | retail
          20 Oct | 19 Nov |    12 |   5.00
        sync, whatever it says
          standing recurring 60.00, once 0.00
          charged 165.00 = billed 105.00 + synced 60.00
          billed 105.00, to bill 60.00
    """)
