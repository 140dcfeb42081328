"""Credits: held for a person, applied, or dismissed."""

from __future__ import annotations

from tests.bookkeeping.proving import prove

CREDIT = """
        invoice I1 for Oct 2026
          | seats
          | 10
        invoice CR-1 for Oct 2026
          | seats
          | -2
"""


def test_credit_waits_for_review() -> None:
    prove(f"""
        {CREDIT}
        sync
          done  | line                                    | kind      | seats |  total
          added | Business Premium (adjustment, Oct 2026) | once      |     1 |  24.00
          waits | Business Premium (credit, Oct 2026)     | once      |     1 | -24.00
          added | Business Premium                        | recurring |     8 |  96.00
          charged 96.00 = synced 120.00 - held 24.00
          says credit: Northwind: Credit of -24.00 on invoice CR-1.
    """)


def test_credit_is_written_where_the_program_applies_credits() -> None:
    prove(f"""
        settings: credits apply
        {CREDIT}
        sync
          done  | line                                    | kind      | seats |   cost | retail
          added | Business Premium (adjustment, Oct 2026) | once      |     1 |  20.00 |  24.00
          added | Business Premium (credit, Oct 2026)     | once      |     1 | -20.00 | -24.00
          added | Business Premium                        | recurring |     8 |  10.00 |  12.00
          charged 96.00 = synced 96.00
          says nothing
    """)


def test_credit_finer_than_a_cent_is_rounded() -> None:
    prove("""
        settings: credits apply
        invoice I1 for Oct 2026
          | seats
          | 10
        invoice CR-1 for Oct 2026
          cost amount | amount
              -20.004 | -24.006
        sync
          line                                | kind      | cost   | retail
          Business Premium                    | recurring |  10.00 |  12.00
          Business Premium (credit, Oct 2026) | once      | -20.00 | -24.01
          charged 95.994 = synced 95.99 + rounding 0.004
          charged cost 79.996 = synced 80.00 - rounding 0.004
    """)


def test_credits_of_two_invoices_of_one_number_are_told_apart() -> None:
    prove(f"""
        {CREDIT}
        invoice CR-1 for Oct 2026
          | seats
          | -1
        sync
          done  | line                                    | kind      |  total
          waits | Business Premium (credit, Oct 2026)     | once      | -36.00
          added | Business Premium (adjustment, Oct 2026) | once      |  36.00
          added | Business Premium                        | recurring |  84.00
          charged 84.00 = synced 120.00 - held 36.00
          says credit
        settings: credits apply
        sync
          line                                    | kind      |  total
          Business Premium (credit, Oct 2026)     | once      | -36.00
          Business Premium (adjustment, Oct 2026) | once      |  36.00
          Business Premium                        | recurring |  84.00
          says nothing
    """)


def test_dismissed_credit_is_excluded() -> None:
    prove(f"""
        {CREDIT}
        sync
        decide dismiss
        sync
          done  | line                                    | kind      |  total
          stays | Business Premium (adjustment, Oct 2026) | once      |  24.00
          stays | Business Premium                        | recurring |  96.00
          charged 96.00 = synced 120.00 - excluded 24.00
          excluded because Dismissed
          says nothing
    """)


def test_dismissal_answers_for_the_money_that_was_held_and_no_other() -> None:
    prove("""
        invoice I1 for Oct 2026
          | seats
          |   2.5
        sync
          charged 30.00 = held 30.00
          says quantity
        decide dismiss
        sync
          charged 30.00 = excluded 30.00
        invoice I2 for Oct 2026
          | seats
          |     1
        sync
          charged 42.00 = held 42.00
          says quantity
    """)


def test_credit_waits_even_if_applied_where_negatives_are_refused() -> None:
    prove(f"""
        settings: credits apply, negative lines refused
        {CREDIT}
        sync
          done  | line                                    |  total
          added | Business Premium (adjustment, Oct 2026) |  24.00
          waits | Business Premium (credit, Oct 2026)     | -24.00
          added | Business Premium                        |  96.00
          says negative
    """)


def test_credit_that_was_billed_is_not_given_again_by_the_invoice_that_replaces_its_own() -> None:
    # 8 of 9 seats went on 16 Sep. The run gave 88.00 back, as I2 said; I3 says the same, and takes the place of I2.
    prove("""
        settings: credits apply
        invoice I1 for Aug 2026
          from  | to     | seats | retail
          1 Aug | 30 Sep |     9 |  22.00
        sync, whatever it says
          standing recurring 198.00, once 0.00
        generate
        invoice I2 for Sep 2026
          from   | to     | seats | retail | ratio
          16 Sep | 30 Sep |    -9 |  22.00 |   0.5
          16 Sep | 30 Sep |     1 |  22.00 |   0.5
          1 Oct  | 31 Oct |     1 |  22.00 |
        sync, among others
          line                                | kind | total
          Business Premium (credit, Sep 2026) | once | -88.00
        generate
        invoice I3 for Sep 2026, held
          from   | to     | seats | retail | ratio
          16 Sep | 30 Sep |    -9 |  22.00 |   0.5
          16 Sep | 30 Sep |     1 |  22.00 |   0.5
          1 Oct  | 31 Oct |     1 |  22.00 |
        sync, whatever it says
          billed 132.00, to bill 22.00
        decide I3 replaces I2
        sync, whatever it says
          nothing is written
          billed 132.00, to bill 22.00
          charged 66.00 = billed 132.00 - excluded 66.00
    """)


def test_invoice_that_gives_back_more_than_the_one_it_replaces_gives_the_rest_alone() -> None:
    # The run gave 88.00 back. The right invoice gives 99.00: no seat was left in September.
    prove("""
        settings: credits apply
        invoice I1 for Aug 2026
          from  | to     | seats | retail
          1 Aug | 30 Sep |     9 |  22.00
        sync, whatever it says
          standing recurring 198.00, once 0.00
        generate
        invoice I2 for Sep 2026
          from   | to     | seats | retail | ratio
          16 Sep | 30 Sep |    -9 |  22.00 |   0.5
          16 Sep | 30 Sep |     1 |  22.00 |   0.5
          1 Oct  | 31 Oct |     1 |  22.00 |
        sync, whatever it says
          standing recurring 22.00, once -88.00
        generate
        invoice I3 for Sep 2026, held
          from   | to     | seats | retail | ratio
          16 Sep | 30 Sep |    -9 |  22.00 |   0.5
          1 Oct  | 31 Oct |     1 |  22.00 |
        decide I3 replaces I2
        sync, whatever it says
          standing recurring 22.00, once -11.00
          charged 55.00 = billed 132.00 - synced 11.00 - excluded 66.00
    """)
