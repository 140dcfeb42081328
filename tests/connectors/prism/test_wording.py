"""What PRISM's texts mean, and what nobody can know from them."""

from __future__ import annotations

import pytest

from connectors.prism.wording import cadence_of, cadence_of_row, is_active, months_of_term, term_and_cycle
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
        ("3 Months", Cadence.ANNUAL),
        ("Semi-Annually", Cadence.ANNUAL),
        ("Half-yearly", Cadence.ANNUAL),
        ("Quarterly", Cadence.ANNUAL),
        ("Biennial", Cadence.ANNUAL),
        ("One-Month commitment for trial", Cadence.MONTHLY),
        ("Usage-based", Cadence.USAGE),
        ("Fortnightly", Cadence.UNKNOWN),
        ("One Time", Cadence.UNKNOWN),
        ("2", Cadence.UNKNOWN),
        ("", Cadence.UNKNOWN),
    ],
)
def test_billing_cycle_words_are_read_and_codes_are_not_guessed(text, cadence):
    assert cadence_of(text) is cadence


@pytest.mark.parametrize(
    ("cycle", "term", "cadence"),
    [
        ("Monthly", "1 Year", Cadence.MONTHLY),
        ("One Time", "", Cadence.ONE_TIME),
        ("OneTime", "", Cadence.ONE_TIME),
        ("", "Perpetual", Cadence.ONE_TIME),
        ("Monthly", "one-time", Cadence.MONTHLY),
        ("Fortnightly", "1 Year", Cadence.UNREADABLE),
        ("One-Year commitment for monthly/yearly billing", "", Cadence.UNKNOWN),
        ("2", "1 Year", Cadence.UNKNOWN),
        ("None", "", Cadence.UNKNOWN),
        ("", "1 Year", Cadence.UNKNOWN),
    ],
)
def test_cycle_of_a_row_in_words_that_nobody_can_read_is_told_from_none(cycle, term, cadence):
    assert cadence_of_row(cycle, term) is cadence


@pytest.mark.parametrize(
    ("term", "months"), [("1 Year", 12), ("3 Year", 36), ("1 Month", 1), ("Annual", 12), ("", 0), ("Perpetual", 0)]
)
def test_term_is_read_in_months(term, months):
    assert months_of_term(term) == months


@pytest.mark.parametrize(
    ("status", "active"),
    [("Active", True), ("", True), ("Suspended", True), ("Inactive", False), ("Deleted", False), ("Cancelled", False)],
)
def test_tenant_is_in_use_unless_its_status_says_otherwise(status, active):
    assert is_active(status) is active


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Suite - 1 Month - Monthly", ("1 Month", "Monthly")),
        ("Suite - 1 Year - Annual", ("1 Year", "Annual")),
        ("1 year term, billed monthly", ("1 year", "monthly")),
        ("One-Year commitment for monthly billing", ("One-Year", "monthly")),
        ("12 months, paid yearly", ("12 months", "yearly")),
        ("Suite (P1Y)", ("P1Y", "2")),
        ("P3Y Monthly", ("P3Y", "Monthly")),
        ("Suite for Business", ("1", "2")),
        ("Suite with 10-Year Audit Log Retention", ("1", "2")),
        ("Backup - 1 Year Retention", ("1", "2")),
    ],
)
def test_term_and_cycle_of_codes_are_what_the_name_says(name, told):
    assert term_and_cycle("1", "2", name) == told
    assert term_and_cycle("1", "2", "", name) == told


@pytest.mark.parametrize(
    ("term", "cycle", "told"),
    [
        ("1", "1 Month", ("1 Year", "1 Month")),
        ("3 Years", "", ("3 Years", "Monthly")),
        ("1 Year", "1 Year", ("1 Year", "Monthly")),
        ("P3Y", "Annual", ("P3Y", "Annual")),
        ("6", "6 Years", ("1 Year", "6 Years")),
    ],
)
def test_field_that_says_something_goes_before_the_name(term, cycle, told):
    assert term_and_cycle(term, cycle, "Suite - 1 Year - Monthly") == told
