"""One mapping: lines that are changed, kept, or moved to another template."""

from __future__ import annotations

from tests.bookkeeping.proving import prove
from tests.money.beginnings import STANDING, TEN

# --- Changing and keeping -------------------------------------------------------------------------


def test_new_seats_change_quantity_and_prices_alone() -> None:
    prove(f"""
        {STANDING}
        edit "Business Premium": line Renamed by the user, taxed yes, place 4, description "My words [mark]"
        {TEN}
        sync
          done    | line                | seats | cost  | retail | taxed | place | description     | product
          changed | Renamed by the user |    10 | 10.00 |  12.00 | yes   | 4     | My words [mark] | Business Premium
    """)


def test_line_edited_by_hand_is_set_back_with_the_next_invoice() -> None:
    prove(f"""
        {STANDING}
        edit "Business Premium": seats 99, retail 0.01, cost 0.01
        sync
          nothing is written
          line             | seats | cost | retail
          Business Premium |    99 | 0.01 |   0.01
        {TEN}
        sync
          done    | line             | seats | cost  | retail
          changed | Business Premium |    10 | 10.00 |  12.00
    """)


def test_mark_that_was_edited_away_comes_back_with_the_next_invoice() -> None:
    prove(f"""
        {STANDING}
        edit "Business Premium": seats 10, description "My words"
        {TEN}
        sync
          done    | line             | seats | description
          changed | Business Premium |    10 | My words [mark]
    """)


def test_line_that_stands_as_wanted_is_kept() -> None:
    prove(f"""
        {STANDING}
        edit "Business Premium": seats 10
        {TEN}
        sync
          nothing is written
          line             | seats | total
          Business Premium |    10 | 120.00
          charged 216.00 = billed 96.00 + synced 120.00
    """)


def test_line_that_the_ledger_lost_is_found_by_its_mark() -> None:
    prove(f"""
        {STANDING}
        forget "Business Premium"
        {TEN}
        sync
          done    | line             | seats | total
          changed | Business Premium |    10 | 120.00
    """)


def test_line_of_a_product_made_again_moves_to_the_new_one() -> None:
    prove(f"""
        {STANDING}
        product Business Premium: target made again
        sync
          nothing is written
          line             | product
          Business Premium | Business Premium (old)
        {TEN}
        sync
          done    | line             | seats | product
          changed | Business Premium |    10 | Business Premium
    """)


def test_line_that_a_person_gave_another_product_keeps_it() -> None:
    prove(f"""
        {STANDING}
        product Backup: cost 5.00
        edit "Business Premium": product Backup
        {TEN}
        sync
          done    | line             | seats | product
          changed | Business Premium |    10 | Backup
    """)


def test_price_that_is_not_synced_stays_as_it_stands() -> None:
    prove(f"""
        {STANDING}
        mapping monthly: pricing only cost
        edit "Business Premium": retail 19.99, cost 0.01
        {TEN}
        sync
          done    | line             | seats | cost  | retail
          changed | Business Premium |    10 | 10.00 |  19.99
    """)


def test_line_that_syncro_counts_itself_is_not_written() -> None:
    prove(f"""
        {STANDING}
        edit "Business Premium": counted yes
        {TEN}
        sync
          done  | line             | seats
          waits | Business Premium |    10
          stays | Business Premium |     8
          charged of Oct 2026 120.00 = held 120.00
          says counted
    """)


def test_price_change_is_told_in_the_fields_words() -> None:
    prove("""
        invoice I1 for Sep 2026
          seats | cost | retail
              8 | 9.00 |  12.00
        sync
        generate
        invoice I2 for Oct 2026
          seats | cost  | retail
             10 | 10.00 |  12.00
        sync
          says price changed: Northwind, Business Premium: Subscription cost unit price changed from 9.00 to 10.00 on 01 Oct 2026
    """)  # noqa: E501


def test_price_is_compared_with_that_of_the_month_before() -> None:
    prove("""
        invoice I1 for Aug 2026
          seats | retail
              8 |  11.00
        sync
        generate
        invoice I2 for Sep 2026
          seats | retail
              8 |  12.00
        sync
          says price changed: Northwind, Business Premium: Subscription retail unit price changed from 11.00 to 12.00 on 01 Sep 2026
        generate
        invoice I3 for Oct 2026
          subscription | from   | to     | seats | ratio | retail
          s1           | 1 Oct  | 14 Oct |     8 |   0.5 |  12.00
          s1           | 15 Oct | 31 Oct |     8 |   0.5 |  13.00
        sync
          line                                    | kind      | total
          Business Premium (adjustment, Oct 2026) | once      |  -4.00
          Business Premium                        | recurring | 104.00
          says price changed: Northwind, Business Premium: Subscription retail unit price changed from 12.00 to 13.00 on 15 Oct 2026
    """)  # noqa: E501


# --- Moving ---------------------------------------------------------------------------------------


def test_moved_mapping_takes_its_line_off_before_it_adds_anything() -> None:
    prove(f"""
        {STANDING}
        mapping monthly: template Second
        invoice I2 for Oct 2026
          from   | seats | ratio
          1 Oct  |     8 |
          16 Oct |     2 |   0.5
        sync, in this order
          done    | template          | line                                    | seats | total
          removed | Northwind monthly | Business Premium                        |     8 |  96.00
          added   | Second            | Business Premium (adjustment, Oct 2026) |     1 | -12.00
          added   | Second            | Business Premium                        |    10 | 120.00
    """)


def test_moved_line_takes_its_own_price_along() -> None:
    prove(f"""
        {STANDING}
        edit "Business Premium": retail 19.99
        mapping monthly: template Second, pricing only cost
        {TEN}
        sync
          template | line             | seats | cost  | retail
          Second   | Business Premium |    10 | 10.00 |  19.99
    """)
