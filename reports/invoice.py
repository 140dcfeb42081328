"""One invoice of a source: whether anything was made of it yet."""

from __future__ import annotations

from django.db.models import Q

from invoices.models import SourceInvoice
from syncs.enums import RunKind, RunState
from syncs.models import Posting, Run


def was_planned(invoice: SourceInvoice) -> bool:
    """True when a sync may have planned the invoice's subscriptions since it counts.

    What the invoices that it overlaps charged was planned before, and says nothing.
    """
    since = invoice.overlap_decided_at
    runs = Run.objects.filter(program__source=invoice.source_id, program__slug=invoice.program_slug, preview=False)
    later = runs.filter(kind=RunKind.BILLING).exclude(state=RunState.QUEUED)
    if since is not None and not later.filter(Q(finished_at=None) | Q(finished_at__gt=since)).exists():
        return False
    periods = invoice.charges.exclude(subscription=None).values("subscription_id", "period").distinct()
    subscriptions = {row["subscription_id"] for row in periods}
    postings = Posting.objects.filter(program__source=invoice.source_id, program__slug=invoice.program_slug)
    planned = postings.filter(subscription__in=subscriptions, period__in={row["period"] for row in periods})
    return planned.exists()
