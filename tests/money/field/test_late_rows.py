"""Rows of an earlier month on a later invoice: the vendor's normal month, and what is none."""

from __future__ import annotations

from tests.bookkeeping.proving import prove
from tests.money.field.answers import AT_ONCE_OR_ANSWERED


@AT_ONCE_OR_ANSWERED
def test_correction_that_came_a_month_late_beside_the_regular_rows(held: str, answer: str) -> None:
    # 2.26 for 14 days of August is billed once, with September. The regular rows of both customers do not
    # wait for it.
    before = f"""
        subscription f1: customer Fabrikam
        invoice I1 for Aug 2026
          subscription | seats | retail
          s1           |     1 |   5.00
          f1           |     3 |   5.00
        sync, whatever it says
          standing recurring 20.00, once 0.00
        generate monthly
        invoice I2 for Sep 2026{held}
          subscription | from   | to     | seats | retail | text
          s1           | 1 Sep  | 30 Sep |     2 |   5.00 |
          s1           | 18 Aug | 31 Aug |     1 |   2.26 | Correction
          f1           | 1 Sep  | 30 Sep |     4 |   5.00 |
    """
    after = """
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |     2 |   5.00
          s1           | once      |     1 |   2.26
          f1           | recurring |     4 |   5.00
          charged 52.26 = billed 20.00 + synced 32.26
          billed 20.00, to bill 32.26
    """
    prove(before, answer, after)


@AT_ONCE_OR_ANSWERED
def test_usage_of_earlier_months_is_billed_with_the_month_that_it_came_with(held: str, answer: str) -> None:
    # 120.00 of October, 2.00 of 30 Sep and 4.20 of 31 Aug: all of it was used, and none of it is billed yet.
    before = f"""
        subscription a1: cycle usage
        invoice I1 for Sep 2026
          subscription | retail
          a1           | 100.00
        sync, whatever it says
          standing recurring 0.00, once 100.00
        generate azure
        invoice I2 for Oct 2026{held}
          subscription | from   | to     | retail
          a1           | 1 Oct  | 31 Oct | 120.00
          a1           | 30 Sep | 30 Sep |   2.00
          a1           | 31 Aug | 31 Aug |   4.20
    """
    after = """
        sync, whatever it says
          standing recurring 0.00, once 126.20
          charged 226.20 = billed 100.00 + synced 126.20
          billed 100.00, to bill 126.20
    """
    prove(before, answer, after)


def test_credit_for_usage_of_months_ago_waits_alone() -> None:
    # The usage of October is billed. The 15.00 back for August belongs to nothing else on the invoice: a
    # credit, which waits.
    prove("""
        subscription a1: cycle usage
        invoice I1 for Sep 2026
          subscription | seats | retail
          a1           |     1 | 100.00
        sync, whatever it says
          standing recurring 0.00, once 100.00
        generate azure
        invoice I2 for Oct 2026
          subscription | from  | to     | seats |   cost | retail
          a1           | 1 Oct | 31 Oct |     1 |  96.00 | 120.00
          a1           | 1 Aug | 31 Aug |     1 | -12.00 | -15.00
        sync, whatever it says
          standing recurring 0.00, once 120.00
          charged 205.00 = billed 100.00 + synced 120.00 - held 15.00
          billed 100.00, to bill 120.00
    """)


def test_customer_who_is_gone_is_billed_the_late_row_and_nothing_more() -> None:
    # 2 seats for the last 10 days of September (20.00 - 16.67) are late, and keep no line: nothing is
    # charged of October.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | seats | retail
          s1           |    10 |   5.00
          f1           |     3 |   5.00
        sync, whatever it says
          standing recurring 65.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026
          subscription | from   | to     | seats | retail |      ratio | amount
          s1           | 21 Sep | 30 Sep |   -10 |   5.00 | 0.33333333 | -16.67
          s1           | 21 Sep | 30 Sep |    12 |   5.00 | 0.33333333 |  20.00
          f1           | 1 Oct  | 31 Oct |     3 |   5.00 |            |
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | once      |     1 |   3.33
          f1           | recurring |     3 |   5.00
          charged 83.33 = billed 65.00 + synced 18.33
          billed 65.00, to bill 18.33
    """)


def test_order_of_the_last_day_comes_with_two_cycles_at_once() -> None:
    # The cycle from 30 Sep never stood on a line: all of it once (50.00). The cycle from 30 Oct is the
    # line.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | seats | retail
          f1           |     3 |   5.00
        sync, whatever it says
          standing recurring 15.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026
          subscription | from   | to     | seats | retail
          s1           | 30 Sep | 29 Oct |    10 |   5.00
          s1           | 30 Oct | 29 Nov |    10 |   5.00
          f1           | 1 Oct  | 31 Oct |     3 |   5.00
        sync, whatever it says
          standing recurring 65.00, once 50.00
          charged 130.00 = billed 15.00 + synced 115.00
          billed 15.00, to bill 115.00
    """)


@AT_ONCE_OR_ANSWERED
def test_billed_cycle_taken_back_and_charged_in_two_parts(held: str, answer: str) -> None:
    # -5.00 + 3.00 for one seat + 4.00 for two: 2.00 more than was billed. These prices are of parts of a cycle;
    # the cycle after it runs with 2 seats at 5.00.
    before = f"""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | from   | to     | seats | retail
          s1           | 13 Sep | 12 Oct |     1 |   5.00
          f1           | 1 Sep  | 30 Sep |     3 |   5.00
        sync, whatever it says
          standing recurring 20.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026{held}
          subscription | from   | to     | seats |  cost | retail
          s1           | 13 Sep | 12 Oct |     1 | -4.00 |  -5.00
          s1           | 13 Sep | 30 Sep |     1 |  2.40 |   3.00
          s1           | 1 Oct  | 12 Oct |     2 |  1.60 |   2.00
          s1           | 13 Oct | 12 Nov |     2 |  4.00 |   5.00
          f1           | 1 Oct  | 31 Oct |     4 |  4.00 |   5.00
    """
    after = """
        sync, whatever it says
          standing recurring 30.00, once 2.00
          charged 52.00 = billed 20.00 + synced 32.00
          billed 20.00, to bill 32.00
    """
    prove(before, answer, after)


def test_second_issue_at_new_prices_is_money_that_waits_until_somebody_answers() -> None:
    # September was billed. Issued again 3 % dearer it would be billed twice; so it waits whole, and no
    # line moves.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | seats | retail
          s1           |    10 |   5.00
          f1           |     3 |   5.00
        sync, whatever it says
          standing recurring 65.00, once 0.00
        generate monthly
        invoice I2 for Sep 2026, held
          subscription | seats | retail
          s1           |    10 |   5.15
          f1           |     3 |   5.15
        sync, whatever it says
          standing recurring 65.00, once 0.00
          charged 131.95 = billed 65.00 + held 66.95
          billed 65.00, to bill 65.00
    """)


def test_second_issue_of_a_month_with_a_change_waits_whole() -> None:
    # The refund and the charge of the change are issued again with the rest: 72.10 waits, not the half of
    # it.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | from   | to     | seats | retail | ratio
          s1           | 1 Sep  | 30 Sep |    10 |   5.00 |
          s1           | 16 Sep | 30 Sep |   -10 |   5.00 |   0.5
          s1           | 16 Sep | 30 Sep |    12 |   5.00 |   0.5
          f1           | 1 Sep  | 30 Sep |     3 |   5.00 |
        sync, whatever it says
          standing recurring 75.00, once -5.00
        generate monthly
        invoice I2 for Sep 2026, held
          subscription | from   | to     | seats | retail | ratio
          s1           | 1 Sep  | 30 Sep |    10 |   5.15 |
          s1           | 16 Sep | 30 Sep |   -10 |   5.15 |   0.5
          s1           | 16 Sep | 30 Sep |    12 |   5.15 |   0.5
          f1           | 1 Sep  | 30 Sep |     3 |   5.15 |
        sync, whatever it says
          standing recurring 75.00, once 0.00
          charged 142.10 = billed 70.00 + held 72.10
          billed 70.00, to bill 75.00
    """)
