"""The verdict of a month comes of what became of each of its rows; it closes once invoices carry all of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from core.scope import partner_scope
from money.enums import PartRole, PartState
from programs.models import Program
from syncs.models import BilledRun, Part, Posting
from syncs.proving.months import prove_months
from syncs.proving.verdicts import closed_months, judge_programs
from tests import factories as make
from tests.portal.cast import Cast
from tests.portal.conftest import cast

__all__ = ["cast"]

Judge = Callable[..., tuple[str, bool, bool]]


@pytest.fixture
def judge(cast: Cast) -> Judge:
    """Verdict, whether it is closed, and whether the account is exact, of a month with one row per state of a part."""

    def judged(*states: tuple[str, str]) -> tuple[str, bool, bool]:
        with partner_scope(cast.northwind.pk):
            mapping = make.MappingFactory()
            invoice = make.SourceInvoiceFactory(source=mapping.program.source)
            for place, (state, amount) in enumerate(states):
                _charge(mapping, invoice, place, state, Decimal(amount))
            program = Program.objects.select_related("source", "target", "partner").get()
            prove_months(program, ())
            (month,) = judge_programs([program])[program.pk].months
            return str(month.verdict), dt.date(2026, 9, 1) in closed_months(program), month.account.balanced

    return judged


def _charge(mapping: Any, invoice: Any, place: int, state: str, amount: Decimal) -> None:
    subscription = make.SubscriptionFactory(customer=mapping.customer)
    sums = {"cost": amount, "retail": amount}
    make.ChargeFactory(
        invoice=invoice, customer=mapping.customer, subscription=subscription,
        raw={"SubTotal": str(amount), "SubTotalRrp": str(amount)}, **sums,
    )  # fmt: skip
    posting = Posting.objects.create(
        program=mapping.program, customer=mapping.customer, subscription=subscription, motion=mapping.motion,
        period="2026-09", fingerprint="", template_id="1", charge_count=1, source_cost=amount, source_retail=amount,
    )  # fmt: skip
    Part.objects.create(posting=posting, role=PartRole.RECURRING, mark=f"BS:{place}", state=state, **sums)


@pytest.mark.parametrize(
    ("states", "verdict", "closed"),
    [
        ([(PartState.BILLED, "10"), (PartState.EXCLUDED, "5")], "complete", True),
        ([(PartState.BILLED, "10"), (PartState.SYNCED, "5")], "complete", False),
        ([(PartState.SYNCED, "5"), (PartState.SYNCED, "-5")], "complete", False),
        ([(PartState.BILLED, "10"), (PartState.HELD, "5")], "not_complete", False),
        ([(PartState.HELD, "5"), (PartState.HELD, "-5")], "not_complete", False),
        ([(PartState.BILLED, "10"), (PartState.FAILED, "5")], "not_right", False),
        ([(PartState.FAILED, "5"), (PartState.FAILED, "-5")], "not_right", False),
    ],
)
def test_verdict_of_a_month(judge: Judge, states: list[tuple[str, str]], verdict: str, closed: bool) -> None:
    assert judge(*states) == (verdict, closed, True)


def test_month_that_a_run_billed_once_more_is_not_right(judge: Judge, cast: Cast) -> None:
    before = judge((PartState.BILLED, "10"))
    with partner_scope(cast.northwind.pk):
        program, posting = Program.objects.get(), Posting.objects.get()
        of = {"program": program, "customer": posting.customer, "subscription": posting.subscription}
        values = {"quantity": 1, "price": 10, "written_quantity": 1, "written_price": 10, "stood_for": "2026-09"}
        for number, period in (("7", "2026-09"), ("8", "")):
            BilledRun.objects.create(
                invoice_id=number,
                invoice_number=number,
                motion=posting.motion,
                mark="BS:0",
                period=period,
                **of,
                **values,
            )
        prove_months(program, ())
        (month,) = judge_programs([program])[program.pk].months

    assert (before[0], str(month.verdict)) == ("complete", "not_right")
