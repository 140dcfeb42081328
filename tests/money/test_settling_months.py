"""What became of recurring amounts, and what trouble leaves as it was."""

from __future__ import annotations

import pytest

from tests.bookkeeping.proving import prove
from tests.money.beginnings import MORE_USAGE, SEATS, USAGE

SKIPPED = "template monthly: next run 1 Mar 2026"  # somebody moves the next run, and no invoice is made


def test_recurring_amount_is_billed_when_an_invoice_carries_it() -> None:
    prove(f"""
        {SEATS}
        generate
        sync
          nothing is written
          charged 120.00 = billed 120.00
    """)


def test_what_was_billed_goes_before_anything_is_added() -> None:
    prove("""
        settings: one-time lines stay
        invoice I1 for Jan 2026
          from   | seats | ratio
          1 Jan  |    10 |
          16 Jan |     2 |   0.5
        sync
        generate
        invoice I2 for Feb 2026
          from   | seats | ratio
          1 Feb  |    12 |
          15 Feb |     2 |   0.5
        sync, in this order
          done    | line                                    | kind      | seats | total
          removed | Business Premium (adjustment, Jan 2026) | once      |     1 | -12.00
          added   | Business Premium (adjustment, Feb 2026) | once      |     1 | -12.00
          changed | Business Premium                        | recurring |    14 | 168.00
    """)


def test_recurring_amount_of_a_run_that_no_invoice_proves_is_held() -> None:
    prove(f"""
        {SEATS}
        {SKIPPED}
        sync
          nothing is written
          charged 120.00 = held 120.00
          says unproven
    """)


def test_a_later_months_invoice_does_not_prove_an_earlier_month() -> None:
    prove(f"""
        {SEATS}
        {SKIPPED}
        sync
          says unproven
        invoice I2 for Feb 2026
          | seats
          | 10
        sync
        generate
        sync
          charged of Jan 2026 120.00 = held 120.00
          charged of Feb 2026 120.00 = billed 120.00
          says unproven
    """)


def test_month_that_did_not_run_is_proposed_when_the_next_one_comes() -> None:
    prove(f"""
        {SEATS}
        invoice I2 for Feb 2026
          | seats
          | 12
        sync
          done    | line             | kind      | seats | total
          changed | Business Premium | recurring |    12 | 144.00
          waits   | Business Premium | once      |     1 | 120.00
          charged of Jan 2026 120.00 = held 120.00
          says not billed
    """)


def test_run_that_came_before_the_invoice_counts_for_its_month() -> None:
    prove(f"""
        {SEATS}
        generate
        generate
        invoice I2 for Feb 2026
          | seats
          | 12
        invoice I3 for Mar 2026
          | seats
          | 12
        sync
          done    | line                                    | kind      |  total
          changed | Business Premium                        | recurring | 144.00
          added   | Business Premium (adjustment, Feb 2026) | once      |  24.00
          charged of Jan 2026 120.00 = billed 120.00
          charged of Feb 2026 144.00 = billed 120.00 + synced 24.00
          says billed ahead: Northwind, Business Premium: the template ran before the lines for Feb 2026 were written, and billed 120.00 as the line stood. That counts for the month.
    """)  # noqa: E501


def test_run_ahead_is_counted_once_also_where_its_month_comes_days_later() -> None:
    prove(f"""
        {SEATS}
        generate
        sync
        generate
        sync
          nothing is written
        invoice I2 for Feb 2026
          | seats
          | 12
        sync
          done    | line                                    | kind      |  total
          changed | Business Premium                        | recurring | 144.00
          added   | Business Premium (adjustment, Feb 2026) | once      |  24.00
          charged of Feb 2026 144.00 = billed 120.00 + synced 24.00
          says billed ahead
          says ran early
        invoice I3 for Mar 2026
          | seats
          | 12
        sync
          charged of Feb 2026 144.00 = billed 120.00 + synced 24.00
          charged of Mar 2026 144.00 = synced 144.00
        generate
        sync
          nothing is written
          billed 408.00, to bill 144.00
    """)


def test_month_whose_line_ran_as_it_stood_is_told_where_no_invoice_shows_it() -> None:
    prove(f"""
        {SEATS}
        generate
        template monthly: next run 1 Apr 2026
        invoice I2 for Feb 2026
          | seats
          | 12
        invoice I3 for Mar 2026
          | seats
          | 12
        sync
          done    | line             | kind      | total
          changed | Business Premium | recurring | 144.00
          waits   | Business Premium | once      | 144.00
          charged of Jan 2026 120.00 = billed 120.00
          charged of Feb 2026 144.00 = held 144.00
          says ran unchanged
    """)


def test_month_that_came_with_the_next_one_is_billed_once() -> None:
    prove(f"""
        {SEATS}
        generate
        invoice I2 for Feb 2026
          | seats
          | 12
        invoice I3 for Mar 2026
          | seats
          | 12
        sync
          done    | line                                    | kind      | total
          changed | Business Premium                        | recurring | 144.00
          added   | Business Premium (adjustment, Feb 2026) | once      | 144.00
          says nothing
    """)


def test_seats_that_waited_for_approval_are_not_called_billed() -> None:
    prove(f"""
        {SEATS}
        invoice I2 for Jan 2026
          | seats
          | 2
        sync, the plan waits
          done  | line             | seats | total
          waits | Business Premium |    12 | 144.00
          stays | Business Premium |    10 | 120.00
          charged 144.00 = held 144.00
        generate
        sync, the plan waits
          charged 144.00 = billed 120.00 + held 24.00
          charged cost 120.00 = billed 100.00 + held 20.00
          says ran early
    """)


@pytest.mark.parametrize("negatives", ["accepted", "refused"])
def test_late_seats_after_the_run_are_an_adjustment_and_the_line_follows(negatives: str) -> None:
    prove(f"""
        {SEATS}
        settings: negative lines {negatives}
        generate
        invoice I2 for Jan 2026
          from   | seats | ratio
          16 Jan |     2 |   0.5
        sync, in this order
          done    | line                                    | kind      | seats | total
          added   | Business Premium (adjustment, Jan 2026) | once      |     1 |  12.00
          changed | Business Premium                        | recurring |    12 | 144.00
          charged 132.00 = billed 120.00 + synced 12.00
          says ran early
    """)


def test_late_seats_at_a_price_of_our_own_are_billed_at_that_price() -> None:
    prove("""
        product Business Premium: retail 20.00
        mapping monthly: pricing only cost
        invoice I1 for Jan 2026
          | seats
          | 10
        sync
        generate
        invoice I2 for Jan 2026
          from   | seats | ratio
          16 Jan |     2 |   0.5
        sync
          line                                    | kind      | total
          Business Premium (adjustment, Jan 2026) | once      |  20.00
          Business Premium                        | recurring | 240.00
          charged 132.00 = billed 200.00 + synced 20.00 - rules 88.00
          says ran early
    """)


def test_usage_corrected_after_the_run_does_not_bill_a_price_of_our_own_twice() -> None:
    prove(f"""
        subscription a1: cycle usage
        mapping azure: pricing only cost
        invoice I1 for Jan 2026
          subscription | cost amount | amount
          a1           |       40.00 |  50.00
        sync
          line             | cost  | retail
          Business Premium | 40.00 |  12.00
        generate
        {MORE_USAGE}
        sync
          line             | cost  | retail
          Business Premium | 40.00 |   0.00
          says ran early
    """)


def test_refund_after_the_run_waits_where_negatives_are_refused_and_the_line_stays_whole() -> None:
    # The invoice that was billed is replaced by one with two seats less from the middle of the month.
    prove(f"""
        settings: negative lines refused
        {SEATS}
        generate
        invoice I2 for Jan 2026, held
          from   | seats | ratio
          1 Jan  |    10 |
          16 Jan |    -2 |   0.5
        decide I2 replaces I1
        sync
          done    | line                                    | kind      | seats | total
          changed | Business Premium                        | recurring |     8 |  96.00
          waits   | Business Premium (adjustment, Jan 2026) | once      |     1 | -12.00
          charged 228.00 = billed 120.00 - held 12.00 + excluded 120.00
          says negative
          says ran early
    """)


# --- Trouble --------------------------------------------------------------------------------------


def test_trouble_forgets_nothing_that_was_billed() -> None:
    account = """
        sync
          nothing is written
          charged 120.00 = billed 132.00 - held 12.00
          says {}
    """
    prove(f"""
        invoice I1 for Jan 2026
          from   | seats | ratio
          1 Jan  |    10 |
          16 Jan |     2 |   0.5
        invoice CR-1 for Jan 2026
          | seats
          |    -1
        sync
        generate
        {account.format("credit")}
        mapping monthly: trouble currency
        {account.format("currency")}
        mapping monthly: trouble none
        {account.format("credit")}
    """)


def test_product_that_became_unknown_takes_no_standing_line_off() -> None:
    prove(f"""
        {USAGE}
        {MORE_USAGE}
        product Business Premium: problem "Two products match"
        sync
          nothing is written
          line             | total
          Business Premium | 50.00
          charged 57.00 = synced 50.00 + failed 7.00
          says product
    """)


def test_rows_withdrawn_after_they_were_billed_wait_for_a_person() -> None:
    prove(f"""
        {USAGE}
        generate
        sync
          charged 50.00 = billed 50.00
        subscription a2: cycle usage
        invoice I2 for Jan 2026, held
          subscription | cost amount | amount
          a2           |        1.00 |   2.00
        decide I2 replaces I1
        sync
          done  | subscription | line             | total
          added | a2           | Business Premium |   2.00
          waits | a1           | Business Premium | -50.00
          charged 52.00 = billed 50.00 + synced 2.00 - held 50.00 + excluded 50.00
          says quantity: Northwind: The rows were withdrawn after they were billed. -50.00 is held.
          says ran early
    """)
