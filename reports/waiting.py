"""Everything of the inbox that a person can answer, one by one: what it is about, and the answers. Inside the scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from invoices.models import SourceInvoice
from invoices.selectors import overlap_facts
from money.enums import Chosen, Severity
from money.words import plain
from programs.models import Program
from reports.inbox import decidable, held_invoices, notable, waiting_runs
from reports.inbox_items import InboxItem, items_of
from syncs.enums import ChangeState
from syncs.models import Finding, Run

LINE = "line"  # what *adopt* needs: which of the lines that are there
APPLY, DISCARD, SEEN = "apply", "discard", "seen"


@dataclass(frozen=True, slots=True)
class WaitingAnswer:
    """One answer, what it brings about, and what must be said with it."""

    choice: str
    label: str
    effect: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """An item by an id that no other one has; ``about`` is the row behind it, ``money`` retail in currency units."""

    id: str
    kind: str
    about: Finding | SourceInvoice | Run
    answers: tuple[WaitingAnswer, ...]
    text: str
    money: Decimal
    proposal: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    def answer(self, choice: str) -> WaitingAnswer | None:
        """The answer of that name, None where it is not offered."""
        return next((one for one in self.answers if one.choice == choice), None)

    def as_json(self) -> dict[str, Any]:
        """As the ``decide`` command lists it; amounts are decimal strings."""
        return {
            "id": self.id,
            "kind": self.kind,
            "choices": [
                {"choice": one.choice, "label": one.label, "needs": list(one.needs), "effect": one.effect}
                for one in self.answers
            ],
            "proposal": self.proposal,
            "money": plain(self.money),
            "facts": {"text": self.text} | self.facts,
        }


def list_waiting(programs: Sequence[Program]) -> list[WaitingItem]:
    """All that waits for an answer: plans, held invoices, items most money first, and warnings to be marked as seen."""
    items = items_of(list(decidable()), programs)
    warnings = notable().filter(severity=Severity.WARNING)
    return [
        *(_plan(run) for run in waiting_runs()),
        *(_invoice(invoice) for invoice in held_invoices()),
        *(_item(item) for item in items),
        *(_warning(finding) for finding in warnings),
    ]


def _plan(run: Run) -> WaitingItem:
    answers = (
        WaitingAnswer(APPLY, "Apply", "The plan is written; a template that changed since is planned again first."),
        WaitingAnswer(DISCARD, "Discard", "Nothing of it is written; the next sync plans again."),
    )
    reason = f"The plan of run {run.pk} waits: {run.waiting_for}"
    money = sum(run.changes.filter(state=ChangeState.PLANNED).values_list("retail", flat=True), Decimal(0))
    return WaitingItem(
        f"plan-{run.pk}", "plan", run, answers, reason, money, facts={"run": run.pk, "changes": run.total}
    )


def _invoice(invoice: SourceInvoice) -> WaitingItem:
    answers = (
        WaitingAnswer("replaces", "Replaces them", "Only this invoice counts; those that it overlaps are taken back."),
        WaitingAnswer("adds", "Adds to them", "Both count: their rows are summed."),
    )
    others = [one.other for one in overlap_facts(invoice)]
    named = ", ".join(other.number for other in others)
    return WaitingItem(
        f"invoice-{invoice.pk}",
        "invoice",
        invoice,
        answers[1:] if invoice.reversal else answers,
        f"Invoice {invoice.number} overlaps {named}",
        invoice.charged_retail,
        facts={
            "invoice": invoice.number,
            "period": f"{invoice.month:%Y-%m}",
            "overlaps": [{"invoice": other.number, "money": plain(other.charged_retail)} for other in others],
        },
    )


def _item(item: InboxItem) -> WaitingItem:
    finding = item.finding
    answers = tuple(
        WaitingAnswer(one.value, one.label, one.help, (LINE,) if one.value == Chosen.ADOPT else ())
        for one in item.choices
    )
    return WaitingItem(
        f"item-{finding.pk}",
        finding.subject.partition(":")[0],
        finding,
        answers,
        finding.text,
        finding.retail,
        finding.cure,
        {
            "subject": finding.subject,
            "customer": finding.customer.name if finding.customer else "",
            "period": item.period,
            "currency": item.currency,
            "adoptable": [
                {LINE: line.line_id, "name": line.name, "quantity": str(line.quantity)} for line in item.adoptable
            ],
            "rows": [
                {"invoice": row.invoice.number, "line": row.line, "money": plain(row.retail)} for row in item.charges
            ],
        },
    )


def _warning(finding: Finding) -> WaitingItem:
    answers = (WaitingAnswer(SEEN, "Mark as seen", "It is not shown again while its cause stands."),)
    facts = {"customer": finding.customer.name if finding.customer else ""}
    return WaitingItem(
        f"warning-{finding.pk}", finding.code, finding, answers, finding.text, finding.retail, finding.cure, facts
    )
