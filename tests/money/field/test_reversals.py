"""Invoices that take back all that an earlier one charged."""

from __future__ import annotations

from tests.bookkeeping.proving import prove


def test_reversal_of_a_billed_year_is_a_credit_that_waits() -> None:
    # The customer was billed 48.00 and all of it comes back on an invoice of its own. By default a person
    # decides.
    prove("""
        subscription s1: cycle Annual
        invoice I1 for Jan 2026
          from   | to          | seats | retail
          13 Jan | 12 Jan 2027 |     1 |  48.00
        sync, whatever it says
          standing recurring 0.00, once 48.00
        generate annual
        invoice I2 for Feb 2026
          from   | to          | seats |   cost | retail
          13 Jan | 12 Jan 2027 |     1 | -40.00 | -48.00
        sync, whatever it says
          no lines
          charged 0.00 = billed 48.00 - held 48.00
          billed 48.00, to bill 0.00
    """)


def test_reversal_of_a_billed_year_is_given_back_where_credits_are_applied() -> None:
    # Nothing waits: -48.00 once, and the customer has paid nothing in the end.
    prove("""
        settings: credits apply
        subscription s1: cycle Annual
        invoice I1 for Jan 2026
          from   | to          | seats | retail
          13 Jan | 12 Jan 2027 |     1 |  48.00
        sync, whatever it says
          standing recurring 0.00, once 48.00
        generate annual
        invoice I2 for Feb 2026
          from   | to          | seats |   cost | retail
          13 Jan | 12 Jan 2027 |     1 | -40.00 | -48.00
        sync, whatever it says
          standing recurring 0.00, once -48.00
          charged 0.00 = billed 48.00 - synced 48.00
          billed 48.00, to bill -48.00
    """)


ORDERED = """
settings: reversals told apart
subscription s1: cycle Monthly
subscription s2: cycle Monthly
subscription s3: cycle Monthly
invoice I1 for Oct 2026
  subscription | from  | to     | seats | retail
  s1           | 1 Oct | 31 Oct |    10 |  10.00
  s2           | 1 Oct | 31 Oct |     1 |   1.00
  s3           | 1 Oct | 31 Oct |     1 |   1.00
sync, whatever it says
  standing recurring 102.00, once 0.00
invoice I2 for Nov 2026
  subscription | from  | to     | seats | retail
  s1           | 1 Nov | 30 Nov |     5 |  10.00
sync, whatever it says
  standing recurring 102.00, once 50.00
generate monthly
invoice I3 for Nov 2026
  subscription | from  | to     | seats | retail
  s1           | 1 Nov | 30 Nov |    -5 |  10.00
"""


def test_order_that_was_billed_and_taken_back_is_settled_with_its_month() -> None:
    # Five seats were ordered before November's invoice and billed; all of it was taken back and four were
    # charged. November owes 142.00, and 50.00 of it is billed: nothing waits.
    text = """
invoice I4 for Nov 2026
  subscription | from  | to     | seats | retail
  s1           | 1 Nov | 30 Nov |     4 |  10.00
invoice I5 for Nov 2026
  subscription | from  | to     | seats | retail
  s1           | 1 Nov | 30 Nov |    10 |  10.00
  s2           | 1 Nov | 30 Nov |     1 |   1.00
  s3           | 1 Nov | 30 Nov |     1 |   1.00
sync, whatever it says
  standing recurring 142.00, once -50.00
  charged 244.00 = billed 152.00 + synced 92.00
  billed 152.00, to bill 92.00
"""
    prove(ORDERED + text)


def test_what_a_reversal_gives_back_beyond_its_month_is_a_credit() -> None:
    # 50.00 were billed of November, which charges 3 x 10.00 in the end: -30.00 settle it, -20.00 wait.
    text = """
invoice I4 for Nov 2026
  subscription | from  | to     | seats | retail
  s1           | 1 Nov | 30 Nov |     3 |  10.00
  s2           | 1 Nov | 30 Nov |     1 |   1.00
  s3           | 1 Nov | 30 Nov |     1 |   1.00
sync, whatever it says
  standing recurring 32.00, once -30.00
  charged 134.00 = billed 152.00 + synced 2.00 - held 20.00
  billed 152.00, to bill 2.00
"""
    prove(ORDERED + text)
