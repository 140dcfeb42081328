"""What a person may decide about and has not answered. Inside the scope."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from syncs.models import Decision, Finding

OVERLAP = "overlap:"  # subjects of held invoices, which are shown with their own facts


def open_questions() -> QuerySet[Finding]:
    """Open findings with a question that nobody has answered, of all programs; not those about held invoices."""
    found = Finding.objects.filter(closed_at=None).exclude(subject="").exclude(subject__startswith=OVERLAP)
    return found.exclude(_answered())


def _answered() -> Exists:
    """Somebody answered after the run began that last reported it: the next sync carries that out."""
    decisions = Decision.objects.filter(program=OuterRef("program"), subject=OuterRef("subject"))
    return Exists(decisions.filter(decided_at__gt=OuterRef("last_run__created_at")))
