"""Templates that run more often than the charge comes: what they bill ahead counts for the next months, the rest is given back."""  # noqa: E501

from __future__ import annotations

from tests.bookkeeping.proving import prove
from tests.money.beginnings import SEATS

FOUR_RUNS = f"""{SEATS}
        template monthly: frequency Weekly
        generate
        generate
        generate
        generate
        template monthly: frequency Monthly
"""
FEBRUARY = """
        invoice I2 for Feb 2026
          | seats
          | 12
"""


def test_second_run_of_a_weekly_template_counts_for_the_month_that_had_none() -> None:
    prove(f"""
        {SEATS}
        template monthly: frequency Weekly
        generate
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
          added   | Business Premium (adjustment, Feb 2026) | once      |  24.00
          charged of Feb 2026 144.00 = billed 120.00 + synced 24.00
          says billed ahead
    """)


def test_runs_beyond_the_next_month_are_one_credit_that_waits() -> None:
    prove(f"""
        {FOUR_RUNS}
        sync
          nothing is written
        {FEBRUARY}
        sync
          done    | line                                | kind      | seats |   total
          waits   | Business Premium (credit, Feb 2026) | once      |     1 | -216.00
          changed | Business Premium                    | recurring |    12 |  144.00
          charged 264.00 = billed 480.00 - held 216.00
          says billed ahead
          says credit
        sync
          nothing is written
          says credit
        generate
        sync
          nothing is written
          charged 264.00 = billed 480.00 - held 216.00
          says credit
        invoice I3 for Mar 2026
          | seats
          | 12
        sync
          nothing is written
          charged 408.00 = billed 624.00 - held 216.00
          says billed ahead
          says credit
    """)


def test_credit_of_what_was_billed_ahead_is_applied_as_the_settings_say() -> None:
    prove(f"""
        settings: credits apply
        {FOUR_RUNS}
        {FEBRUARY}
        sync
          done    | line                                | kind      | seats |   total
          added   | Business Premium (credit, Feb 2026) | once      |     1 | -216.00
          changed | Business Premium                    | recurring |    12 |  144.00
          charged 264.00 = billed 480.00 - synced 216.00
          says billed ahead
        sync
          nothing is written
        generate
        sync
          nothing is written
          charged 264.00 = billed 264.00
          says nothing
        invoice I3 for Mar 2026
          | seats
          | 12
        sync
          nothing is written
          charged 408.00 = billed 408.00
          says billed ahead
        generate
        sync
          nothing is written
          charged 408.00 = billed 408.00
          says nothing
    """)


def test_fewer_seats_than_were_billed_ahead_are_a_credit_and_no_adjustment() -> None:
    prove(f"""
        {SEATS}
        generate
        generate
        invoice I2 for Feb 2026
          | seats
          | 8
        sync
          done    | line                                | kind      | seats |  total
          waits   | Business Premium (credit, Feb 2026) | once      |     1 | -24.00
          changed | Business Premium                    | recurring |     8 |  96.00
          charged 216.00 = billed 240.00 - held 24.00
          says billed ahead
          says credit
          says ran early
        invoice I3 for Feb 2026
          from   | seats | ratio
          15 Feb | 4     | 0.5
        sync
          done    | line             | kind      | seats |  total
          changed | Business Premium | recurring |    12 | 144.00
          charged 240.00 = billed 240.00
          says ran early
    """)


def test_early_order_takes_nothing_of_what_was_billed_ahead() -> None:
    prove("""
        invoice I1 for Jan 2026
          subscription | seats
          s1           | 10
          s2           | 5
          s3           | 5
        sync
        generate
        generate
        invoice I2 for Feb 2026
          subscription | from   | seats | ratio
          s1           | 15 Feb | 4     | 0.5
        sync
          done  | line                                    | kind      | seats |  total
          added | Business Premium (adjustment, Feb 2026) | once      |     1 |  24.00
          stays | Business Premium                        | recurring |    10 | 120.00
          stays | Business Premium                        | recurring |     5 |  60.00
          stays | Business Premium                        | recurring |     5 |  60.00
          charged 264.00 = billed 240.00 + synced 24.00
          says ran early
        invoice I3 for Feb 2026
          subscription | seats
          s1           | 10
          s2           | 5
          s3           | 5
        sync
          done    | line                                    | kind      | seats |  total
          stays   | Business Premium (adjustment, Feb 2026) | once      |     1 |  24.00
          changed | Business Premium                        | recurring |    14 | 168.00
          stays   | Business Premium                        | recurring |     5 |  60.00
          stays   | Business Premium                        | recurring |     5 |  60.00
          charged 504.00 = billed 480.00 + synced 24.00
          says billed ahead
          says billed ahead
          says billed ahead
          says ran early
    """)


def test_subscription_that_left_gets_back_what_was_billed_once_more() -> None:
    prove("""
        invoice I1 for Jan 2026
          subscription | seats
          s1           | 10
          s2           | 5
          s3           | 5
        sync
        generate
        generate
        invoice I2 for Feb 2026
          subscription | seats
          s2           | 5
          s3           | 5
        sync
          done    | line                                | kind      | seats |   total
          waits   | Business Premium (credit, Jan 2026) | once      |     1 | -120.00
          removed | Business Premium                    | recurring |    10 |  120.00
          stays   | Business Premium                    | recurring |     5 |   60.00
          stays   | Business Premium                    | recurring |     5 |   60.00
          charged 360.00 = billed 480.00 - held 120.00
          says billed ahead
          says billed ahead
          says billed ahead
          says credit
          says ran early
        sync
          nothing is written
          says credit
    """)


def test_what_a_run_ahead_billed_beyond_our_line_as_somebody_had_edited_it_is_nobodys_credit() -> None:
    prove(f"""
        {SEATS}
        generate
        edit "Business Premium": seats 12, retail 20.00
        generate
        {FEBRUARY}
        sync
          done    | line                                    | kind      | total
          changed | Business Premium                        | recurring | 144.00
          added   | Business Premium (adjustment, Feb 2026) | once      |  24.00
          charged of Feb 2026 144.00 = billed 120.00 + synced 24.00
          says billed ahead
          says ran early
    """)


def test_price_that_is_not_synced_counts_as_the_run_billed_it() -> None:
    prove(f"""
        mapping monthly: pricing only cost
        {SEATS}
        generate
        edit "Business Premium": seats 12, retail 20.00
        generate
        {FEBRUARY}
        sync
          done    | line                                    | kind      | total
          stays   | Business Premium                        | recurring | 240.00
          charged of Feb 2026 144.00 = billed 240.00 - rules 96.00
          says billed ahead
    """)


def test_seats_that_a_person_wrote_before_the_invoice_count_where_the_month_charges_them() -> None:
    prove(f"""
        {SEATS}
        generate
        edit "Business Premium": seats 12
        generate
        {FEBRUARY}
        sync
          charged of Feb 2026 144.00 = billed 144.00
          says billed ahead
    """)


OFF_SINCE_JANUARY = f"""{SEATS}
        mapping monthly: sync off
        generate
        {FEBRUARY}
"""


def test_run_of_a_line_that_stood_on_while_the_sync_was_off_counts_for_its_month() -> None:
    prove(f"""
        {OFF_SINCE_JANUARY}
        generate
        mapping monthly: sync on
        invoice I3 for Mar 2026
          | seats
          | 12
        sync
          done    | line                                    | kind      | total
          changed | Business Premium                        | recurring | 144.00
          added   | Business Premium (adjustment, Feb 2026) | once      |  24.00
          charged of Jan 2026 120.00 = billed 120.00
          charged of Feb 2026 144.00 = billed 120.00 + synced 24.00
          charged of Mar 2026 144.00 = synced 144.00
          says billed ahead
        sync
          nothing is written
    """)


def test_month_in_which_the_sync_was_off_and_no_run_billed_a_line_is_left_out() -> None:
    prove(f"""
        {OFF_SINCE_JANUARY}
        mapping monthly: sync on
        invoice I3 for Mar 2026
          | seats
          | 12
        sync
          done    | line             | kind      | total
          changed | Business Premium | recurring | 144.00
          charged of Feb 2026 144.00 = not mapped 144.00
          charged of Mar 2026 144.00 = synced 144.00
    """)
