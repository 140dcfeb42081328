"""Months that are invoiced before they begin: the prepayment, and its settlement when something changed."""

from __future__ import annotations

from tests.bookkeeping.proving import prove
from tests.money.field.answers import AT_ONCE_OR_ANSWERED


def test_first_invoice_has_the_rest_of_this_month_and_the_next_month() -> None:
    # Nobody has billed either month yet: 19 of 30 days once (15.83) and October as the line. Neither
    # waits, and neither is a part of the other.
    prove("""
        invoice I1 for Sep 2026
          from   | to     | seats | retail |      ratio | amount
          12 Sep | 30 Sep |     5 |   5.00 | 0.63333333 |  15.83
          1 Oct  | 31 Oct |     5 |   5.00 |            |
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |     5 |   5.00
          s1           | once      |     1 |  15.83
          charged 40.83 = synced 40.83
    """)


def test_seats_added_in_a_month_that_was_prepaid() -> None:
    # October was billed with September's invoice: now 2 seats for 20 of 31 days (6.45), and November for
    # 7.
    prove("""
        invoice I1 for Sep 2026
          from   | to     | seats | retail |      ratio | amount
          12 Sep | 30 Sep |     5 |   5.00 | 0.63333333 |  15.83
          1 Oct  | 31 Oct |     5 |   5.00 |            |
        sync
        generate monthly
        invoice I2 for Oct 2026
          from   | to     | seats | retail |      ratio | amount
          12 Oct | 31 Oct |     2 |   5.00 | 0.64516129 |   6.45
          1 Nov  | 30 Nov |     7 |   5.00 |            |
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |     7 |   5.00
          s1           | once      |     1 |   6.45
          charged 82.28 = billed 40.83 + synced 41.45
          billed 40.83, to bill 41.45
    """)


def test_prepayment_of_the_next_month_when_nothing_changed() -> None:
    # An invoice about October that has rows of November alone is the normal month of this form: the lines
    # stay as they are.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | from  | to     | seats | retail
          s1           | 1 Oct | 31 Oct |     5 |   5.00
          f1           | 1 Oct | 31 Oct |     3 |   5.00
        sync, whatever it says
          standing recurring 40.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026
          subscription | from  | to     | seats | retail
          s1           | 1 Nov | 30 Nov |     5 |   5.00
          f1           | 1 Nov | 30 Nov |     3 |   5.00
        sync, whatever it says
          standing recurring 40.00, once 0.00
          charged 80.00 = billed 40.00 + synced 40.00
          billed 40.00, to bill 40.00
    """)


def test_prepayment_is_settled_by_its_credit_and_the_use_by_dates() -> None:
    # October was prepaid with 25.00. Back it comes, and 8.87 + 22.58 were used: 6.45 more. November is
    # prepaid for 7, and Fabrikam's does not wait for that.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | from  | to     | seats | retail
          s1           | 1 Oct | 31 Oct |     5 |   5.00
          f1           | 1 Oct | 31 Oct |     3 |   5.00
        sync, whatever it says
          standing recurring 40.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026
          subscription | from   | to     | seats | retail |      ratio | amount
          s1           | 1 Oct  | 31 Oct |    -5 |   5.00 |            |
          s1           | 1 Oct  | 11 Oct |     5 |   5.00 | 0.35483871 |   8.87
          s1           | 12 Oct | 31 Oct |     7 |   5.00 | 0.64516129 |  22.58
          s1           | 1 Nov  | 30 Nov |     7 |   5.00 |            |
          f1           | 1 Nov  | 30 Nov |     3 |   5.00 |            |
        sync, whatever it says
          standing recurring 50.00, once 6.45
          charged 96.45 = billed 40.00 + synced 56.45
          billed 40.00, to bill 56.45
    """)


@AT_ONCE_OR_ANSWERED
def test_prepayment_of_more_than_was_used_is_one_credit(held: str, answer: str) -> None:
    # 8.87 + 9.68 were used of 25.00: the change is -6.45, and waits as one. Never 18.55 billed while 25.00
    # waits. November runs with 3 seats.
    before = f"""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | from  | to     | seats | retail
          s1           | 1 Oct | 31 Oct |     5 |   5.00
          f1           | 1 Oct | 31 Oct |     3 |   5.00
        sync, whatever it says
          standing recurring 40.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026{held}
          subscription | from   | to     | seats | retail |      ratio | amount
          s1           | 1 Oct  | 31 Oct |    -5 |   5.00 |            |
          s1           | 1 Oct  | 11 Oct |     5 |   5.00 | 0.35483871 |   8.87
          s1           | 12 Oct | 31 Oct |     3 |   5.00 | 0.64516129 |   9.68
          s1           | 1 Nov  | 30 Nov |     3 |   5.00 |            |
          f1           | 1 Nov  | 30 Nov |     3 |   5.00 |            |
    """
    after = """
        sync, whatever it says
          standing recurring 30.00, once 0.00
          charged 63.55 = billed 40.00 + synced 30.00 - held 6.45
          billed 40.00, to bill 30.00
    """
    prove(before, answer, after)


def test_customer_who_left_within_a_prepaid_month() -> None:
    # -25.00 + 8.06 = -16.94 waits as one credit. November is not charged, so the line goes though its
    # month was never used up; Fabrikam's goes on.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | from  | to     | seats | retail
          s1           | 1 Oct | 31 Oct |     5 |   5.00
          f1           | 1 Oct | 31 Oct |     3 |   5.00
        sync, whatever it says
          standing recurring 40.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026
          subscription | from  | to     | seats | retail |      ratio | amount
          s1           | 1 Oct | 31 Oct |    -5 |   5.00 |            |
          s1           | 1 Oct | 10 Oct |     5 |   5.00 | 0.32258065 |   8.06
          f1           | 1 Nov | 30 Nov |     3 |   5.00 |            |
        sync, whatever it says
          subscription | kind      | seats | retail
          f1           | recurring |     3 |   5.00
          charged 38.06 = billed 40.00 + synced 15.00 - held 16.94
          billed 40.00, to bill 15.00
    """)


def test_new_subscription_ordered_before_the_month_that_prepays_its_next_one() -> None:
    # Two invoices of one month bring the rest of September (16.80) and October (72.00). No run was due between
    # them, so none was missed: both are billed by the next one.
    prove("""
        subscriptions
          subscription | customer
          f1           | Fabrikam
          f2           | Fabrikam
        invoice I1 for Aug 2026
          subscription | from  | to     | seats | retail
          f1           | 1 Sep | 30 Sep |     3 |   5.00
          f2           | 1 Sep | 30 Sep |     2 |   5.00
        sync
        generate monthly
        invoice Order for Sep 2026
          from   | to     | seats | retail |      ratio | amount
          24 Sep | 30 Sep |     6 |  12.00 | 0.23333333 |  16.80
        sync, whatever it says
          to bill on Northwind monthly 16.80
        invoice I2 for Sep 2026
          subscription | from  | to     | seats | retail
          s1           | 1 Oct | 31 Oct |     6 |  12.00
          f1           | 1 Oct | 31 Oct |     3 |   5.00
          f2           | 1 Oct | 31 Oct |     2 |   5.00
        sync, whatever it says
          to bill on Northwind monthly 88.80
          charged 138.80 = billed 25.00 + synced 113.80
          billed 25.00, to bill 113.80
    """)


def test_seats_ordered_within_a_month_that_was_prepaid() -> None:
    # October was billed for 2 seats. 7 more for 9 days of it come on an invoice of their own: 19.31 once, whatever
    # is regular. November then has 9.
    prove("""
        subscriptions
          subscription | customer
          f1           | Fabrikam
          f2           | Fabrikam
        invoice I1 for Sep 2026
          subscription | from  | to     | seats | retail
          s1           | 1 Oct | 31 Oct |     2 |   9.50
          f1           | 1 Oct | 31 Oct |     3 |   5.00
          f2           | 1 Oct | 31 Oct |     2 |   5.00
        sync
        generate monthly
        invoice Order for Oct 2026
          from   | to     | seats | retail |      ratio | amount
          23 Oct | 31 Oct |     7 |   9.50 | 0.29032258 |  19.31
        sync, whatever it says
          charged 63.31 = billed 44.00 + synced 19.31
        invoice I2 for Oct 2026
          subscription | from  | to     | seats | retail
          s1           | 1 Nov | 30 Nov |     9 |   9.50
          f1           | 1 Nov | 30 Nov |     3 |   5.00
          f2           | 1 Nov | 30 Nov |     2 |   5.00
        sync, whatever it says
          standing recurring 110.50, once 19.31
          charged 173.81 = billed 44.00 + synced 129.81
          billed 44.00, to bill 129.81
    """)
