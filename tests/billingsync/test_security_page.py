"""The page of security names each requirement once, and its tests are there."""

from __future__ import annotations

import re

from devservers.places import CHECKOUT

PAGE = (CHECKOUT / "docs/security.md").read_text()
ROWS = re.findall(r"^\| ((?:\d+\.\d+\.\d+(?:, )?)+) \| [^|]+ \| (.+) \|$", PAGE, re.MULTILINE)
IDS = [each for ids, _state in ROWS for each in ids.split(", ")]
# Requirements of levels 1 and 2 in each chapter of ASVS 5.0.0.
COUNTS = dict(enumerate((27, 11, 19, 10, 9, 35, 18, 7, 7, 29, 14, 9, 13, 9, 13, 16, 7), start=1))
MOST_OPEN = 30


def test_each_requirement_of_levels_1_and_2_is_named_once() -> None:
    found = {chapter: sum(each.startswith(f"{chapter}.") for each in IDS) for chapter in COUNTS}

    assert len(IDS) == len(set(IDS))
    assert found == COUNTS


def test_each_has_a_state_and_not_too_many_are_open() -> None:
    unclear = [ids for ids, state in ROWS if not state.startswith(("met", "n/a", "open"))]
    is_open = [each for ids, state in ROWS if state.startswith("open") for each in ids.split(", ")]

    assert unclear == []
    assert f"Of {len(IDS)} requirements {len(is_open)} are open." in PAGE
    assert len(is_open) <= MOST_OPEN
    assert all("Risk" in state for _ids, state in ROWS if state.startswith("open"))


def test_tests_that_it_names_are_there() -> None:
    named = set(re.findall(r"`([a-z_]+/[\w/]*test_\w+\.py)`", PAGE))

    assert len(named) > 30
    assert [name for name in sorted(named) if not (CHECKOUT / "tests" / name).exists()] == []
