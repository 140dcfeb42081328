"""Lines that leave a template: missing from the invoice, no longer asked for, or doubled."""

from __future__ import annotations

from tests.bookkeeping.proving import prove
from tests.money.beginnings import STANDING

TWO_STAND = """
        invoice I1 for Sep 2026
          subscription | seats
          s1           | 8
          s2           | 1
        sync
        generate
        sync
"""
OTHERS_GO_ON = """
        invoice I2 for Oct 2026
          subscription | seats
          s2           | 1
"""


def test_subscription_missing_from_the_regular_month_loses_its_line() -> None:
    prove(f"""
        {TWO_STAND}
        {OTHERS_GO_ON}
        sync
          done    | subscription | line             | seats
          removed | s1           | Business Premium |     8
          stays   | s2           | Business Premium |     1
    """)


def test_nothing_is_removed_before_the_month_is_regular() -> None:
    # Neither annual orders nor one of a month make a regular month; the month's own invoice takes the line off.
    prove(f"""
        {TWO_STAND}
        subscription y1: cycle Annual
        invoice Y1 for Oct 2026
          subscription | from   | to          | seats
          y1           | 1 Oct  | 30 Sep 2027 |     1
          s3           | 12 Oct | 31 Oct      |     1
        sync, whatever it says
          done  | subscription | kind      | seats
          added | y1           | once      |     1
          added | s3           | recurring |     1
          stays | s1           | recurring |     8
          stays | s2           | recurring |     1
        {OTHERS_GO_ON}
        sync
          done    | subscription | kind      | seats
          removed | s1           | recurring |     8
          stays   | s2           | recurring |     1
          stays   | s3           | recurring |     1
          stays   | y1           | once      |     1
    """)


def test_money_back_keeps_no_line() -> None:
    prove(f"""
        {TWO_STAND}
        invoice I2 for Oct 2026
          subscription | from  | to     | seats
          s1           | 1 Oct | 31 Oct |    -1
          s2           | 1 Oct | 31 Oct |     1
        sync
          done    | subscription | line                                | total
          removed | s1           | Business Premium                    |  96.00
          waits   | s1           | Business Premium (credit, Oct 2026) | -12.00
          stays   | s2           | Business Premium                    |  12.00
          says credit
    """)


def test_line_goes_whose_month_was_replaced_by_one_without_it() -> None:
    prove(f"""
        {STANDING}
        invoice I2 for Sep 2026, held
          subscription | seats
          s2           | 1
        decide I2 replaces I1
        sync
          done    | subscription | line             |  total
          added   | s2           | Business Premium |  12.00
          removed | s1           | Business Premium |  96.00
          waits   | s1           | Business Premium | -96.00
          charged 108.00 = billed 96.00 + synced 12.00 - held 96.00 + excluded 96.00
          says quantity
          says ran early
    """)


def test_line_of_a_subscription_with_held_rows_stays() -> None:
    prove(f"""
        {TWO_STAND}
        {OTHERS_GO_ON}
        invoice I3 for Oct 2026, held
          subscription | seats
          s1           | 9
        sync
          done  | subscription | line             | seats
          stays | s1           | Business Premium |     8
          stays | s2           | Business Premium |     1
          says removal held
    """)


def test_seats_that_came_down_to_none_take_the_line_off() -> None:
    prove(f"""
        {STANDING}
        invoice I2 for Oct 2026
          | seats
          |     8
          |    -8
        sync
          done    | line             | seats
          removed | Business Premium |     8
    """)


def test_line_that_syncro_counts_is_never_taken_off() -> None:
    prove("""
        invoice I1 for Sep 2026
          subscription | seats
          s1           | 8
          s2           | 1
        sync
        generate
        sync
        edit "Business Premium" of s1: counted yes
        invoice I2 for Oct 2026
          subscription | seats
          s3           | 1
        sync
          done    | subscription | line             | seats
          removed | s2           | Business Premium |     1
          added   | s3           | Business Premium |     1
          stays   | s1           | Business Premium |     8
    """)


def test_second_line_with_the_mark_is_taken_off() -> None:
    prove(f"""
        {STANDING}
        copy "Business Premium"
        sync
          done    | line             | seats
          removed | Business Premium |     8
          stays   | Business Premium |     8
          says ran early
    """)


ADDED_SEATS = """
        invoice I1 for Oct 2026
          from   | seats | ratio
          1 Oct  |    10 |
          16 Oct |     2 |   0.5
        sync
          line                                    | kind      | seats | total
          Business Premium (adjustment, Oct 2026) | once      |     1 | -12.00
          Business Premium                        | recurring |    12 | 144.00
"""


def test_one_time_line_that_nothing_asks_for_is_taken_off() -> None:
    # The invoice with the added seats is replaced by one without them.
    prove(f"""
        {ADDED_SEATS}
        invoice I2 for Oct 2026, held
          | seats
          | 10
        decide I2 replaces I1
        sync
          done    | line                                    | kind      | seats | total
          removed | Business Premium (adjustment, Oct 2026) | once      |     1 | -12.00
          changed | Business Premium                        | recurring |    10 | 120.00
    """)


def test_one_time_line_of_a_period_that_is_not_looked_at_stays() -> None:
    # Switched to a later start, the mapping looks at October no more.
    prove(f"""
        {ADDED_SEATS}
        mapping monthly: from Nov 2026
        invoice I2 for Oct 2026, held
          | seats
          | 10
        decide I2 replaces I1
        sync
          done  | line                                    | kind      | seats | total
          stays | Business Premium (adjustment, Oct 2026) | once      |     1 | -12.00
          stays | Business Premium                        | recurring |    12 | 144.00
    """)


def test_applied_credit_that_is_dismissed_later_is_taken_off() -> None:
    prove("""
        invoice I1 for Oct 2026
          | seats
          | 10
        invoice CR-1 for Oct 2026
          | seats
          | -2
        sync
          says credit
        decide apply
        sync
          line                                    | kind      | total
          Business Premium (adjustment, Oct 2026) | once      | 24.00
          Business Premium                        | recurring | 96.00
          Business Premium (credit, Oct 2026)     | once      | -24.00
        undecide
        sync
          nothing is written
          charged 96.00 = synced 96.00
    """)


def test_line_that_no_run_has_billed_goes_at_once_when_its_invoice_is_replaced() -> None:
    # The right invoice of November has nothing of Fabrikam. Nothing of it is billed, so nothing has to wait.
    prove("""
        subscription f1: customer Fabrikam
        invoice I1 for Oct 2026
          subscription | seats | retail
          s1           |    10 |   5.00
        sync, whatever it says
          to bill on Northwind monthly 50.00
        generate
        invoice I2 for Nov 2026
          subscription | seats | retail
          s1           |    10 |   5.00
          f1           |     3 |   5.00
        sync, whatever it says
          to bill on Fabrikam monthly 15.00
        invoice I3 for Nov 2026, held
          subscription | seats | retail
          s1           |    10 |   5.00
        decide I3 replaces I2
        sync, whatever it says
          to bill on Northwind monthly 50.00
          to bill on Fabrikam monthly 0.00
    """)
