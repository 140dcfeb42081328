"""A line that somebody typed in by hand has the product of the line to be added."""

from __future__ import annotations

import pytest

from tests.bookkeeping.proving import prove

BY_HAND = """
        template monthly
          line           | seats | cost  | retail | product
          Managed backup |     3 | 10.00 |  25.00 | Business Premium
        invoice I1 for Oct 2026
          | seats
          | 10
"""


def test_line_of_the_same_product_holds_the_new_one() -> None:
    prove(f"""
        {BY_HAND}
        sync
          done  | line             | seats | total
          waits | Business Premium |    10 | 120.00
          stays | Managed backup   |     3 |  75.00
          charged 120.00 = held 120.00
          says conflict
          says foreign lines
    """)


@pytest.mark.parametrize("name", ["Business Premium", "microsoft Business  PREMIUM"])
def test_line_of_the_same_name_holds_the_new_one(name: str) -> None:
    prove(f"""
        template monthly
          line   | seats | cost  | retail | product
          {name} |     3 | 10.00 |  25.00 |
        invoice I1 for Oct 2026
          | seats
          | 10
        sync
          done  | line             | seats | total
          waits | Business Premium |    10 | 120.00
          stays | {name}           |     3 |  75.00
          says conflict
          says foreign lines
    """)


def test_line_of_another_product_holds_nothing() -> None:
    prove("""
        template monthly
          line           | seats | cost  | retail | product
          Managed backup |     3 | 10.00 |  25.00 | Backup
        invoice I1 for Oct 2026
          | seats
          | 10
        sync
          done  | line             | seats
          added | Business Premium |    10
          stays | Managed backup   |     3
          says foreign lines
    """)


def test_keep_both_adds_ours_beside_it() -> None:
    prove(f"""
        {BY_HAND}
        sync
        decide keep
        sync
          done  | line             | seats
          added | Business Premium |    10
          stays | Managed backup   |     3
    """)


def test_exclude_writes_nothing() -> None:
    prove(f"""
        {BY_HAND}
        sync
        decide exclude
        sync
          done  | line             | seats
          stays | Managed backup   |     3
          charged 120.00 = excluded 120.00
          excluded because Excluded: already on the template
    """)


def test_adopt_takes_the_line_over() -> None:
    prove(f"""
        {BY_HAND}
        sync
        decide adopt "Managed backup" about conflict
        sync
          done    | line           | seats | cost  | retail | description
          changed | Managed backup |    10 | 10.00 |  12.00 | Typed in by hand [mark]
          charged 120.00 = synced 120.00
    """)


def test_adopted_line_keeps_its_price_where_none_is_synced() -> None:
    prove(f"""
        mapping monthly: pricing only quantity
        {BY_HAND}
        sync
        decide adopt "Managed backup"
        sync
          done    | line           | seats | cost  | retail
          changed | Managed backup |    10 | 10.00 |  25.00
    """)


@pytest.mark.parametrize("unfit", ["counted yes", "kind once"])
def test_line_that_cannot_be_adopted_stays_a_conflict(unfit: str) -> None:
    prove(f"""
        {BY_HAND}
        sync
        edit "Managed backup": {unfit}
        decide adopt "Managed backup"
        sync
          done  | line             | seats | cost  | retail
          waits | Business Premium |    10 | 10.00 |  12.00
          stays | Managed backup   |     3 | 10.00 |  25.00
          says conflict
    """)


def test_two_subscriptions_do_not_adopt_one_line() -> None:
    prove("""
        template monthly
          line           | seats | cost  | retail | product
          Managed backup |     3 | 10.00 |  25.00 | Business Premium
        invoice I1 for Oct 2026
          subscription | seats
          s1           | 10
          s2           | 10
        sync
        decide adopt "Managed backup" about conflict of s1
        decide adopt "Managed backup" about conflict of s2
        sync
          done    | subscription | line             | seats
          changed | s1           | Managed backup   |    10
          added   | s2           | Business Premium |    10
    """)


def test_first_plan_lists_the_other_recurring_lines() -> None:
    prove("""
        template monthly
          line           | seats | kind
          Managed backup |     3 | recurring
          A visit        |     1 | once
        invoice I1 for Oct 2026
          | seats
          | 10
        sync
          says foreign lines: Northwind: other recurring lines on “Northwind monthly”: “Managed backup” (3).
        edit "Managed backup": seats 4
        invoice I2 for Oct 2026
          | seats
          | 1
        sync
          says nothing
    """)
