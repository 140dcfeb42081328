"""Random rows of a subscription, as distributors write them and as they should not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from syncs.planning.facts import ChargeFact
from tests.planning.factories import OCT, make_charge

CENTS = st.decimals(min_value=0, max_value=500, places=2)
PRICES = CENTS | st.decimals(min_value=0, max_value=500, places=4)
STYLES = st.sampled_from(["line", "quantity", "warn"])
PRICINGS = st.sampled_from(
    [
        {"sync_cost": True, "sync_retail": True},
        {"sync_cost": True, "sync_retail": False},
        {"sync_cost": False, "sync_retail": False},
    ]
)


def row(quantity: int, prices: tuple[Decimal, Decimal], ratio: str, *, start: int, period: str) -> ChargeFact:
    """A row whose amounts have four places, as on an invoice."""
    cost, retail = prices
    amounts = [(quantity * price * Decimal(ratio)).quantize(Decimal("0.0001")) for price in prices]
    return make_charge(
        str(quantity),
        cost=cost,
        retail=retail,
        ratio=ratio,
        start=start,
        period=period,
        cost_amount=amounts[0],
        retail_amount=amounts[1],
    )


@st.composite
def months_of_seats(draw: Any, period: str = OCT, prices: Any = PRICES) -> list[ChargeFact]:
    """A month that begins with some seats, then gains, loses and is priced anew."""
    standing, price = draw(st.integers(1, 60)), (draw(prices), draw(prices))
    rows = [row(standing, price, "1", start=1, period=period)]
    for start in sorted(draw(st.lists(st.integers(2, 27), max_size=3, unique=True))):
        ratio = str(round(Decimal(31 - start) / 30, 4))
        if draw(st.integers(0, 3)) == 0:  # a new price: everything is credited and charged again
            new = (draw(prices), draw(prices))
            rows += [row(-standing, price, ratio, start=start, period=period)]
            rows += [row(standing, new, ratio, start=start, period=period)]
            price = new
        else:
            gained = draw(st.integers(-standing, 20).filter(bool))
            standing += gained
            rows += [row(gained, price, ratio, start=start, period=period)]
    return rows


@st.composite
def wild_rows(draw: Any, period: str = OCT) -> list[ChargeFact]:
    """Rows of which quantity, prices, ratio and amounts have nothing to do with each other."""
    amounts = st.decimals(min_value=-2000, max_value=2000, places=4)
    return [
        make_charge(
            draw(st.decimals(min_value=-20, max_value=40, places=draw(st.sampled_from([0, 0, 0, 2])))),
            cost=draw(PRICES),
            retail=draw(PRICES),
            ratio=draw(st.decimals(min_value=0, max_value=1, places=4)),
            period=period,
            start=draw(st.integers(1, 20)),
            end=dt.datetime(2026, 10, draw(st.sampled_from([15, 31])), tzinfo=dt.UTC),
            cost_amount=draw(amounts),
            retail_amount=draw(amounts),
            credit=draw(st.sampled_from([False, False, False, True])),
            invoice_id=(invoice := draw(st.integers(1, 3))),
            invoice_number=f"INV-{invoice}",
        )
        for _ in range(draw(st.integers(1, 5)))
    ]
