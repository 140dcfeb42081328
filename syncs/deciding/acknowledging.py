"""Warnings that a person knows of are no longer shown while they stand."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone

from core.audit import Actor, Fact, record_all
from money.enums import Severity
from syncs.errors import SyncRefused
from syncs.models import Finding


def mark_seen(*, findings: QuerySet[Finding], actor: Actor) -> int:
    """Warnings that a person knows of are no longer shown while they stand; answers how many. Errors stay."""
    warnings = findings.filter(severity=Severity.WARNING, subject="", closed_at=None, seen_at=None)
    texts = list(warnings.values_list("pk", "text"))
    if not texts:
        raise SyncRefused("There is no warning to mark as seen.")
    ids = [pk for pk, _ in texts]
    Finding.objects.filter(pk__in=ids).update(seen_at=timezone.now(), seen_by=actor.user_id)
    record_all(actor, [Fact("warning.seen", text) for _, text in texts])
    return len(ids)


def undo_seen(*, at: dt.datetime, actor: Actor) -> int:
    """Show again what was marked as seen in one go; answers how many."""
    seen = Finding.objects.filter(seen_at=at, closed_at=None)
    record_all(actor, [Fact("warning.unseen", text) for text in seen.values_list("text", flat=True)])
    return seen.update(seen_at=None, seen_by=None)
