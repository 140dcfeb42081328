"""A month was planned, its write did not happen, and the template ran with the line as it stood."""

from __future__ import annotations

from tests.bookkeeping.proving import prove

PLANNED_AND_RAN = """invoice I1 for Jan 2026
          | seats
          | 10
        sync
        generate
        invoice I2 for Feb 2026
          | seats
          | 12
        sync, no write succeeds
          charged of Feb 2026 144.00 = failed 144.00
        generate"""


def test_run_counts_for_the_month_that_was_not_written() -> None:
    prove(f"""
        {PLANNED_AND_RAN}
        sync
          done    | line                                    | kind      |  total
          changed | Business Premium                        | recurring | 144.00
          added   | Business Premium (adjustment, Feb 2026) | once      |  24.00
          charged of Feb 2026 144.00 = billed 120.00 + synced 24.00
          says billed ahead
          says ran early
    """)


def test_run_counts_for_the_month_that_was_not_written_once_the_next_one_is_there() -> None:
    prove(f"""
        {PLANNED_AND_RAN}
        invoice I3 for Mar 2026
          | seats
          | 12
        sync
          done    | line                                    | kind      |  total
          changed | Business Premium                        | recurring | 144.00
          added   | Business Premium (adjustment, Feb 2026) | once      |  24.00
          charged of Feb 2026 144.00 = billed 120.00 + synced 24.00
          charged of Mar 2026 144.00 = synced 144.00
          says billed ahead
        sync
          nothing is written
          billed 240.00, to bill 168.00
    """)


def test_run_counts_for_the_last_month_of_a_subscription_that_is_over() -> None:
    prove("""
        subscription a: customer Northwind
        subscription b: customer Northwind
        invoice I1 for Jan 2026
          subscription | seats
          a            | 10
          b            | 10
        sync
        generate
        invoice I2 for Feb 2026
          subscription | seats
          a            | 12
          b            | 10
        sync, no write succeeds
          charged of Feb 2026 264.00 = synced 120.00 + failed 144.00
        generate
        invoice I3 for Mar 2026
          subscription | seats
          b            | 10
        sync
          charged of Feb 2026 264.00 = billed 240.00 + synced 24.00
          charged of Mar 2026 120.00 = synced 120.00
          says billed ahead
        sync
          nothing is written
    """)


def test_person_is_asked_about_the_last_month_where_no_invoice_shows_the_run() -> None:
    prove("""
        subscription a: customer Northwind
        subscription b: customer Northwind
        invoice I1 for Jan 2026
          subscription | seats
          a            | 10
          b            | 10
        sync
        generate
        invoice I2 for Feb 2026
          subscription | seats
          a            | 12
          b            | 10
        sync, no write succeeds
        template monthly: next run 1 Apr 2026
        invoice I3 for Mar 2026
          subscription | seats
          b            | 10
        sync
          charged of Feb 2026 264.00 = held 264.00
          charged of Mar 2026 120.00 = synced 120.00
          says ran unchanged
          says unproven
        sync
          nothing is written
          charged of Feb 2026 264.00 = held 264.00
          says not billed
          says unproven
    """)
