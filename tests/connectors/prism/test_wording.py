"""What PRISM's texts mean, and what nobody can know from them."""

from __future__ import annotations

import pytest

from connectors.prism.wording import cadence_of, is_active
from connectors.records import Cadence


@pytest.mark.parametrize(
    ("text", "cadence"),
    [
        ("Monthly", Cadence.MONTHLY),
        ("monthly billing", Cadence.MONTHLY),
        ("1 Month", Cadence.MONTHLY),
        ("One-Month commitment for monthly billing", Cadence.MONTHLY),
        ("One-Year commitment for monthly billing", Cadence.MONTHLY),
        ("One-Year commitment for yearly billing", Cadence.ANNUAL),
        ("One-Year commitment for monthly/yearly billing", Cadence.UNKNOWN),
        ("Annual", Cadence.ANNUAL),
        ("Annually", Cadence.ANNUAL),
        ("1 Year", Cadence.ANNUAL),
        ("6 Years", Cadence.ANNUAL),
        ("Triennial", Cadence.ANNUAL),
        ("12 Months", Cadence.ANNUAL),
        ("36 months", Cadence.ANNUAL),
        ("3 Months", Cadence.UNKNOWN),
        ("Semi-Annually", Cadence.UNKNOWN),
        ("Quarterly", Cadence.UNKNOWN),
        ("One Time", Cadence.UNKNOWN),
        ("2", Cadence.UNKNOWN),
        ("", Cadence.UNKNOWN),
    ],
)
def test_billing_cycle_words_are_read_and_codes_are_not_guessed(text, cadence):
    assert cadence_of(text) is cadence


@pytest.mark.parametrize(
    ("status", "active"),
    [("Active", True), ("", True), ("Suspended", True), ("Inactive", False), ("Deleted", False), ("Cancelled", False)],
)
def test_tenant_is_in_use_unless_its_status_says_otherwise(status, active):
    assert is_active(status) is active
