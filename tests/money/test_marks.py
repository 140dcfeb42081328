"""Marks that stand in the vendors' systems keep their meaning: a later version makes the same ones."""

from __future__ import annotations

import pytest

from money.enums import Motion, PartRole
from money.marks import PeriodMarks

SUBSCRIPTION = "8C22D12A-0B17-4ED2-B612-42EA63985BEF"  # its case says nothing
SEATS = PeriodMarks(SUBSCRIPTION, Motion.SEAT_MONTHLY, "2026-09")
ORDER = PeriodMarks(SUBSCRIPTION.lower(), Motion.SEAT_ANNUAL, "2026-09-10/2027-09-09")
USAGE = PeriodMarks(SUBSCRIPTION, Motion.AZURE_PLAN, "2026-09")


@pytest.mark.parametrize(
    ("mark", "stands"),
    [
        (SEATS.recurring, "BS:SUXSPK3EMP"),
        (SEATS.of(PartRole.ADJUSTMENT), "BS:GQS2KKPL4S"),
        (SEATS.nth(PartRole.ADJUSTMENT, 1), "BS:DCKIT3K4NB"),
        (USAGE.of(PartRole.USAGE), "BS:6OAEKYGWIY"),
        (ORDER.nth(PartRole.CHARGE, 2), "BS:TRD7TO7PG6"),
    ],
)
def test_mark_is_the_one_that_stands(mark: str, stands: str) -> None:
    assert mark == stands
