"""What waits for a person, over all programs of the open partner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, QuerySet, Sum

from connectors.records import TemplateLine
from customers.models import Template
from customers.target_copy import template_record
from invoices.models import Charge, InvoiceState, Kind, SourceInvoice
from syncs.models import Change, Decision, Finding, Line, Run, RunState, Severity
from syncs.planning.holds import CHOICES

OVERLAP = "overlap:"  # subjects of held invoices, which are shown with their own facts
UNKNOWN_ROWS, NOT_MAPPED = "unknown_rows", "not_mapped"  # codes of findings

# What a choice is called on its button, and what it brings about.
CHOICE_WORDS = {
    "adopt": ("Adopt the line", "The line that is there becomes ours: its quantity and price follow the invoice."),
    "keep": ("Keep both", "Ours is added beside the line that is there."),
    "exclude": ("Exclude", "The subscription is not synced."),
    "apply": ("Apply", "It is written as a one-time line."),
    "dismiss": ("Dismiss", "It is not billed, and counts as excluded."),
    "again": ("Write it again", "The one-time line is added once more."),
    "billed": ("It was billed", "It counts as synced and is not written again."),
    "remove": ("Remove the lines", "The lines left behind are taken off the template."),
    "leave": ("Leave them", "The lines stay on the template and are yours."),
    "take_up": ("Take it up", "The next sync plans these months: recurring amounts are proposed one by one."),
    "pass": ("Leave it", "It counts as not mapped and is not billed."),
}


@dataclass(frozen=True, slots=True)
class ChoiceButton:
    """One answer to a held item."""

    value: str
    label: str
    help: str


def count_waiting() -> int:
    """How many items wait for a person's decision; the number in the menu."""
    return waiting_runs().count() + held_invoices().count() + decidable().count()


def waiting_runs() -> QuerySet[Run]:
    """Plans that wait for Apply or Discard."""
    return Run.objects.filter(state=RunState.WAITING, preview=False).select_related("program").order_by("-created_at")


def held_invoices() -> QuerySet[SourceInvoice]:
    """Invoices that overlap imported ones and wait for *replaces* or *adds*."""
    return (
        SourceInvoice.objects.filter(state=InvoiceState.HELD)
        .prefetch_related("overlaps__other")
        .annotate(retail=F("charged_retail"))
        .order_by("-month", "-pk")
    )


def changed_invoices() -> QuerySet[SourceInvoice]:
    """Invoices that the source changed after their import; never planned anew by themselves."""
    return SourceInvoice.objects.exclude(changed_hash="").order_by("-month", "-pk")


def decidable() -> QuerySet[Finding]:
    """Open findings with a subject: a person may decide about them. Most money first."""
    return _open_findings().exclude(subject="").exclude(subject__startswith=OVERLAP).order_by("-retail", "pk")


def notable() -> QuerySet[Finding]:
    """Open warnings and errors that no button decides, but for what the inbox shows by itself."""
    loud = (Severity.WARNING, Severity.ERROR)
    found = _open_findings().filter(subject="", severity__in=loud).exclude(code=UNKNOWN_ROWS)
    return found.order_by("severity", "-retail", "pk")


def unmapped_money() -> Decimal:
    """Retail of the newest month that belongs to customers nobody mapped, as the last runs found it."""
    found = _open_findings().filter(code=NOT_MAPPED).aggregate(retail=Sum("retail"))
    return found["retail"] or Decimal(0)


@dataclass(frozen=True, slots=True)
class Decided:
    """An answer that somebody gave; ``text`` is what it was about, in the words of the inbox."""

    decision: Decision
    label: str
    text: str


def recent_decisions() -> list[Decided]:
    """What people decided last, for Undo. Two queries."""
    decisions = list(Decision.objects.select_related("program", "decided_by").order_by("-decided_at")[:10])
    about = Finding.objects.filter(subject__in=[decision.subject for decision in decisions]).order_by("pk")
    texts = dict(about.values_list("subject", "text"))
    return [
        Decided(decision, CHOICE_WORDS[decision.choice][0], texts.get(decision.subject, decision.subject))
        for decision in decisions
    ]


@dataclass(frozen=True, slots=True)
class Item:
    """A finding to decide about, with its answers; ``lines`` are those that *adopt* may take over."""

    finding: Finding
    choices: list[ChoiceButton]
    lines: list[TemplateLine]


def items_of(findings: Sequence[Finding]) -> list[Item]:
    """Findings with what a person needs to decide. Three queries, whatever their number."""
    lines = _adoptable_lines([finding.subject for finding in findings])
    return [Item(finding, choices_of(finding.subject), lines.get(finding.subject, [])) for finding in findings]


def choices_of(subject: str) -> list[ChoiceButton]:
    """The answers that a subject allows."""
    kind = subject.partition(":")[0]
    return [ChoiceButton(value, *CHOICE_WORDS[value]) for value in CHOICES.get(kind, ())]


@dataclass(frozen=True, slots=True)
class UnknownRows:
    """Rows of an invoice that fit no rule."""

    invoice: SourceInvoice
    rows: int
    retail: Decimal


def unknown_rows() -> list[UnknownRows]:
    """Unknown rows of the invoices that count, newest invoice first; at most 20 invoices."""
    sums = list(
        Charge.objects.filter(kind=Kind.UNKNOWN, invoice__state=InvoiceState.COUNTED, invoice__past=False)
        .values("invoice_id")
        .annotate(rows=Count("pk"), retail=Sum("retail"))
        .order_by("-invoice__month", "-invoice_id")[:20]
    )
    invoices = SourceInvoice.objects.in_bulk([row["invoice_id"] for row in sums])
    return [UnknownRows(invoices[row["invoice_id"]], row["rows"], row["retail"]) for row in sums]


def _open_findings() -> QuerySet[Finding]:
    return Finding.objects.filter(closed_at=None).select_related("customer", "program", "last_run")


def _adoptable_lines(subjects: Sequence[str]) -> dict[str, list[TemplateLine]]:
    """Lines typed in by hand with the product of the held change, by its subject."""
    held = Change.objects.filter(subject__in=subjects, hold="conflict").exclude(template_id=None)
    changes = {change.subject: change for change in held.select_related("run__program").order_by("pk")}
    ids = {change.template_id for change in changes.values() if change.template_id is not None}
    templates = {(row.target_id, row.external_id): row for row in Template.objects.filter(external_id__in=ids)}
    ours = set(Line.objects.filter(template_id__in=ids).values_list("template_id", "line_id"))
    found: dict[str, list[TemplateLine]] = {}
    for subject, change in changes.items():
        row = templates.get((change.run.program.target_id, change.template_id or 0))
        product = (change.after or {}).get("product_id")
        found[subject] = [
            line
            for line in (template_record(row).lines if row else ())
            if (line.template_id, line.line_id) not in ours and line.product_id == product
        ]
    return found
