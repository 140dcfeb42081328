"""What pages, commands and syncs may do with imported invoices."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils import timezone

from core.audit import Actor, record
from invoices.billing_items import recount_invoices
from invoices.importing import ImportProblem, ImportReport, import_invoices, record_start
from invoices.models import Charge, InvoiceOverlap, InvoiceState, OverlapChoice, SetAside, SourceInvoice
from invoices.overlaps import CHARGED_TWICE, mirroring_rows, settle_again
from invoices.reclassifying import reclassify_unknown
from invoices.start import awaits_start, record_baseline
from invoices.together import regroup
from invoices.unknown import unknown_rows_of
from money.enums import Kind

__all__ = [
    "DecisionRefused",
    "ImportProblem",
    "ImportReport",
    "awaits_start",
    "decide_overlap",
    "hold_row_again",
    "import_invoices",
    "reclassify_unknown",
    "record_baseline",
    "record_start",
    "settle_row",
    "undo_overlap_decision",
]


TAKEN_BACK_BEFORE = "What it takes back no longer counts, so there is nothing to take back."


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
    if choice == OverlapChoice.REPLACES and held.reversal:
        raise DecisionRefused(f"Invoice {held.number} only takes back, so it replaces none.")
    overlapped = list(_overlapped(held))
    if choice == OverlapChoice.REPLACES:
        _overlapped(held).filter(state=InvoiceState.COUNTED).update(state=InvoiceState.REPLACED)
    _set(held, InvoiceState.COUNTED, choice)
    _settle_mirrors([held, *_mirrors_of(overlapped)])
    settle_again([other.pk for other in overlapped])
    recount_invoices([held, *overlapped])
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
    overlapped = list(_overlapped(decided))
    if decided.overlap_choice == OverlapChoice.REPLACES:
        _count_again(decided)
    elif decided.reversal:
        _make_credits_again(decided)
    _set(decided, InvoiceState.HELD, "")
    _settle_mirrors(_mirrors_of(overlapped))
    settle_again([decided.pk])
    recount_invoices([decided, *overlapped])
    record(actor, "invoice.undecided", f"Invoice {decided.number} is held again")
    invoice.refresh_from_db()


def settle_row(*, charge_id: int, counts: bool) -> None:
    """Say of a row that is held alone whether it counts; the next sync plans with that. Inside the scope.

    Nobody is told: the answer is recorded where it is given.
    """
    _set_row(charge_id, SetAside.HELD, "" if counts else SetAside.EXCLUDED)


def hold_row_again(*, charge_id: int) -> None:
    """Take back what was said of a row. Inside the scope."""
    _set_row(charge_id, ("", SetAside.EXCLUDED), SetAside.HELD)


def settle_unknown(*, subject: str, bills: bool) -> None:
    """Leave unknown rows out for good, or have them wait again (``bills``). Inside the scope.

    What is left out is not classified anew by later imports: whoever bills it by hand is not billed twice. Nobody is
    told: the answer is recorded where it is given.
    """
    before, now = (SetAside.EXCLUDED, "") if bills else ("", SetAside.EXCLUDED)
    rows = Charge.objects.filter(pk__in=unknown_rows_of([subject])[subject], set_aside=before)
    if not rows.update(set_aside=now):
        raise DecisionRefused("These rows do not wait for an answer any more.")


def _set_row(charge_id: int, before: str | tuple[str, ...], now: str) -> None:
    earlier = (before,) if isinstance(before, str) else before
    found = Charge.objects.select_related("invoice").filter(pk=charge_id, set_aside__in=earlier).first()
    if found is None:
        raise DecisionRefused("The row does not wait for an answer any more.")
    if not found.set_aside and found.kind != Kind.UNKNOWN:
        raise DecisionRefused("A sync took the row up already, so the answer stands.")
    found.set_aside, found.kind = now, Kind.UNKNOWN  # one that counts is classified anew by the next import
    found.problem = "" if not now else CHARGED_TWICE
    found.save(update_fields=["set_aside", "kind", "problem"])
    recount_invoices([found.invoice], also=[found.customer_id] if found.customer_id else [])


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


def _mirrors_of(originals: Iterable[SourceInvoice]) -> list[SourceInvoice]:
    """Counted invoices that a person let take back rows of these."""
    taking = SourceInvoice.objects.filter(
        state=InvoiceState.COUNTED, reversal=True, overlaps__other__in=list(originals)
    )
    return list(taking.distinct())


def _settle_mirrors(mirrors: Iterable[SourceInvoice]) -> None:
    """What mirrors a row that counts takes it back; what mirrors one that does not is set aside: never twice."""
    for mirror in mirrors:
        if not mirror.reversal:
            continue
        for other, rows in mirroring_rows(mirror).items():
            mirroring = Charge.objects.filter(invoice=mirror, pk__in=rows)
            if SourceInvoice.objects.filter(pk=other, state=InvoiceState.COUNTED).exists():
                again = mirroring.filter(Q(kind=Kind.CREDIT) | Q(set_aside=SetAside.EXCLUDED))
                again.update(kind=Kind.PRORATION, set_aside="", problem="", credit="")
            else:
                mirroring.update(kind=Kind.UNKNOWN, set_aside=SetAside.EXCLUDED, problem=TAKEN_BACK_BEFORE, credit="")


def _make_credits_again(invoice: SourceInvoice) -> None:
    mirroring = [pk for rows in mirroring_rows(invoice).values() for pk in rows]
    rows = Charge.objects.filter(invoice=invoice, pk__in=mirroring)
    rows.filter(set_aside=SetAside.EXCLUDED).update(kind=Kind.CREDIT, set_aside="", problem="")
    regroup(invoice, set(rows.values_list("subscription_ref", flat=True)))


def _names(invoice: SourceInvoice) -> str:
    return ", ".join(_overlapped(invoice).order_by("month", "number").values_list("number", flat=True))
