"""Prices that are not synced: the line has one of its own."""

from __future__ import annotations

import pytest

from tests.bookkeeping.proving import prove


@pytest.mark.parametrize(("pricing", "cost"), [("only cost", "10.00"), ("only quantity", "9.00")])
def test_new_line_takes_the_products_price_where_none_is_synced(pricing: str, cost: str) -> None:
    prove(f"""
        product Business Premium: cost 9.00, retail 20.00
        mapping monthly: pricing {pricing}
        invoice I1 for Oct 2026
          | seats
          | 10
        sync
          line             | kind      | seats | cost   | retail
          Business Premium | recurring |    10 | {cost} |  20.00
    """)


@pytest.mark.parametrize("style", ["line", "quantity"])
def test_prorated_seats_are_billed_at_the_price_of_the_line(style: str) -> None:
    prove(f"""
        product Business Premium: cost 9.00, retail 20.00
        settings: prorations {style}
        mapping monthly: pricing only quantity
        invoice I1 for Oct 2026
          from   | seats | ratio
          1 Oct  |    10 |
          16 Oct |     2 |   0.5
        sync
          billed 0.00, to bill 220.00
          charged 132.00 = synced 220.00 - rules 88.00
    """)


def test_fall_back_bills_all_seats_at_the_price_of_the_line() -> None:
    # 10.666 seats, 10.66 on the line
    prove("""
        product Business Premium: cost 9.00, retail 20.00
        settings: negative lines refused
        mapping monthly: pricing only quantity
        invoice I1 for Oct 2026
          from   | seats | ratio
          1 Oct  |    10 |
          22 Oct |     2 | 0.333
        sync
          billed 0.00, to bill 213.32
          charged 127.992 = synced 213.32 - rules 85.33 + rounding 0.002
          says decimal quantity
    """)


def test_late_seats_are_billed_at_the_price_of_the_product() -> None:
    prove("""
        product Business Premium: cost 9.00, retail 20.00
        mapping monthly: pricing only cost
        invoice I1 for Oct 2026
          from  | to     | seats
          1 Sep | 30 Sep |     3
          1 Oct | 31 Oct |     3
        sync
          line                                    | kind      | seats | cost  | retail
          Business Premium (adjustment, Sep 2026) | once      |     1 | 30.00 |  60.00
          Business Premium                        | recurring |     3 | 10.00 |  20.00
    """)


def test_what_the_pricing_strategy_adds_is_told_as_rules() -> None:
    prove("""
        product Business Premium: cost 9.00, retail 20.00
        mapping monthly: pricing only cost
        invoice I1 for Oct 2026
          | seats
          | 10
        sync
          charged 120.00 = synced 200.00 - rules 80.00
          charged cost 100.00 = synced 100.00
    """)
