"""Subscriptions that end, are renewed under another id, or move to another customer."""

from __future__ import annotations

import pytest

from tests.bookkeeping.proving import prove


def test_cancelled_after_it_was_billed_loses_its_line_while_the_refund_waits() -> None:
    # The refund of 26 of 30 days takes all 10 seats back. It waits for a person; the line does not, or
    # the customer would pay another month.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | from   | to     | seats | retail
          s1           | 28 Sep | 27 Oct |    10 |   3.50
          f1           | 1 Sep  | 30 Sep |     3 |   5.00
        sync, whatever it says
          standing recurring 50.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026
          subscription | from  | to     | seats | retail |      ratio | amount
          s1           | 2 Oct | 27 Oct |   -10 |   3.50 | 0.86666667 | -30.33
          f1           | 1 Oct | 31 Oct |     3 |   5.00 |            |
        sync, whatever it says
          subscription | kind      | seats | retail
          f1           | recurring |     3 |   5.00
          charged 34.67 = billed 50.00 + synced 15.00 - held 30.33
          billed 50.00, to bill 15.00
    """)


def test_cancelled_after_it_was_billed_is_given_back_where_credits_are_applied() -> None:
    # 35.00 were billed and 4.67 used: -30.33 once, and no line.
    prove("""
        settings: credits apply
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | from   | to     | seats | retail
          s1           | 28 Sep | 27 Oct |    10 |   3.50
          f1           | 1 Sep  | 30 Sep |     3 |   5.00
        sync, whatever it says
          standing recurring 50.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026
          subscription | from  | to     | seats | retail |      ratio | amount
          s1           | 2 Oct | 27 Oct |   -10 |   3.50 | 0.86666667 | -30.33
          f1           | 1 Oct | 31 Oct |     3 |   5.00 |            |
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | once      |     1 | -30.33
          f1           | recurring |     3 |   5.00
          charged 34.67 = billed 50.00 - synced 15.33
          billed 50.00, to bill -15.33
    """)


def test_subscription_that_ended_in_mid_month_is_billed_once() -> None:
    # Its one row is half of September and no cycle ends on the 15th: 25.00 once. A line of 10 seats would
    # bill them again in October.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | from  | to     | seats | retail | ratio
          s1           | 1 Sep | 15 Sep |    10 |   5.00 |   0.5
          f1           | 1 Sep | 30 Sep |     3 |   5.00 |
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | once      |     1 |  25.00
          f1           | recurring |     3 |   5.00
          charged 40.00 = synced 40.00
    """)


def test_renewal_under_a_new_id_is_one_line_and_not_two() -> None:
    # The old one ends on 30 Sep, was billed, and goes on as s2 with as many seats: 50.00 a month.
    prove("""
        invoice I1 for Sep 2026
          seats | retail
             10 |   5.00
        sync, whatever it says
          standing recurring 50.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026
          subscription | seats | retail
          s2           |    10 |   5.00
        sync, whatever it says
          subscription | kind      | seats | retail
          s2           | recurring |    10 |   5.00
          charged 100.00 = billed 50.00 + synced 50.00
          billed 50.00, to bill 50.00
    """)


def test_renewal_that_comes_before_the_run_leaves_the_old_month_to_be_billed() -> None:
    # September's line waits for its run though n1 follows it: old and new line run together, then the old
    # one goes.
    prove("""
        invoice I1 for Sep 2026
          seats | retail
             10 |   5.00
        sync, whatever it says
          standing recurring 50.00, once 0.00
        invoice I2 for Oct 2026
          subscription | seats | retail
          n1           |    10 |   5.00
        sync, whatever it says
          standing recurring 100.00, once 0.00
          charged 100.00 = synced 100.00
        generate monthly
        sync, whatever it says
          subscription | kind      | seats | retail
          n1           | recurring |    10 |   5.00
          charged 100.00 = billed 100.00
          billed 100.00, to bill 50.00
    """)


def test_subscription_moved_to_another_customer_is_billed_there() -> None:
    # Since 1 Oct the seats are Fabrikam's: its template has both lines, and Northwind's none.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | seats | retail
          s1           |    10 |   5.00
          f1           |     3 |   5.00
        sync, whatever it says
          standing recurring 65.00, once 0.00
        generate monthly
        subscription s1: customer Fabrikam
        invoice I2 for Oct 2026
          subscription | seats | retail
          s1           |    10 |   5.00
          f1           |     3 |   5.00
        sync, whatever it says
          to bill on Northwind monthly 0.00
          to bill on Fabrikam monthly 65.00
          charged 130.00 = billed 65.00 + synced 65.00
          billed 65.00, to bill 65.00
    """)


MOVED_IN_NOVEMBER = """
        subscription f1: customer Fabrikam
        subscription s1: seen 1 Sep 2026
        invoice I1 for Sep 2026
          subscription | seats | retail
          s1           |    10 |   5.00
          f1           |     3 |   5.00
        sync, whatever it says
          standing recurring 65.00, once 0.00
        generate monthly
        subscription s1: seen 2 Nov 2026
        subscription s1: customer Fabrikam, seen 3 Nov 2026
"""


def test_month_before_a_move_is_billed_to_who_had_the_seats() -> None:
    # October ended at Northwind. Its invoice comes on 8 Nov, when the list says Fabrikam: Northwind owes it all
    # the same, and November is Fabrikam's.
    prove(f"""
        {MOVED_IN_NOVEMBER}
        invoice I2 for Oct 2026
          subscription | seats | retail
          s1           |    10 |   5.00
          f1           |     3 |   5.00
        sync, whatever it says
          to bill on Northwind monthly 50.00
          to bill on Fabrikam monthly 15.00
        generate monthly
        invoice I3 for Nov 2026
          subscription | from  | to     | seats | retail
          s1           | 3 Nov | 30 Nov |    10 |   5.00
          f1           | 1 Nov | 30 Nov |     3 |   5.00
        sync, whatever it says
          to bill on Northwind monthly 0.00
          to bill on Fabrikam monthly 65.00
          charged 195.00 = billed 130.00 + synced 65.00
    """)


@pytest.mark.parametrize(
    ("named", "northwind", "fabrikam"),
    [("Northwind", "50.00", "15.00"), ("Fabrikam", "0.00", "65.00"), ("Contoso", "50.00", "15.00")],
)
def test_tenant_that_the_row_names_is_billed_for_the_month_before_a_move(
    named: str, northwind: str, fabrikam: str
) -> None:
    # The row's word counts, where it names somebody who had it. Contoso never did.
    prove(f"""
        {MOVED_IN_NOVEMBER}
        invoice I2 for Oct 2026
          subscription | customer | seats | retail
          s1           | {named}  |    10 |   5.00
          f1           |          |     3 |   5.00
        sync, whatever it says
          to bill on Northwind monthly {northwind}
          to bill on Fabrikam monthly {fabrikam}
          charged 130.00 = billed 65.00 + synced 65.00
    """)


def test_move_that_nobody_saw_holds_the_month_between() -> None:
    # Last seen at Northwind on 20 Sep, and at Fabrikam on 3 Nov: nobody can say who owes October.
    prove("""
        subscription f1: customer Fabrikam
        subscription s1: seen 1 Sep 2026
        subscription s1: seen 20 Sep 2026
        subscription s1: customer Fabrikam, seen 3 Nov 2026
        invoice I1 for Oct 2026
          subscription | seats | retail
          s1           |    10 |   5.00
          f1           |     3 |   5.00
        sync, whatever it says
          to bill on Fabrikam monthly 15.00
          charged 65.00 = synced 15.00 + unknown 50.00
    """)


def test_only_subscription_of_a_partner_moves() -> None:
    # The partner has no other subscription, and yet October is a month: this one goes on in it, at
    # Fabrikam.
    prove("""
        invoice I1 for Sep 2026
          seats | retail
             10 |   5.00
        sync, whatever it says
          standing recurring 50.00, once 0.00
        generate monthly
        subscription s1: customer Fabrikam
        invoice I2 for Oct 2026
          seats | retail
             10 |   5.00
        sync, whatever it says
          to bill on Northwind monthly 0.00
          to bill on Fabrikam monthly 50.00
          charged 100.00 = billed 50.00 + synced 50.00
          billed 50.00, to bill 50.00
    """)


def test_invoice_that_comes_after_its_run_finds_the_run_in_its_place() -> None:
    # August's 50.00 ran twice, so September is billed but for 10.00. October is the line, which has not
    # run: 50.00 + 60.00 + 60.00 for three months, and no more.
    prove("""
        invoice I1 for Aug 2026
          seats | retail
             10 |   5.00
        sync, whatever it says
          standing recurring 50.00, once 0.00
        generate monthly
        generate monthly
        invoice I2 for Sep 2026
          seats | retail
             12 |   5.00
        sync
        invoice I3 for Oct 2026
          seats | retail
             12 |   5.00
        sync, whatever it says
          charged 170.00 = billed 100.00 + synced 70.00
          billed 100.00, to bill 70.00
        generate monthly
        sync, whatever it says
          standing recurring 60.00, once 0.00
          charged 170.00 = billed 170.00
          billed 170.00, to bill 60.00
    """)


def test_subscription_that_ended_a_few_days_into_its_next_cycle() -> None:
    # Its cycles end on the 17th, and the last of them was to end on 17 Oct. On 21 Sep it is over: both rows once,
    # and no line.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Aug 2026
          subscription | from   | to     | seats | retail
          s1           | 18 Jul | 17 Aug |    10 |   5.00
          f1           | 18 Jul | 17 Aug |     3 |   5.00
        sync
        generate monthly
        invoice I2 for Sep 2026
          subscription | from   | to     | seats | retail |      ratio | amount
          s1           | 18 Aug | 17 Sep |    10 |   5.00 |            |
          s1           | 18 Sep | 21 Sep |    10 |   5.00 | 0.13333333 |   6.67
          f1           | 18 Aug | 17 Sep |     3 |   5.00 |            |
        sync, whatever it says
          standing recurring 15.00, once 56.67
          charged 136.67 = billed 65.00 + synced 71.67
    """)
