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
