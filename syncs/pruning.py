"""Runs that prove nothing which is open, raw rows of closed months, and held changes said before. Inside the scope."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Left

from connections.models import CheckState, CredentialCheck
from core.bulk_saving import BATCH, delete_some
from invoices.models import Charge, SetAside, SourceInvoice
from invoices.reclassifying import UNSETTLED
from invoices.selectors import charged_months
from money.enums import Action
from programs.models import Program
from syncs.deciding.restoring import STRANGE
from syncs.enums import ACTIVE_STATES, LOST_STATES, ChangeState, RunState
from syncs.facts.questions import open_questions
from syncs.models import Change, Finding, Run
from syncs.proving.verdicts import closed_months
from syncs.writing.repeats import drop_repeats

RUNS = 50  # of one transaction
MONTH = len("2026-10")
THINNED = "plan_thinned"  # in the counts of a run


def prune_runs(before: dt.datetime) -> int:
    """Some runs that ended before, prove no open month, and nothing open refers to; how many, with their changes.

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


def drop_raw_rows(before: dt.datetime) -> int:
    """The vendor's own text of rows that were imported before, where each program has closed their month; how many.

    What was read of it stays, and so does every sum. Rows that are not settled keep theirs: they are read again.
    """
    closed = Q(pk__in=())
    for source, slug in SourceInvoice.objects.values_list("source", "program_slug").distinct():
        programs = Program.objects.filter(source=source, slug=slug).select_related("source", "target", "partner")
        months = [closed_months(program) for program in programs]
        if months:
            closed |= Q(source=source, program_slug=slug, month__in=set.intersection(*months))
    invoices = SourceInvoice.objects.filter(closed, imported_at__lt=before)
    rows = (
        Charge.objects.filter(invoice__in=invoices).exclude(raw={}).exclude(UNSETTLED).exclude(set_aside=SetAside.HELD)
    )
    chosen = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return Charge.objects.filter(pk__in=chosen).update(raw={})


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


def _proves_open_month() -> Q:
    """Runs that wrote, may have written or held back something of a month that is not closed, or that is still asked.

    The one place where it is asked what proves a month. A run proves the months of its changes, and each one that was
    charged from then on until it ended: late rows of a month come with the invoice of a later one.
    """
    changes = Change.objects.filter(run=OuterRef("pk"), run__preview=False).annotate(month=Left("period", MONTH))
    asked = Q(state=ChangeState.HELD, subject__in=open_questions().values("subject"))
    found = Q(Exists(changes.filter(asked | Q(state__in=LOST_STATES))))
    wrote = Q(state=ChangeState.DONE) & ~Q(action=Action.KEEP)
    proofs = changes.filter(wrote | Q(state__in=(ChangeState.FAILED, ChangeState.HELD)))
    for program in Program.objects.select_related("source", "target", "partner"):
        closed = closed_months(program)
        names = [f"{month:%Y-%m}" for month in closed]  # a change without a month stays
        found |= Q(Exists(proofs.exclude(month__in=names)), program=program)
        for month in charged_months(program) - closed:
            earlier = proofs.filter(month__lte=f"{month:%Y-%m}")
            found |= Q(Exists(earlier), program=program, finished_at__date__gte=month)
    return found


def _open_findings() -> QuerySet[Finding]:
    return Finding.objects.filter(Q(first_run=OuterRef("pk")) | Q(last_run=OuterRef("pk")), closed_at__isnull=True)
