"""A change is a refund row beside a charge row: the two stand or fall together, and their sum decides."""

from __future__ import annotations

from tests.bookkeeping.proving import prove


def test_seats_given_back_within_the_week_wait_as_one_credit() -> None:
    # 10 seats become 8 on 2 Oct: -30.33 and +24.27 are one change of -6.06, and that waits. To bill 24.27
    # while 30.33 waits would be 24.27 too much. The next cycle is for 8.
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
          subscription | from   | to     | seats | retail |      ratio | amount
          s1           | 2 Oct  | 27 Oct |   -10 |   3.50 | 0.86666667 | -30.33
          s1           | 2 Oct  | 27 Oct |     8 |   3.50 | 0.86666667 |  24.27
          s1           | 28 Oct | 27 Nov |     8 |   3.50 |            |
          f1           | 1 Oct  | 31 Oct |     3 |   5.00 |            |
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |     8 |   3.50
          f1           | recurring |     3 |   5.00
          charged 86.94 = billed 50.00 + synced 43.00 - held 6.06
          billed 50.00, to bill 43.00
    """)


def test_change_to_a_cheaper_product_under_one_id_waits_as_one_credit() -> None:
    # The dear product back (-1612.80) and the cheap one (1028.80) for the same 16 days come to -584.00.
    # Never 1028.80 on the customer's bill while the rest waits.
    prove("""
        invoice I1 for Sep 2026
          from   | to     | seats | retail
          18 Sep | 17 Oct |   300 |  10.08
        sync, whatever it says
          standing recurring 3024.00, once 0.00
        generate monthly
        subscription s1: product Business Basic
        invoice I2 for Oct 2026
          from   | to     | seats | retail |      ratio |   amount
          2 Oct  | 17 Oct |  -300 |  10.08 | 0.53333333 | -1612.80
          2 Oct  | 17 Oct |   300 |   6.43 | 0.53333333 |  1028.80
          18 Oct | 17 Nov |   300 |   6.43 |            |
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |   300 |   6.43
          charged 4369.00 = billed 3024.00 + synced 1929.00 - held 584.00
          billed 3024.00, to bill 1929.00
    """)


def test_seats_added_in_rows_that_carry_the_dates_of_the_whole_cycle() -> None:
    # The change of 5 Oct is dated like its cycle (20 Sep to 19 Oct, billed): 30.00 - 25.00 = 5.00 more.
    # The cycle after it runs with 12, and Fabrikam's month is not kept waiting.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Sep 2026
          subscription | from   | to     | seats | retail
          s1           | 20 Sep | 19 Oct |    10 |   5.00
          f1           | 1 Sep  | 30 Sep |     3 |   5.00
        sync, whatever it says
          standing recurring 65.00, once 0.00
        generate monthly
        invoice I2 for Oct 2026
          subscription | from   | to     | seats | cost | retail | ratio | cost amount | amount
          s1           | 20 Sep | 19 Oct |    10 | 4.00 |   5.00 |   0.5 |      -20.00 | -25.00
          s1           | 20 Sep | 19 Oct |    12 | 4.00 |   5.00 |   0.5 |       24.00 |
          s1           | 20 Oct | 19 Nov |    12 | 4.00 |   5.00 |       |       48.00 |
          f1           | 1 Oct  | 31 Oct |     4 | 4.00 |   5.00 |       |       16.00 |
        sync, whatever it says
          standing recurring 80.00, once 5.00
          charged 150.00 = billed 65.00 + synced 85.00
          billed 65.00, to bill 85.00
    """)


def test_price_that_rises_in_mid_month_for_everybody() -> None:
    # Half a month at 6.00 instead of 5.00: 10 seats come to 55.16 and 3 to 16.55. The lines have the new
    # price, so 4.84 and 1.45 go off this once.
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
          s1           | 1 Oct  | 31 Oct |    10 |   5.00 |            |
          s1           | 16 Oct | 31 Oct |   -10 |   5.00 | 0.51612903 | -25.81
          s1           | 16 Oct | 31 Oct |    10 |   6.00 | 0.51612903 |  30.97
          f1           | 1 Oct  | 31 Oct |     3 |   5.00 |            |
          f1           | 16 Oct | 31 Oct |    -3 |   5.00 | 0.51612903 |  -7.74
          f1           | 16 Oct | 31 Oct |     3 |   6.00 | 0.51612903 |   9.29
        sync, whatever it says
          standing recurring 78.00, once -6.29
          charged 136.71 = billed 65.00 + synced 71.71
          billed 65.00, to bill 71.71
    """)


def test_price_and_seats_that_change_on_one_day() -> None:
    # At the end there are 12 seats at 5.50, though 5.00 is the price of the row that covers the month.
    # 50.00 - 26.67 + 35.20 = 58.53 is 7.47 less than 66.00.
    prove("""
        invoice I1 for Sep 2026
          from   | to     | seats | retail |      ratio | amount
          1 Sep  | 30 Sep |    10 |   5.00 |            |
          15 Sep | 30 Sep |   -10 |   5.00 | 0.53333333 | -26.67
          15 Sep | 30 Sep |    12 |   5.50 | 0.53333333 |  35.20
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |    12 |   5.50
          s1           | once      |     1 |  -7.47
          charged 58.53 = synced 58.53
    """)


def test_upgrade_to_another_product_under_a_new_id() -> None:
    # All 300 seats of the old one came back: it is billed for 7 of 30 days (705.60) and has no line for
    # the next month. The new one runs, less the days before it began.
    prove("""
        subscription s2: product Business Basic
        invoice I1 for Sep 2026
          subscription | from   | to     | seats | retail |      ratio |   amount
          s1           | 18 Sep | 17 Oct |   300 |  10.08 |            |
          s1           | 25 Sep | 17 Oct |  -300 |  10.08 | 0.76666667 | -2318.40
          s2           | 25 Sep | 17 Oct |   300 |   6.43 | 0.76666667 |  1478.90
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | once      |     1 | 705.60
          s2           | recurring |   300 |   6.43
          s2           | once      |     1 | -450.10
          charged 2184.50 = synced 2184.50
    """)


def test_seat_added_on_the_day_of_the_purchase() -> None:
    # The refund shows a positive quantity and price and only its amount is negative. One bought, one
    # back, two bought: two seats for the whole cycle.
    prove("""
        invoice I1 for Sep 2026
          from   | to     | seats | cost | retail | cost amount | amount
          11 Sep | 10 Oct |     1 | 4.00 |   5.00 |        4.00 |
          11 Sep | 10 Oct |     1 | 4.00 |   5.00 |       -4.00 |  -5.00
          11 Sep | 10 Oct |     2 | 4.00 |   5.00 |        8.00 |
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |     2 |   5.00
          charged 10.00 = synced 10.00
    """)


def test_seat_added_a_day_after_the_purchase() -> None:
    # 5.00 - 4.83 + 9.67 = 9.84 for 2 seats, one of them a day late: 0.16 less than two whole cycles.
    prove("""
        invoice I1 for Sep 2026
          from   | to     | seats | cost | retail |      ratio | cost amount | amount
          11 Sep | 10 Oct |     1 | 4.00 |   5.00 |            |        4.00 |
          12 Sep | 10 Oct |     1 | 4.00 |   5.00 | 0.96666667 |       -3.87 |  -4.83
          12 Sep | 10 Oct |     2 | 4.00 |   5.00 | 0.96666667 |        7.74 |   9.67
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |     2 |   5.00
          s1           | once      |     1 |  -0.16
          charged 9.84 = synced 9.84
    """)


def test_seat_given_back_a_day_after_the_purchase() -> None:
    # All three rows carry the dates of the cycle, and the ratio alone tells of the day. 10.00 - 9.67 +
    # 4.83 = 5.16 for the seat that is left: a day of the other one is 0.16.
    prove("""
        invoice I1 for Sep 2026
          from   | to    | seats | cost | retail |      ratio | cost amount | amount
          10 Sep | 9 Oct |     2 | 4.00 |   5.00 |            |        8.00 |
          10 Sep | 9 Oct |     2 | 4.00 |   5.00 | 0.96666667 |       -7.74 |  -9.67
          10 Sep | 9 Oct |     1 | 4.00 |   5.00 | 0.96666667 |        3.87 |   4.83
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |     1 |   5.00
          s1           | once      |     1 |   0.16
          charged 5.16 = synced 5.16
    """)


def test_bought_and_cancelled_on_one_day_leaves_nothing() -> None:
    # 35.00 and -35.00 of the same days: nothing to bill, no line, and nothing that a person would have to
    # decide.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Oct 2026
          subscription | from   | to     | seats |  cost | retail
          s1           | 12 Oct | 11 Nov |    10 |  3.00 |   3.50
          s1           | 12 Oct | 11 Nov |    10 | -3.00 |  -3.50
          f1           | 1 Oct  | 31 Oct |     3 |  4.00 |   5.00
        sync
          subscription | kind      | seats | retail
          f1           | recurring |     3 |   5.00
          charged 15.00 = synced 15.00
          says nothing
    """)


def test_cancelled_in_the_first_week_is_billed_for_its_days() -> None:
    # Four of 31 days are kept: 35.00 - 30.48 = 4.52 once. No seat is left at the end of the cycle, so no
    # line runs on.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Oct 2026
          subscription | from   | to     | seats | retail |      ratio | amount
          s1           | 12 Oct | 11 Nov |    10 |   3.50 |            |
          s1           | 16 Oct | 11 Nov |   -10 |   3.50 | 0.87096774 | -30.48
          f1           | 1 Oct  | 31 Oct |     3 |   5.00 |            |
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | once      |     1 |   4.52
          f1           | recurring |     3 |   5.00
          charged 19.52 = synced 19.52
    """)


def test_file_that_prorates_the_unit_price_and_not_a_ratio() -> None:
    # 2.67 is the price of half a month, though its ratio is 1. A seat costs 5.00, as the row of the whole
    # month says. 5.00 - 5.00 + 2.33 + 5.34 = 7.67 is 2.33 less than two whole ones.
    prove("""
        invoice I1 for Sep 2026
          from   | to     | seats |  cost | retail
          1 Sep  | 30 Sep |     1 |  4.00 |   5.00
          1 Sep  | 30 Sep |     1 | -4.00 |  -5.00
          1 Sep  | 14 Sep |     1 |  1.87 |   2.33
          15 Sep | 30 Sep |     2 |  2.13 |   2.67
        sync, whatever it says
          subscription | kind      | seats | retail
          s1           | recurring |     2 |   5.00
          s1           | once      |     1 |  -2.33
          charged 7.67 = synced 7.67
    """)


def test_reservation_given_back_goes_off_its_own_month() -> None:
    # A refund of usage beside its charge: 50.00 - 33.87 on one line, nothing waits, nothing runs on.
    prove("""
        subscription a1: cycle usage
        invoice I1 for Oct 2026
          subscription | offer                | from   | to     | seats | retail |      ratio | amount
          a1           | Reserved VM Instance | 1 Oct  | 31 Oct |     1 |  50.00 |            |
          a1           | Reserved VM Instance | 11 Oct | 31 Oct |    -1 |  50.00 | 0.67741935 | -33.87
        sync, whatever it says
          template | kind | seats | retail
          azure    | once |     1 |  16.13
          charged 16.13 = synced 16.13
    """)


def test_annual_seats_added_by_a_refund_and_a_charge_of_the_rest_of_the_term() -> None:
    # 10 back and 12 anew for 260 of 365 days is two seats more: 1025.75 - 854.79 = 170.96, once. The
    # refund does not wait while its charge is billed.
    prove("""
        subscription s1: cycle Annual
        invoice I1 for Sep 2026
          cycle  | term   | from  | to          | seats | retail
          Annual | 1 Year | 1 Sep | 31 Aug 2027 |    10 | 120.00
        sync, whatever it says
          standing recurring 0.00, once 1200.00
        generate annual
        invoice I2 for Dec 2026
          cycle  | from   | to          | seats | retail |      ratio |  amount
          Annual | 15 Dec | 31 Aug 2027 |   -10 | 120.00 | 0.71232877 | -854.79
          Annual | 15 Dec | 31 Aug 2027 |    12 | 120.00 | 0.71232877 | 1025.75
        sync, whatever it says
          standing recurring 0.00, once 170.96
          charged 1370.96 = billed 1200.00 + synced 170.96
          billed 1200.00, to bill 170.96
    """)


def test_second_refund_waits_like_the_first_that_still_does() -> None:
    # -8.00 of September waits. The -6.00 of November share no day with it, nor with any charge of their own
    # invoice: another credit, and not given back because the month before came to more.
    prove("""
        invoice I1 for Aug 2026
          from  | to     | seats | retail
          1 Sep | 30 Sep |     5 |   5.00
        sync
        generate
        invoice I2 for Sep 2026
          from   | to     | seats | retail | ratio
          19 Sep | 30 Sep |    -4 |   5.00 |   0.4
          1 Oct  | 31 Oct |     1 |   5.00 |
        sync, whatever it says
          standing recurring 5.00, once 0.00
          charged 22.00 = billed 25.00 + synced 5.00 - held 8.00
        generate
        invoice I3 for Oct 2026
          from   | to     | seats | retail |      ratio | amount
          4 Oct  | 31 Oct |     6 |   5.00 | 0.90322581 |  27.10
          1 Nov  | 30 Nov |     7 |   5.00 |            |
        sync, whatever it says
          standing recurring 35.00, once 27.10
          charged 84.10 = billed 30.00 + synced 62.10 - held 8.00
        generate
        invoice I4 for Nov 2026
          from   | to     | seats | retail | ratio
          19 Nov | 30 Nov |    -3 |   5.00 |   0.4
          1 Dec  | 31 Dec |     4 |   5.00 |
        sync, whatever it says
          standing recurring 20.00, once 0.00
          charged 98.10 = billed 92.10 + synced 20.00 - held 14.00
          billed 92.10, to bill 20.00
    """)
