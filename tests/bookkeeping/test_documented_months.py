"""Every month that the documentation works through comes out as it is written there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.bookkeeping.proving import prove

DOCS = Path(__file__).parents[2] / "docs"
_BLOCK = re.compile(r"^```month\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MONTHS = [
    pytest.param(block, id=f"{page.name}-{number}")
    for page in sorted(DOCS.rglob("*.md"))
    for number, block in enumerate(_BLOCK.findall(page.read_text()), start=1)
]


@pytest.mark.parametrize("month", MONTHS)
def test_documented_month_comes_out_as_it_is_written(month: str) -> None:
    prove(month)


def test_page_about_testing_works_through_a_month() -> None:
    assert "testing.md-1" in [month.id for month in MONTHS]
