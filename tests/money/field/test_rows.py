"""What one row says: its days, its amount, and what it lacks."""

from __future__ import annotations

from tests.bookkeeping.proving import prove


def test_ends_of_one_day_at_two_times_are_one_end() -> None:
    # 30 Sep at 00:00:00 and at 23:59:59 are the same last day: 10 and 2 seats are there then. 55.33 is
    # 4.67 less than 60.00.
    prove("""
        invoice I1 for Sep 2026
          from   | to              | seats | retail |      ratio | amount
          1 Sep  | 30 Sep          |    10 |   5.00 |            |
          15 Sep | 30 Sep 23:59:59 |     2 |   5.00 | 0.53333333 |   5.33
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |    12 |   5.00
          s1           | once      |     1 |  -4.67
          charged 55.33 = synced 55.33
    """)


def test_cent_that_a_ratio_of_almost_one_leaves_is_rounding() -> None:
    # 49.99 of 50.00 is within the tolerance, whatever its cause: no line of -0.01 on the customer's bill.
    prove("""
        invoice I1 for Sep 2026
          seats | retail |   ratio | amount
             10 |   5.00 | 0.99999 |  49.99
        sync, whatever it says
          standing recurring 50.00, once 0.00
          charged 49.99 = synced 50.00 - rounding 0.01
    """)


def test_unit_price_in_another_currency_than_the_amount() -> None:
    # 286.00 for 10 seats makes 28.60 a seat, whatever 20.00 is. With the price believed, 86.00 would be
    # adjusted each month without a word.
    prove("""
        invoice I1 for Sep 2026
          seats |  cost | retail | cost amount | amount
             10 | 16.00 |  20.00 |      228.80 | 286.00
        sync, whatever it says
          subscription | kind      | seats |  cost | retail
          s1           | recurring |    10 | 22.88 |  28.60
          charged 286.00 = synced 286.00
    """)


def test_seats_given_away_at_a_cost_are_told_with_the_cost() -> None:
    # 0.00 to the customer may be meant. The 40.00 that the partner pays for it is said all the same.
    prove("""
        invoice I1 for Sep 2026
          seats | cost | retail
             10 | 4.00 |   0.00
        sync, whatever it says
          mentions 40.00
          charged cost 40.00 = synced 40.00
    """)


def test_credit_of_nobody_is_unknown_with_its_amount() -> None:
    # No subscription, no customer: 36.00 back that belongs on nobody's bill. It is shown, and the rest
    # goes on.
    prove("""
        invoice I1 for Sep 2026
          subscription | offer          | seats |   cost | retail
          s1           |                |     5 |   4.00 |   5.00
          none         | Service credit |     1 | -36.00 | -36.00
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |     5 |   5.00
          charged -11.00 = synced 25.00 - unknown 36.00
    """)
