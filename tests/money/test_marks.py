"""Marks that stand in the vendors' systems keep their meaning: a later version makes the same ones."""

from __future__ import annotations

import pytest

from money.enums import Motion, PartRole
from money.marks import PeriodMarks, find_mark, with_mark

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


MARK, OTHER = SEATS.recurring, USAGE.of(PartRole.USAGE)


@pytest.mark.parametrize(
    ("description", "found"),
    [
        ("", ""),
        ("Typed in by hand", ""),
        (f"Seats [{MARK}]", MARK),
        (f"[{MARK}] Seats", MARK),
        (f"Seats [{MARK}] and [{OTHER}]", MARK),
        (f"Seats {MARK}", ""),
        (f"Seats [{MARK[:-1]}]", ""),
        (f"Seats [{MARK.lower()}]", ""),
    ],
)
def test_mark_is_found_where_it_stands_in_brackets(description: str, found: str) -> None:
    assert find_mark(description) == found


@pytest.mark.parametrize(
    ("description", "written"),
    [
        ("Seats", f"Seats [{MARK}]"),
        ("  Seats  ", f"Seats [{MARK}]"),
        ("", f"[{MARK}]"),
        # Who moved the mark moved it on purpose.
        (f"[{MARK}] Seats of March ", f"[{MARK}] Seats of March "),
        (f"Seats [{OTHER}]", f"Seats [{MARK}]"),
        (f"[{OTHER}]Seats", f"Seats [{MARK}]"),
        (f"[{OTHER}] [{OTHER}]", f"[{MARK}]"),
    ],
)
def test_description_carries_one_mark_at_its_end(description: str, written: str) -> None:
    assert with_mark(description, MARK) == written


def test_first_mark_that_is_not_taken_is_free() -> None:
    first, second, third = (SEATS.nth(PartRole.ADJUSTMENT, place) for place in range(3))

    assert SEATS.free(PartRole.ADJUSTMENT, {second}) == first == SEATS.of(PartRole.ADJUSTMENT)
    assert SEATS.free(PartRole.ADJUSTMENT, {first}) == second
    assert SEATS.free(PartRole.ADJUSTMENT, {first, second}) == third
