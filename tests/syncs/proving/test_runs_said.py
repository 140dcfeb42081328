"""What is said of runs: periods that are billed again, and lines that somebody had edited before they were billed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Partner
from core.scope import partner_scope
from money.enums import Motion, Severity
from money.plan import Note
from programs.models import Program
from syncs.models import BilledRun
from syncs.proving.again import find_billed_again
from syncs.proving.by_hand import notes_of_edited_runs
from tests import factories as make

MARK = "BS:AAAAAAAAAA"


class Runs:
    """Runs of one customer's subscription."""

    def __init__(self) -> None:
        self.program: Program = make.ProgramFactory.create()
        self.customer = make.CustomerFactory(source=self.program.source, name="Northwind")
        self.subscription = make.SubscriptionFactory(customer=self.customer)

    def add(self, number: str, **values: Any) -> BilledRun:
        """A run of five at 10.00, as we had written the line, that an invoice of Syncro carries."""
        usual = {
            "mark": MARK, "motion": Motion.SEAT_MONTHLY, "stood_for": "2026-10", "quantity": 5, "price": Decimal(10),
            "written_quantity": 5, "written_price": Decimal(10),
        }  # fmt: skip
        told = usual | values
        of = {"program": self.program, "customer": self.customer, "subscription": self.subscription}
        return BilledRun.objects.create(invoice_id=number, invoice_number=f"No. {number}", **of, **told)


@pytest.fixture
def runs(partner: Partner) -> Iterator[Runs]:
    with partner_scope(partner.pk):
        yield Runs()


def test_period_that_one_more_invoice_carries_is_said_with_it(runs: Runs) -> None:
    runs.add("7", period="2026-10")
    runs.add("8")

    (found,) = find_billed_again(runs.program)

    assert found.note() == Note(
        Severity.WARNING,
        "billed_again",
        f"billed_again:{runs.customer.pk}:seat_monthly:2026-10:2",
        "Northwind: Oct 2026 is billed 2 times: No. 8 bills it once more, 50.00 in all.",
        "Set the frequency of the invoice template right. What was billed ahead is taken off the next amounts; "
        "what is left once a later month is regular is a credit.",
        customer_id=runs.customer.pk,
        retail=Decimal(50),
        motion="seat_monthly",
    )


def test_period_that_several_more_invoices_carry_is_said_once(runs: Runs) -> None:
    runs.add("8")
    runs.add("9", quantity=6)
    runs.add("9", mark="BS:BBBBBBBBBB")

    (found,) = find_billed_again(runs.program)

    assert (found.times, found.retail, list(found.invoices)) == (3, Decimal(150), ["No. 8", "No. 9"])
    assert "No. 8, No. 9 bill it once more, 150.00 in all." in found.text


def test_line_that_somebody_edited_before_it_was_billed_is_said_with_its_product(runs: Runs) -> None:
    for mark, name in ((MARK, "Business Premium"), ("BS:BBBBBBBBBB", "Another product")):
        product = make.ProductFactory(source=runs.program.source, name=name)
        make.LineFactory(program=runs.program, customer=runs.customer, mark=mark, product=product)
    run = runs.add("7", period="2026-10", quantity=7, by_hand=Decimal(20))
    runs.add("6", mark="BS:CCCCCCCCCC", stood_for="2026-09", by_hand=Decimal(1))  # a later run has come since

    (note,) = notes_of_edited_runs(runs.program)

    assert note == Note(
        Severity.WARNING,
        "billed_by_hand",
        f"billed_by_hand:{MARK}:7",
        "Northwind, Business Premium: billed differently by hand. Invoice No. 7 has 7 x 10.00 where our line for "
        "Oct 2026 was 5 x 10.00: 20.00 beside it.",
        "Nothing needs to be done where that is meant. Else correct it on the customer's next invoice.",
        customer_id=run.customer_id,
        retail=Decimal(20),
        motion="seat_monthly",
    )
