"""Runs that prove nothing, and held changes that were said before. Inside the scope."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from connections.models import CheckState, CredentialCheck
from core.bulk_saving import delete_some
from money.enums import Action
from syncs.deciding.restoring import STRANGE
from syncs.enums import ACTIVE_STATES, ChangeState, RunState
from syncs.models import Change, Finding, Run
from syncs.writing.repeats import drop_repeats

RUNS = 50  # of one transaction
THINNED = "plan_thinned"  # in the counts of a run


def prune_runs(before: dt.datetime) -> int:
    """Some runs that ended before, wrote nothing and are referred to by nothing open; how many, with their changes.

    Findings that are closed, and that such a run was the first or the last to report, go with it. So do tests of
    credentials.
    """
    over = Run.objects.filter(finished_at__lt=before).exclude(state__in=(*ACTIVE_STATES, RunState.WAITING))
    # The newest run of each kind says when the program was synced last, and what reading it rests on.
    newer = Run.objects.filter(program=OuterRef("program"), kind=OuterRef("kind"), preview=False, pk__gt=OuterRef("pk"))
    free = over.filter(Q(preview=True) | Exists(newer)).exclude(Exists(_open_findings())).exclude(_proves_open_month())
    free = free.exclude(basis__has_key=STRANGE)  # marks that a person was asked about, and is not asked again
    checks = CredentialCheck.objects.filter(asked_at__lt=before).exclude(state=CheckState.WAITING)
    return delete_some(free) + delete_some(checks)


def thin_runs(before: dt.datetime) -> int:
    """Held changes of runs that ended before, which say what an earlier run says; how many were taken out."""
    held = Change.objects.filter(run=OuterRef("pk"), state=ChangeState.HELD).exclude(mark="")
    over = Run.objects.filter(Exists(held), finished_at__lt=before, preview=False)
    over = over.exclude(state__in=(*ACTIVE_STATES, RunState.WAITING)).exclude(counts__has_key=THINNED)
    number = 0
    for run in over.order_by("-pk")[:RUNS]:
        number += drop_repeats(run)
        run.counts[THINNED] = 1  # looked through: no later night asks again
        run.save(update_fields=["counts"])
    return number


def _proves_open_month() -> Exists:
    """Runs that wrote, or may have written, or that hold an item back: they prove a month which nobody has closed yet.

    The one place where it is asked what proves a month that is not *closed*. As long as no month is, whatever wrote
    anything is kept for ever, and with it invoices, charges and their raw rows, postings, parts, lines and billed runs.
    """
    written = Q(state=ChangeState.DONE) & ~Q(action=Action.KEEP)
    unsure = Q(state__in=(ChangeState.SENDING, ChangeState.UNKNOWN, ChangeState.FAILED, ChangeState.HELD))
    return Exists(Change.objects.filter(written | unsure, run=OuterRef("pk"), run__preview=False))


def _open_findings() -> QuerySet[Finding]:
    return Finding.objects.filter(Q(first_run=OuterRef("pk")) | Q(last_run=OuterRef("pk")), closed_at__isnull=True)
