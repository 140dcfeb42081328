"""Monthly, annual or once: what the row says, then what the subscription was, and the live portal last."""

from __future__ import annotations

from tests.bookkeeping.proving import prove


def test_monthly_seats_that_become_annual_under_one_id() -> None:
    # The portal says annual by now. The rows say of themselves what they are: 50.00 - 27.42 of a month
    # that ends (no line is left of it), and a year of 500.00.
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
          subscription | cycle   | term   | from   | to          | seats | retail |     ratio | amount
          s1           | Monthly |        | 1 Oct  | 31 Oct      |    10 |   5.00 |           |
          s1           | Monthly |        | 15 Oct | 31 Oct      |   -10 |   5.00 | 0.5483871 | -27.42
          s1           | Annual  | 1 Year | 15 Oct | 14 Oct 2027 |    10 |  50.00 |           |
          f1           |         |        | 1 Oct  | 31 Oct      |     3 |   5.00 |           |
        sync, whatever it says
          to bill on Northwind monthly 22.58
          to bill on Northwind annual 500.00
          standing recurring 15.00, once 522.58
          charged 602.58 = billed 65.00 + synced 537.58
    """)


def test_row_that_says_monthly_is_monthly_whatever_the_portal_says_today() -> None:
    # The change to annual came after this month. On the annual template it might wait for a year.
    prove("""
        subscription s1: product Business Basic, cycle Annual
        invoice I1 for Sep 2026
          cycle   | term    | seats | retail
          Monthly | 1 Month |    10 |   5.00
        sync, whatever it says
          template          | kind      | seats | retail
          Northwind monthly | recurring |    10 |   5.00
          charged of monthly 50.00 = synced 50.00
    """)


def test_rest_of_a_year_is_annual_because_its_year_was() -> None:
    # 260 days are no year, no row names a cycle and no tenant lists the subscription. But the year that
    # was billed covers these days.
    prove("""
        subscription s1: unlisted
        invoice I1 for Sep 2026
          customer  | from  | to          | seats | retail
          Northwind | 1 Sep | 31 Aug 2027 |    10 | 120.00
        sync, whatever it says
          standing recurring 0.00, once 1200.00
        generate annual
        invoice I2 for Dec 2026
          customer  | from   | to          | seats | retail |      ratio |  amount
          Northwind | 15 Dec | 31 Aug 2027 |   -10 | 120.00 | 0.71232877 | -854.79
          Northwind | 15 Dec | 31 Aug 2027 |    12 | 120.00 | 0.71232877 | 1025.75
        sync, whatever it says
          to bill on annual 170.96
          standing recurring 0.00, once 170.96
          charged 1370.96 = billed 1200.00 + synced 170.96
    """)


def test_piece_of_a_year_as_long_as_a_month_is_no_month() -> None:
    # 4.08 for 13 Jan to 12 Feb belongs to the year that was billed: -48.00 + 4.08 + 2 x 43.92, once. A
    # monthly line of it would bill 4.08 again and again.
    prove("""
        subscription s1: unlisted
        invoice I1 for Jan 2026
          customer  | from   | to          | seats | retail
          Northwind | 13 Jan | 12 Jan 2027 |     1 |  48.00
        sync, whatever it says
          standing recurring 0.00, once 48.00
        generate annual
        invoice I2 for Feb 2026
          customer  | from   | to          | seats |   cost | retail
          Northwind | 13 Jan | 12 Jan 2027 |     1 | -40.00 | -48.00
          Northwind | 13 Jan | 12 Feb      |     1 |   3.40 |   4.08
          Northwind | 13 Feb | 12 Jan 2027 |     2 |  36.60 |  43.92
        sync, whatever it says
          to bill on annual 43.92
          standing recurring 0.00, once 43.92
          charged 91.92 = billed 48.00 + synced 43.92
    """)


def test_last_days_of_a_year_are_annual_by_their_subscription() -> None:
    # 20 days at 20 of 365: the ratio is no part of a month, so what the subscription is decides.
    prove("""
        subscription s1: cycle Annual
        invoice I1 for Nov 2026
          from   | to     | seats | retail |      ratio | amount
          11 Nov | 30 Nov |     2 | 120.00 | 0.05479452 |  13.15
        sync, whatever it says
          to bill on annual 13.15
          standing recurring 0.00, once 13.15
          charged of annual 13.15 = synced 13.15
    """)


def test_seats_added_to_a_year_in_one_row() -> None:
    # 2 x 900.00 for 331 of 365 days, once; the year itself is billed and stays so.
    prove("""
        subscription s1: cycle Annual
        invoice I1 for Feb 2026
          from   | to          | seats | retail
          16 Feb | 15 Feb 2027 |    10 | 900.00
        sync, whatever it says
          standing recurring 0.00, once 9000.00
        generate annual
        invoice I2 for Mar 2026
          from   | to          | seats | retail |      ratio |  amount
          22 Mar | 15 Feb 2027 |     2 | 900.00 | 0.90684932 | 1632.33
        sync, whatever it says
          to bill on annual 1632.33
          standing recurring 0.00, once 1632.33
          charged 10632.33 = billed 9000.00 + synced 1632.33
    """)


def test_two_annual_orders_with_the_same_days_are_two_lines() -> None:
    # 2 x 100.00 and 1 x 120.00 are two orders: a line for each, with its own seats and price.
    prove("""
        subscription y: cycle Annual
        invoice I1 for Sep 2026
          subscription | cycle  | from  | to          | seats | retail
          y            | Annual | 1 Sep | 31 Aug 2027 |     2 | 100.00
          y            | Annual | 1 Sep | 31 Aug 2027 |     1 | 120.00
        sync, whatever it says
          template | kind | seats | retail
          annual   | once |     2 | 100.00
          annual   | once |     1 | 120.00
          charged 320.00 = synced 320.00
    """)


def test_metered_days_of_nobodys_list_are_billed_once() -> None:
    # 5 units of one day and 2 of another are use, not seats. 7.00 once; 2 x 1.00 next month would be
    # invented.
    prove("""
        subscription m1: unlisted
        invoice I1 for Sep 2026
          subscription | customer  | offer                   | from   | to     | seats | retail
          m1           | Northwind | Backup SaaS - API calls | 3 Sep  | 3 Sep  |     5 |   1.00
          m1           | Northwind | Backup SaaS - API calls | 30 Sep | 30 Sep |     2 |   1.00
        sync, whatever it says
          standing recurring 0.00, once 7.00
          charged 7.00 = synced 7.00
    """)


def test_metered_days_are_use_though_the_portal_says_monthly() -> None:
    # A single day with ratio 1 is no part of a month. The length tells more than the portal, which is
    # asked last.
    prove("""
        invoice I1 for Sep 2026
          subscription | from   | to     | seats | retail
          m1           | 3 Sep  | 3 Sep  |     5 |   1.00
          m1           | 30 Sep | 30 Sep |     2 |   1.00
        sync, whatever it says
          standing recurring 0.00, once 7.00
          charged 7.00 = synced 7.00
    """)


def test_purchase_converted_on_its_own_day_is_what_was_kept() -> None:
    # Silver and back, then Bronze, all of one day: 10.00 once.
    prove("""
        subscription m1: unlisted
        invoice I1 for Sep 2026
          subscription | customer  | offer  | from   | to     | seats |   cost | retail
          m1           | Northwind | Silver | 10 Sep | 10 Sep |     1 |  16.00 |  20.00
          m1           | Northwind | Silver | 10 Sep | 10 Sep |     1 | -16.00 | -20.00
          m1           | Northwind | Bronze | 10 Sep | 10 Sep |     1 |   8.00 |  10.00
        sync, whatever it says
          standing recurring 0.00, once 10.00
          charged 10.00 = synced 10.00
    """)


def test_month_in_which_the_clocks_are_set_back_is_a_month() -> None:
    # Oslo's October has an hour more than 31 days. By its own days it runs from the first to the last,
    # and nobody has to say what it is.
    prove("""
        settings: zone Europe/Oslo
        subscription s1: unlisted
        invoice I1 for Oct 2026
          customer  | from  | to    | seats | retail
          Northwind | 1 Oct | 1 Nov |     3 |   5.00
        sync, whatever it says
          template          | kind      | seats | retail
          Northwind monthly | recurring |     3 |   5.00
          charged 15.00 = synced 15.00
    """)
