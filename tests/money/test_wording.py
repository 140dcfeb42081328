"""What a line is called and says, and how an amount came about."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from money.enums import PartRole
from money.facts import ChargeFact
from money.wording import (
    adjustment_text,
    catch_up_text,
    charge_text,
    credit_text,
    line_name,
    made_of_text,
    product_name,
    rows_text,
    usage_text,
)
from tests.money.charge_facts import make_charge
from tests.money.plan_facts import PERIOD, PRODUCT


@pytest.mark.parametrize(
    ("role", "name"),
    [
        (PartRole.ADJUSTMENT, "Business Premium (adjustment, Oct 2026)"),
        (PartRole.CREDIT, "Business Premium (credit, Oct 2026)"),
        *(
            (role, "Business Premium")
            for role in (PartRole.RECURRING, PartRole.USAGE, PartRole.CHARGE, PartRole.CATCH_UP)
        ),
    ],
)
def test_line_has_the_name_of_its_product_and_what_it_is(role: PartRole, name: str) -> None:
    assert line_name(PRODUCT, PERIOD, role) == name


def test_texts_of_lines_name_the_product_and_the_period() -> None:
    two_lines = replace(PERIOD, product=replace(PRODUCT, name="Business\nPremium"))
    year = replace(two_lines, period="2026-10-01/2027-09-30")

    assert product_name(two_lines) == "Business Premium"
    assert product_name(replace(PERIOD, product=None)) == "s1"
    assert adjustment_text(two_lines) == "Adjustment, Oct 2026: Business Premium"
    assert credit_text(two_lines) == "Credit, Oct 2026: Business Premium"
    assert usage_text(two_lines) == "Business Premium, usage Oct 2026"
    assert charge_text(year) == "Business Premium, 01 Oct 2026 to 30 Sep 2027"
    assert catch_up_text(two_lines, Decimal("9.50")) == "Business Premium, Oct 2026, 9.50 not billed before"
    assert catch_up_text(two_lines, Decimal("9.00")) == "Business Premium, Oct 2026, 9 not billed before"


def test_rows_are_told_by_their_seats_and_ratio() -> None:
    rows = [make_charge(seats="8", ratio="0.70"), make_charge(seats="-2"), make_charge(seats="10", ratio="10")]

    assert rows_text(rows) == "8 x ratio 0.7 + -2 x ratio 1 + 10 x ratio 10"
    assert rows_text(rows[:1]) == "8 x ratio 0.7"


def back(amount: str, number: str = "I2") -> ChargeFact:
    return replace(make_charge(amount=amount, cost_amount="0"), invoice_number=number)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([back("-3.00")], "invoice I2"),
        ([back("-30.33"), back("24.27")], "invoice I2: -30.33 + 24.27"),
        ([back("-3.00"), back("-2.00", "I3")], "invoices I2, I3: -3.00 - 2.00"),
        ([back("-3.00"), back("0.00")], "invoice I2: -3.00 + 0.00"),
        ([back("-1.00")] * 6, "invoice I2: -1.00 - 1.00 - 1.00 - 1.00 - 1.00 - 1.00"),
        ([back("-1.00")] * 8, "invoice I2: -1.00 - 1.00 - 1.00 - 1.00 - 1.00 - 1.00 and 2 more rows"),
    ],
)
def test_credit_is_made_of_the_rows_of_its_invoices_six_of_them_named(rows: list[ChargeFact], text: str) -> None:
    assert made_of_text(rows) == text
