"""Everything of the inbox that a person can answer, one by one: what it is about, and the answers. Inside the scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from syncs.models import Finding, Run

LINE = "line"  # what *adopt* needs: which of the lines that are there
APPLY, DISCARD, SEEN = "apply", "discard", "seen"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, what it brings about, and what must be said with it."""

    choice: str
    label: str
    effect: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiting:
    """An item by an id that no other one has; ``about`` is the row behind it, ``money`` retail in currency units."""

    id: str
    kind: str
    about: Finding | SourceInvoice | Run
    answers: tuple[Answer, ...]
    text: str
    money: Decimal
    proposal: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    def answer(self, choice: str) -> Answer | None:
        """The answer of that name, None where it is not offered."""
        return next((one for one in self.answers if one.choice == choice), None)


def list_waiting(programs: Sequence[Program]) -> list[Waiting]:
    """All that waits for an answer: plans, held invoices, items most money first, and warnings to be marked as seen."""
    items = items_of(list(decidable()), programs)
    warnings = notable().filter(severity=Severity.WARNING)
    return [
        *(_plan(run) for run in waiting_runs()),
        *(_invoice(invoice) for invoice in held_invoices()),
        *(_item(item) for item in items),
        *(_warning(finding) for finding in warnings),
    ]


def waiting_json(items: Iterable[Waiting]) -> dict[str, Any]:
    """As the ``decide`` command lists them; amounts are decimal strings."""
    return {
        "items": [
            {
                "id": item.id,
                "kind": item.kind,
                "choices": [
                    {"choice": one.choice, "label": one.label, "needs": list(one.needs), "effect": one.effect}
                    for one in item.answers
                ],
                "proposal": item.proposal,
                "money": plain(item.money),
                "facts": {"text": item.text} | item.facts,
            }
            for item in items
        ]
    }


def _plan(run: Run) -> Waiting:
    answers = (
        Answer(APPLY, "Apply", "The plan is written; a template that changed since is planned again first."),
        Answer(DISCARD, "Discard", "Nothing of it is written; the next sync plans again."),
    )
    reason = f"The plan of run {run.pk} waits: {run.waiting_for}"
    money = sum(run.changes.filter(state="planned").values_list("retail", flat=True), Decimal(0))
    return Waiting(f"plan-{run.pk}", "plan", run, answers, reason, money, facts={"run": run.pk, "changes": run.total})


def _invoice(invoice: SourceInvoice) -> Waiting:
    answers = (
        Answer("replaces", "Replaces them", "Only this invoice counts; those that it overlaps are taken back."),
        Answer("adds", "Adds to them", "Both count: their rows are summed."),
    )
    others = [one.other for one in overlap_facts(invoice)]
    named = ", ".join(other.number for other in others)
    return Waiting(
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


def _item(item: InboxItem) -> Waiting:
    finding = item.finding
    answers = tuple(
        Answer(one.value, one.label, one.help, (LINE,) if one.value == Chosen.ADOPT else ()) for one in item.choices
    )
    return Waiting(
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


def _warning(finding: Finding) -> Waiting:
    answers = (Answer(SEEN, "Mark as seen", "It is not shown again while its cause stands."),)
    facts = {"customer": finding.customer.name if finding.customer else ""}
    return Waiting(
        f"warning-{finding.pk}", finding.code, finding, answers, finding.text, finding.retail, finding.cure, facts
    )
