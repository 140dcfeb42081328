"""What a row is, by its cadence, its length and its signs."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from connectors.records import Cadence, InvoiceRow
from invoices.classifying import NO_CUSTOMER, NO_MOTION, NO_SUBSCRIPTION, classify


def record(**values) -> InvoiceRow:
    """A row of September with one unit, unless said otherwise."""
    given_values = {
        "line": 2, "subscription_id": "s1", "product_name": "Sample Suite", "quantity": Decimal(1),
        "start": dt.datetime(2026, 9, 1, tzinfo=dt.UTC), "end": dt.datetime(2026, 9, 30, tzinfo=dt.UTC),
        "unit_cost": Decimal(8),
        "unit_retail": Decimal(10), "ratio": Decimal(1), "cost": Decimal(8), "retail": Decimal(10), "raw": {},
    }  # fmt: skip
    return InvoiceRow(**(given_values | values))


def judge(subscription=Cadence.UNKNOWN, *, is_proration=False, **values):
    """Motion and kind of a row whose subscription has that cadence."""
    verdict = classify(record(**values), cadence=subscription, has_customer=True, is_proration=is_proration)
    return verdict.motion, verdict.kind


@pytest.mark.parametrize(
    ("cadence", "expected"),
    [
        (Cadence.MONTHLY, ("seat_monthly", "recurring")),
        (Cadence.USAGE, ("azure_plan", "usage")),
        (Cadence.ANNUAL, ("seat_annual", "one_time")),
    ],
)
def test_cadence_of_the_subscription_decides(cadence, expected):
    assert judge(cadence) == expected
    assert judge(cadence, cadence=Cadence.MONTHLY) == expected


def test_row_speaks_for_itself_where_the_subscription_is_silent():
    assert judge(cadence=Cadence.ANNUAL) == ("seat_annual", "one_time")


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, ("seat_monthly", "recurring")),
        (31, ("seat_monthly", "recurring")),
        (32, (None, "unknown")),
        (349, (None, "unknown")),
        (350, ("seat_annual", "one_time")),
        (-1, (None, "unknown")),
    ],
)
def test_length_of_the_charge_decides_where_nobody_speaks(days, expected):
    start = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
    assert judge(start=start, end=start + dt.timedelta(days=days)) == expected


def test_azure_plan_is_known_by_its_name():
    assert judge(product_name="Azure plan") == ("azure_plan", "usage")


def test_part_of_a_month_is_a_proration():
    assert judge(Cadence.MONTHLY, ratio=Decimal("0.5")) == ("seat_monthly", "proration")


@pytest.mark.parametrize("cadence", [Cadence.MONTHLY, Cadence.USAGE, Cadence.ANNUAL])
@pytest.mark.parametrize("sign", [{"quantity": Decimal(-1)}, {"cost": Decimal(-8)}, {"retail": Decimal(-10)}])
def test_negative_row_is_proration_or_credit_in_every_motion(cadence, sign):
    motion = judge(cadence)[0]
    assert judge(cadence, is_proration=True, **sign) == (motion, "proration")
    assert judge(cadence, **sign) == (motion, "credit")


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"subscription_id": ""}, NO_SUBSCRIPTION),
        ({"has_customer": False}, NO_CUSTOMER),
        ({"end": dt.datetime(2026, 12, 1, tzinfo=dt.UTC)}, NO_MOTION),
    ],
)
def test_row_that_fits_no_rule_is_unknown_and_says_why(values, problem):
    has_customer = values.pop("has_customer", True)
    verdict = classify(record(**values), cadence=Cadence.UNKNOWN, has_customer=has_customer, is_proration=False)
    assert (verdict.kind, verdict.problem) == ("unknown", problem)


def test_period_is_counted_in_the_offset_given():
    east = dt.timezone(dt.timedelta(hours=10))
    start, end = dt.datetime(2026, 9, 1, tzinfo=east), dt.datetime(2027, 8, 31, tzinfo=east)
    month = classify(record(start=start), cadence=Cadence.MONTHLY, has_customer=True, is_proration=False)
    year = classify(record(start=start, end=end), cadence=Cadence.ANNUAL, has_customer=True, is_proration=False)
    assert (month.period, year.period) == ("2026-09", "2026-09-01/2027-08-31")
