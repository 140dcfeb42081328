"""``manage.py decide``: what waits, and every answer of the inbox without a browser."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.models import AuditEntry
from core.scope import partner_scope
from customers.models import Template
from invoices.models import Charge, SetAside
from invoices.unknown import unknown_subject
from money.enums import Chosen, Question
from money.holds import CHOICES
from syncs.enums import ChangeState, RunState
from syncs.models import Decision, Finding, Run
from tests import factories as make
from tests.billingsync.commands.conftest import Outcome
from tests.billingsync.commands.conftest import Run as RunCommand
from tests.portal.cast import Cast, Shop

PAIRS = [(question, choice) for question, choices in CHOICES.items() for choice in choices]


@pytest.fixture
def decide(run: RunCommand, cast: Cast, shop: Shop) -> RunCommand:
    """The command, for Northwind."""
    return lambda *words: run("decide", "--partner", "northwind", *words)


def listed(decide: RunCommand) -> dict[str, dict[str, Any]]:
    """What waits, by id."""
    answered = decide("--list", "--json")
    assert answered.code == 0
    return {item["id"]: item for item in json.loads(answered.out)["items"]}


def ask(cast: Cast, shop: Shop, question: Question) -> str:
    """An item of that kind, with a line that can be adopted and a row that waits; its id in the list."""
    line = {
        "line_id": 77, "template_id": shop.template.external_id, "product_id": 900, "name": "Typed in by hand",
        "description": "", "quantity": "18", "retail_cents": 300, "cost_cents": 200, "taxable": True, "one_time": False,
    }  # fmt: skip
    with partner_scope(cast.northwind.pk):
        charge = Charge.objects.order_by("pk")[0]
        Charge.objects.filter(pk=charge.pk).update(set_aside=SetAside.HELD)
        subject = f"{question}:{charge.pk if question is Question.ROW else '2026-10'}"
        if question is Question.UNKNOWN:
            Charge.objects.filter(pk=charge.pk).update(set_aside="", kind="unknown", problem="It names nobody.")
            subject = unknown_subject(charge.invoice_id, "It names nobody.")
        Template.objects.filter(pk=shop.template.pk).update(lines=[line])
        make.ChangeFactory(
            run=shop.run, action="add_line", state=ChangeState.HELD, hold=question, subject=subject,
            template_id=shop.template.external_id, after={"product_id": 900, "name": "Sample", "quantity": "18"},
        )  # fmt: skip
        finding: Finding = make.FindingFactory(last_run=shop.run, code=question, subject=subject)
        return f"item-{finding.pk}"


def test_every_question_has_a_choice() -> None:
    assert set(CHOICES) == set(Question)
    assert {choice for _, choice in PAIRS} == set(Chosen)


@pytest.mark.parametrize(("question", "choice"), PAIRS)
def test_every_choice_of_every_question_can_be_given(cast: Cast, shop: Shop, decide: RunCommand, question, choice):
    item_id = ask(cast, shop, question)
    item = listed(decide)[item_id]
    (offered,) = [one for one in item["choices"] if one["choice"] == choice]
    needs = [word for name in offered["needs"] for word in ("--set", f"{name}=77")]

    answered = decide(item_id, choice, *needs, "--reason", "Asked Sam", "--as", "bob@northwind.example")

    assert (answered.code, item["kind"], item["money"]) == (0, question, "-19.16")
    assert [one["choice"] for one in item["choices"]] == list(CHOICES[question])
    assert offered["label"]
    assert offered["effect"] in answered.told
    with partner_scope(cast.northwind.pk):
        decision = Decision.objects.get()
        assert (decision.choice, decision.decided_by_id) == (choice, cast.users["bob"].pk)
        assert decision.line_id == ("77" if needs else None)
        assert "Asked Sam" in AuditEntry.objects.get(action="item.reason").text
    assert item_id not in listed(decide)


def test_held_invoice_is_answered(cast: Cast, shop: Shop, decide: RunCommand) -> None:
    item = listed(decide)[f"invoice-{shop.held.pk}"]

    assert [one["choice"] for one in item["choices"]] == ["replaces", "adds"]
    assert decide(item["id"], "adds").code == 0
    assert item["id"] not in listed(decide)
    with partner_scope(cast.northwind.pk):
        assert AuditEntry.objects.get(action="invoice.decided").actor_name == "Command line"


@pytest.mark.parametrize(("choice", "state"), [("apply", RunState.SETTLING), ("discard", RunState.DISCARDED)])
def test_waiting_plan_is_answered(cast: Cast, shop: Shop, decide: RunCommand, choice: str, state: RunState) -> None:
    with partner_scope(cast.northwind.pk):
        plan = make.RunFactory(program=shop.program, state=RunState.WAITING, waiting_for="Approval is required.")

    assert decide(f"plan-{plan.pk}", choice).code == 0
    with partner_scope(cast.northwind.pk):
        assert Run.objects.get(pk=plan.pk).state == state


def test_warning_is_marked_as_seen(cast: Cast, shop: Shop, decide: RunCommand) -> None:
    with partner_scope(cast.northwind.pk):
        warning = make.FindingFactory(last_run=shop.run, code="paused", subject="")

    assert decide(f"warning-{warning.pk}", "seen").code == 0
    assert f"warning-{warning.pk}" not in listed(decide)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "Either --list"),
        (["item-0", "apply"], "does not wait"),
        (["{item}", "again"], "is not a choice"),
        (["{item}", "adopt"], "needs --set line=ID"),
        (["{item}", "adopt", "--set", "line=78"], "none of its lines: 77"),
        (["{item}", "keep", "--set", "line=77"], "needs nothing"),
        (["{item}", "keep", "--as", "vera@northwind.example"], "no right"),
        (["{item}", "keep", "--as", "charlie@tailwind.example"], "no right"),
    ],
)
def test_answer_that_cannot_be_given_changes_nothing(
    cast: Cast, shop: Shop, decide: RunCommand, words: list[str], told: str
) -> None:
    item_id = ask(cast, shop, Question.CONFLICT)

    answered: Outcome = decide(*(word.format(item=item_id) for word in words))

    assert answered.code == 2
    assert told in answered.told
    assert item_id in listed(decide)
