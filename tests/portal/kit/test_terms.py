"""Term and billing cycle in words."""

from __future__ import annotations

import pytest

from portal.kit.terms import write_terms


@pytest.mark.parametrize(
    ("term", "cycle", "told"),
    [
        ("1 Year", "1 Month", "1-year term, billed monthly"),
        ("P1Y", "Monthly", "1-year term, billed monthly"),
        ("1", "1 Month", "billed monthly"),
        ("3 Years", "Annual", "3-year term, billed yearly"),
        ("1 Month", "Usage", "1-month term, Usage"),
        ("", "3 Years", "billed every 3 years"),
        ("", "One-Time", "billed once"),
        ("", "", ""),
    ],
)
def test_terms_are_said_as_people_say_them(term: str, cycle: str, told: str) -> None:
    assert write_terms(term, cycle) == told
