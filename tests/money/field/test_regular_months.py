"""One invoice is not the month: orders that come before it, and whose line may go for it."""

from __future__ import annotations

from tests.bookkeeping.proving import prove


def seats_of(customers: int, month: str, seats: int, *, first: int = 1) -> str:
    """An invoice with a row of these seats at 5.00 for each of the subscriptions s1, s2, ..."""
    rows = [f"  s{number} | {seats} | 5.00" for number in range(first, first + customers)]
    return "\n".join([f"invoice {month[:3]} for {month}", "  subscription | seats | retail", *rows])


def each_of_its_own_customer(customers: int) -> str:
    """Of s1 Customer 1, of s2 Customer 2, ..."""
    rows = [f"  s{number} | Customer {number}" for number in range(1, customers + 1)]
    return "\n".join(["subscriptions", "  subscription | customer", *rows])


def test_order_before_the_months_invoice_takes_nobody_elses_line_off() -> None:
    # One row of a new subscription says nothing about Fabrikam and Contoso: October is not regular yet.
    # The new one is billed 20 of 31 days.
    prove("""
        subscription f1: customer Fabrikam
        subscription s2: customer Contoso
        invoice I1 for Sep 2026
          subscription | seats | retail
          f1           |     3 |   5.00
          s2           |     4 |   5.00
        sync, whatever it says
          standing recurring 35.00, once 0.00
        invoice I2 for Oct 2026
          from   | to     | seats | retail |      ratio | amount
          12 Oct | 31 Oct |     5 |   5.00 | 0.64516129 |  16.13
        sync, whatever it says
          to bill on Fabrikam monthly 15.00
          to bill on Contoso monthly 20.00
          to bill on Northwind monthly 16.13
          charged 51.13 = synced 51.13
    """)


def test_order_before_the_months_invoice_at_a_partner_with_many_customers() -> None:
    # One row of a thirteenth: all twelve lines stay, and 16.13 come for 20 of 31 days of 5 seats.
    prove(
        each_of_its_own_customer(12),
        seats_of(12, "Sep 2026", 2),
        "sync, whatever it says\n  standing recurring 120.00, once 0.00",
        "generate monthly",
        """
        invoice Order for Oct 2026
          subscription | from   | seats | retail |      ratio | amount
          new          | 12 Oct |     5 |   5.00 | 0.64516129 |  16.13
        sync, whatever it says
          to bill on Customer 1 monthly 10.00
          to bill on Customer 12 monthly 10.00
          to bill on Northwind monthly 16.13
          charged 136.13 = billed 120.00 + synced 16.13
          billed 120.00, to bill 136.13
    """,
    )


def test_new_line_of_an_early_order_still_stands_after_the_next_sync() -> None:
    # October is not regular, yet this line has a charge of October. So the same sync once more takes
    # nothing off.
    prove("""
        subscriptions
          subscription | customer
          a            | A
          b            | B
          c            | C
          d            | D
        invoice I1 for Sep 2026
          subscription | seats | retail
          a            |     2 |   5.00
          b            |     2 |   5.00
          c            |     2 |   5.00
        sync, whatever it says
          standing recurring 30.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026
          subscription | seats | retail
          d            |     4 |   5.00
        sync, whatever it says
          standing recurring 50.00, once 0.00
          charged 50.00 = billed 30.00 + synced 20.00
        sync, whatever it says
          nothing is written
          standing recurring 50.00, once 0.00
          billed 30.00, to bill 50.00
    """)


def test_seats_added_by_an_order_of_their_own_before_the_months_invoice() -> None:
    # Till October is regular the line keeps its 10 seats, and the order is 6.45 once. Then it is 12
    # seats, of which two were not there for 11 days: 56.45 in all.
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
          from   | to     | seats | retail |      ratio | amount
          12 Oct | 31 Oct |     2 |   5.00 | 0.64516129 |   6.45
        sync, whatever it says
          standing recurring 65.00, once 6.45
          to bill on Northwind monthly 56.45
          charged 71.45 = billed 65.00 + synced 6.45
        invoice I3 for Oct 2026
          subscription | seats | retail
          s1           |    10 |   5.00
          f1           |     3 |   5.00
        sync, whatever it says
          standing recurring 75.00, once -3.55
          charged 136.45 = billed 65.00 + synced 71.45
          billed 65.00, to bill 71.45
    """)


def test_annual_order_above_all_lines_keeps_nobodys_month_waiting() -> None:
    # 4,000.00 beside twelve lines of 10.00 is an order, and no upheaval of the lines.
    prove(
        "subscription y: cycle Annual",
        seats_of(12, "Sep 2026", 2),
        "sync, whatever it says\n  standing recurring 120.00, once 0.00",
        "generate monthly",
        seats_of(12, "Oct 2026", 3),
        """
        invoice Order for Oct 2026
          subscription | cycle  | from   | to         |  retail
          y            | Annual | 10 Oct | 9 Oct 2027 | 4000.00
        sync, whatever it says
          to bill on annual 4000.00
          standing recurring 180.00, once 4000.00
          charged 4300.00 = billed 120.00 + synced 4180.00
          billed 120.00, to bill 4180.00
    """,
    )


def test_order_of_a_year_that_brings_the_refund_of_the_month_with_it() -> None:
    # The order's invoice makes no month: Fabrikam's line stays. When October comes, its 50.00 and the
    # waiting -27.42 meet: 22.58 once, and no seat is left for a monthly line.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | cycle   | seats | retail
          s1           | Monthly |    10 |   5.00
          f1           |         |     3 |   5.00
        sync, whatever it says
          standing recurring 65.00, once 0.00
        generate monthly
        subscription s1: product Business Basic, cycle Annual
        invoice I2 for Oct 2026
          cycle   | term   | from   | to          | seats | retail |     ratio | amount
          Monthly |        | 15 Oct | 31 Oct      |   -10 |   5.00 | 0.5483871 | -27.42
          Annual  | 1 Year | 15 Oct | 14 Oct 2027 |    10 |  50.00 |           |
        sync, whatever it says
          to bill on Fabrikam monthly 15.00
          charged 537.58 = billed 65.00 + synced 500.00 - held 27.42
        invoice I3 for Oct 2026
          subscription | cycle   | seats | retail
          s1           | Monthly |    10 |   5.00
          f1           |         |     3 |   5.00
        sync, whatever it says
          standing recurring 15.00, once 522.58
          charged 602.58 = billed 65.00 + synced 537.58
        generate monthly
        generate annual
        invoice I4 for Nov 2026
          subscription | seats | retail
          f1           |     3 |   5.00
        sync, whatever it says
          standing recurring 15.00, once 0.00
          charged 617.58 = billed 602.58 + synced 15.00
          billed 602.58, to bill 15.00
    """)


def test_half_of_the_customers_gone_waits_for_a_person_and_the_other_half_goes_on() -> None:
    # Ten of twenty lines would go: that is asked. The ten that are charged have 3 seats at once.
    prove(
        each_of_its_own_customer(20),
        seats_of(20, "Sep 2026", 2),
        "sync, whatever it says\n  standing recurring 200.00, once 0.00",
        "generate monthly",
        seats_of(10, "Oct 2026", 3),
        """
        sync, among others, whatever it says
          done          | subscription | seats
          changed       | s1           |     3
          changed       | s10          |     3
          removal waits | s11          |     2
          removal waits | s20          |     2
          to bill on Customer 10 monthly 15.00
          to bill on Customer 20 monthly 10.00
          standing recurring 250.00, once 0.00
          charged 350.00 = billed 200.00 + synced 150.00
    """,
    )


def test_first_sync_bills_the_newest_regular_month_beside_many_annual_orders() -> None:
    # October has six orders of a year so far and is no month yet. September is what is billed.
    orders = [f"y{number} | Annual | 10 Oct | 9 Oct 2027 | 60.00" for number in range(1, 7)]
    annual = "\n  ".join(["invoice Orders for Oct 2026", "subscription | cycle | from | to | retail", *orders])
    listed = "\n".join(f"subscription y{number}: cycle Annual" for number in range(1, 7))
    prove(
        listed,
        seats_of(10, "Sep 2026", 10),
        annual,
        """
        sync, whatever it says
          to bill on monthly 500.00
          to bill on annual 360.00
          standing recurring 500.00, once 360.00
          charged 860.00 = synced 860.00
    """,
    )


def test_cycle_of_no_seats_leaves_no_line() -> None:
    # All seats were taken back at the renewal, and the file says 0: that is no error, nothing waits, and
    # the line goes.
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
          subscription | seats | retail
          s1           |     0 |   5.00
          f1           |     3 |   5.00
        sync, whatever it says
          subscription | kind      | seats | retail
          f1           | recurring |     3 |   5.00
          charged 80.00 = billed 65.00 + synced 15.00
          billed 65.00, to bill 15.00
    """)
