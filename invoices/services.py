"""What pages, commands and syncs may do with imported invoices."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from connectors import registry
from core.audit import Actor, record
from invoices.billing_items import recount_invoices
from invoices.importing import ImportProblem, ImportReport, import_invoices, record_start
from invoices.models import InvoiceOverlap, InvoiceState, OverlapChoice, SourceInvoice
from invoices.overlaps import mirroring_rows
from invoices.reclassifying import prorations_among, reclassify_unknown
from invoices.start import awaits_start, record_baseline
from money.enums import Kind

__all__ = [
    "DecisionRefused",
    "ImportProblem",
    "ImportReport",
    "awaits_start",
    "decide_overlap",
    "import_invoices",
    "reclassify_unknown",
    "record_baseline",
    "record_start",
    "undo_overlap_decision",
]


class DecisionRefused(Exception):
    """The decision cannot be taken or undone; ``str(error)`` says why."""


def decide_overlap(*, invoice: SourceInvoice, choice: str, actor: Actor) -> None:
    """Say what a held invoice is to those it overlaps; from then on it counts.

    ``replaces``: they no longer count. ``adds``: they go on counting; the rows of a reversal that
    mirror theirs take back what those charged. Nothing is planned here. Call it inside the scope.
    """
    held = SourceInvoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if held.state != InvoiceState.HELD:
        raise DecisionRefused(f"Invoice {held.number} is not held.")
    if choice not in OverlapChoice.values:
        raise DecisionRefused(f"“{choice}” is neither replaces nor adds.")
    if choice == OverlapChoice.REPLACES:
        _overlapped(held).filter(state=InvoiceState.COUNTED).update(state=InvoiceState.REPLACED)
    elif held.reversal:
        mirroring_rows(held).filter(kind=Kind.CREDIT).update(kind=Kind.PRORATION)
    _set(held, InvoiceState.COUNTED, choice)
    recount_invoices([held, *_overlapped(held)])
    record(actor, "invoice.decided", f"Invoice {held.number} {choice} {_names(held)}")
    invoice.refresh_from_db()


def undo_overlap_decision(*, invoice: SourceInvoice, planned: bool, actor: Actor) -> None:
    """Hold the invoice again, as before the decision. Call it inside the scope.

    ``planned`` says whether anything was planned from it since: then the decision stands.
    """
    decided = SourceInvoice.objects.select_for_update(no_key=True).get(pk=invoice.pk)
    if not decided.overlap_choice:
        raise DecisionRefused(f"Nobody decided about invoice {decided.number}.")
    if planned:
        raise DecisionRefused(f"Invoice {decided.number} was planned with this decision, so it stands.")
    if decided.overlap_choice == OverlapChoice.REPLACES:
        _count_again(decided)
    elif decided.reversal:
        _make_credits_again(decided)
    _set(decided, InvoiceState.HELD, "")
    recount_invoices([decided, *_overlapped(decided)])
    record(actor, "invoice.undecided", f"Invoice {decided.number} is held again")
    invoice.refresh_from_db()


def _set(invoice: SourceInvoice, state: InvoiceState, choice: str) -> None:
    invoice.state, invoice.overlap_choice = state, choice
    invoice.overlap_decided_at = timezone.now() if choice else None
    invoice.save(update_fields=["state", "overlap_choice", "overlap_decided_at"])


def _overlapped(invoice: SourceInvoice) -> QuerySet[SourceInvoice]:
    return SourceInvoice.objects.filter(pk__in=InvoiceOverlap.objects.filter(held=invoice).values("other_id"))


def _count_again(invoice: SourceInvoice) -> None:
    """What only this invoice replaced counts again."""
    elsewhere = InvoiceOverlap.objects.filter(held__overlap_choice=OverlapChoice.REPLACES).exclude(held=invoice)
    freed = _overlapped(invoice).exclude(pk__in=elsewhere.values("other_id"))
    freed.filter(state=InvoiceState.REPLACED).update(state=InvoiceState.COUNTED)


def _make_credits_again(invoice: SourceInvoice) -> None:
    rows = mirroring_rows(invoice)
    refs = set(rows.values_list("subscription_ref", flat=True))
    read_row = registry.get_source(invoice.source.system).read_row
    prorations = prorations_among(invoice, refs, read_row)
    rows.filter(kind=Kind.PRORATION).exclude(line__in=prorations).update(kind=Kind.CREDIT)


def _names(invoice: SourceInvoice) -> str:
    return ", ".join(_overlapped(invoice).order_by("month", "number").values_list("number", flat=True))
