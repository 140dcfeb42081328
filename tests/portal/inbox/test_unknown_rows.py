"""Rows that fit no rule are answered: billed by hand, or not billed. Then they count as excluded."""

from __future__ import annotations

import pytest

from core.scope import partner_scope
from invoices.models import Charge
from invoices.unknown import unknown_subject
from programs.models import Program
from syncs.facts.surveying import survey
from syncs.models import Decision, Finding
from syncs.proving.month_accounts import read_month
from tests import factories as make
from tests.portal.cast import Cast, Shop

PROBLEM = "The row names no subscription."


@pytest.fixture
def finding(cast: Cast, shop: Shop) -> Finding:
    """A row of the shop's invoice fits no rule, and a sync has said so."""
    with partner_scope(cast.northwind.pk):
        row = shop.invoice.charges.earliest("pk")
        Charge.objects.filter(pk=row.pk).update(kind="unknown", problem=PROBLEM, subscription_ref="")
        (note,) = [each for each in survey(Program.objects.get(pk=shop.program.pk)) if each.code == "unknown_rows"]
        found: Finding = make.FindingFactory(
            last_run=shop.run, code=note.code, subject=note.subject, text=note.text, retail=note.retail
        )
        return found


def answer(cast: Cast, shop: Shop, finding: Finding, choice: str, who: str = "bob") -> int:
    data = {"program": shop.program.pk, "subject": finding.subject, "choice": choice}
    return int(cast.client(who).post("/p/northwind/inbox/decide/", data).status_code)


def test_item_names_the_rows_and_both_answers(cast: Cast, shop: Shop, finding: Finding) -> None:
    page = cast.client("bob").get("/p/northwind/inbox/").content.decode()

    with partner_scope(cast.northwind.pk):
        row = Charge.objects.get(kind="unknown")
    assert f"1000013, line {row.line}" in page
    assert "Billed by hand" in page
    assert "Do not bill" in page


@pytest.mark.parametrize("choice", ["by_hand", "leave_out"])
def test_answered_rows_are_excluded_and_wait_no_more(cast: Cast, shop: Shop, finding: Finding, choice: str) -> None:
    with partner_scope(cast.northwind.pk):
        before = read_month(shop.program, shop.invoice.month)

    answer(cast, shop, finding, choice)

    with partner_scope(cast.northwind.pk):
        after = read_month(shop.program, shop.invoice.month)
        assert [each for each in survey(shop.program) if each.code == "unknown_rows"] == []
    assert before.retail_of("unknown") != 0
    assert after.retail_of("unknown") == 0
    assert after.retail_of("excluded") - before.retail_of("excluded") == before.retail_of("unknown")
    assert after.balanced


def test_answer_is_undone(cast: Cast, shop: Shop, finding: Finding) -> None:
    answer(cast, shop, finding, "by_hand")
    with partner_scope(cast.northwind.pk):
        decision = Decision.objects.get()

    cast.client("bob").post(
        "/p/northwind/inbox/undo/", {"program": shop.program.pk, "at": decision.decided_at.isoformat()}
    )

    with partner_scope(cast.northwind.pk):
        assert not Decision.objects.exists()
        assert Charge.objects.get(kind="unknown").set_aside == ""


def test_rows_of_another_reason_are_left_alone(cast: Cast, shop: Shop, finding: Finding) -> None:
    with partner_scope(cast.northwind.pk):
        other = make.ChargeFactory(invoice=shop.invoice, kind="unknown", problem="Something else.", line=99)

    answer(cast, shop, finding, "leave_out")

    with partner_scope(cast.northwind.pk):
        assert Charge.objects.get(pk=other.pk).set_aside == ""


def test_viewer_and_stranger_answer_nothing(cast: Cast, shop: Shop, finding: Finding) -> None:
    assert answer(cast, shop, finding, "leave_out", "vera") == 403
    assert answer(cast, shop, finding, "leave_out", "charlie") == 404
    with partner_scope(cast.northwind.pk):
        assert Charge.objects.get(kind="unknown").set_aside == ""


def test_question_of_nobody_is_refused(cast: Cast, shop: Shop, finding: Finding) -> None:
    with partner_scope(cast.northwind.pk):
        Finding.objects.filter(pk=finding.pk).update(subject=unknown_subject(shop.invoice.pk, "Never said."))
        finding.refresh_from_db()

    answer(cast, shop, finding, "leave_out")

    with partner_scope(cast.northwind.pk):
        assert not Decision.objects.exists()
