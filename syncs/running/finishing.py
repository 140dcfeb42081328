"""The end of a run: prove it, judge it, and tell people what is new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from invoices.models import Charge
from money.enums import Severity
from money.month.waiting import Wait
from money.plan import Note
from money.words import plain, shown
from syncs.deciding.findings import close_unreported, finding_of_failure, new_findings, store_notes
from syncs.enums import Bucket, ChangeState, RunKind, RunState, RunStatus
from syncs.facts.run_scope import run_scope
from syncs.facts.run_sums import MONEY, sum_of_run
from syncs.models import Change, Run
from syncs.proving.accounts import sum_up
from syncs.proving.again import find_billed_again
from syncs.proving.by_hand import notes_of_edited_runs
from syncs.proving.month_accounts import MonthAccount
from syncs.proving.months import prove_months
from syncs.proving.reconciliation import InvoiceBalance
from syncs.proving.standing import prove_standing
from syncs.proving.waiting import find_waiting, note_day
from syncs.running.judging import Tally, any_in, count_changes, judge, messages_of, tally_changes
from syncs.running.slices import Slice
from syncs.running.telling import tell_of_run
from syncs.writing.committing import hold_parts
from syncs.writing.repeats import drop_repeats


def finish(work: Slice, state: RunState) -> None:
    """End a run that came to its end, or whose plan now waits for a person.

    It is one transaction: who dies in it begins anew. What it has to say is stored at its end, so that people who
    answer findings do not wait for the proofs.
    """
    with work.whole_run() as run:
        tally = tally_changes(run)
        notes = [*_prove_months(run, tally), *_prove_lines(run), *_failures(run, tally)]
        store_notes(run, notes)
        if not run.preview:
            close_unreported(run)  # what it no longer reports is over
        _conclude(run, state, tally)


def hold_plan(work: Slice, why: str) -> None:
    """What is not written yet waits: nothing may be written now."""
    with work.run() as run:
        run.waiting_for = why
        run.save(update_fields=["waiting_for"])
        hold_parts(run, why)
    finish(work, RunState.WAITING)


def finish_unplanned(work: Slice) -> None:
    """End a run that was cancelled before it planned: what was known before stands, a waiting plan too."""
    with work.run() as run:
        tally = tally_changes(run)
        run.counts = count_changes(run, tally)
        news = new_findings(run)
        run.state, run.status = RunState.CANCELLED, judge(run, RunState.CANCELLED, news, tally)
        run.messages = [*run.messages, *messages_of(run, news)]
        run.finished_at = timezone.now()
        run.save()
        tell_of_run(run, news)


def finish_with_error(work: Slice, text: str, detail: str, *, told: bool = False) -> None:
    """End a run that could not go on. What was not written counts as failed.

    ``told``: people hear of the cause by another e-mail, that of the broken connection. A plan that waits
    is replaced only once this run had a newer one, if only of some customers: their older plan is out of date.
    """
    with work.run() as run:
        had_plan = run.state in (RunState.APPLYING, RunState.SETTLING, RunState.VERIFYING) or run.changes.exists()
        run.changes.filter(state=ChangeState.PLANNED).update(state=ChangeState.FAILED, error=f"Not written: {text}")
        run.counts = count_changes(run, tally_changes(run))
        _keep_money(run)
        run.error, run.error_detail = text, detail
        run.state, run.status = RunState.FINISHED, RunStatus.ERROR
        run.messages = [*run.messages, text]
        run.finished_at = timezone.now()
        run.save()
        if had_plan:
            _supersede_waiting(run)
        key = f"run:{run.kind}:{text}"
        store_notes(run, [Note(Severity.ERROR, "run", key, text)])
        news = new_findings(run)
        if news and not told:
            tell_of_run(run, news)


def _prove_months(run: Run, tally: Tally) -> list[Note]:
    """Balance the invoices of the newest months, of those that this run touched, and of what is not settled."""
    notes: list[Note] = []
    if run.preview or run.kind != RunKind.BILLING:
        return notes
    touched = _touched_months(run) if tally else set[dt.date]()
    for account, balances in prove_months(run.program, touched):
        if account.newest:
            run.basis["proved"] = _told(run, account, balances)
        notes += _note_balances(balances, headers=account.newest or account.month in touched)
    return notes


def _told(run: Run, account: MonthAccount, balances: Sequence[InvoiceBalance]) -> dict[str, Any]:
    """What the run tells of the newest month: of all customers, or of the one that it is about."""
    scope = run_scope(run)
    entries = [entry for one in balances for entry in one.customers]
    retail = account.retail_by_bucket()
    if scope is not None and scope.customer is not None:
        entries = [entry for entry in entries if entry.customer_id == scope.customer]
        retail = sum_up(entry.balance for entry in entries).retail_by_bucket()
    unmapped = {entry.customer_id for entry in entries if entry.balance.buckets[Bucket.NOT_MAPPED]}
    return {
        "month": f"{account.month:%Y-%m}",
        "retail": {name: plain(amount) for name, amount in retail.items()},
        "customers_not_mapped": len(unmapped),
    }


def _note_balances(balances: Sequence[InvoiceBalance], *, headers: bool) -> list[Note]:
    """What does not balance; with ``headers`` also what these say otherwise than the rows."""
    notes = [_unbalanced(one) for one in balances if not one.balanced]
    if headers:
        notes += [_header_differs(one) for one in balances if one.header_differs is not None]
    return notes


def _unbalanced(balance: InvoiceBalance) -> Note:
    source, accounted = balance.total.source.retail, balance.total.accounted.retail
    write = plain if shown(source) == shown(accounted) else shown  # the difference is to be seen
    return Note(
        Severity.ERROR,
        "unbalanced",
        f"unbalanced:{balance.invoice.pk}",
        f"Invoice {balance.invoice.number} does not balance: {write(source)} on the invoice, "
        f"{write(accounted)} accounted for.",
        "Tell the operator: this is a fault of the program.",
    )


def _header_differs(balance: InvoiceBalance) -> Note:
    assert balance.header_differs is not None
    return Note(
        Severity.WARNING,
        "header_total",
        f"header:{balance.invoice.pk}",
        f"Invoice {balance.invoice.number}: its header says {shown(balance.header_differs)}, its rows add up to "
        f"{shown(balance.total.source.retail)} retail and {shown(balance.total.source.cost)} cost.",
        "Compare it with the distributor's invoice.",
    )


def _prove_lines(run: Run) -> list[Note]:
    """What stands at the target has a charge, or is said to have none; what runs billed again is said too."""
    if run.preview or run.kind != RunKind.BILLING:
        return []
    note_day(run.program)
    waiting = (one for one in find_waiting(run.program) if one.wait is not Wait.PAUSED)  # planning says that
    return [
        *prove_standing(run.program).notes(),
        *(one.note() for one in find_billed_again(run.program)),
        *notes_of_edited_runs(run.program),
        *(one.note(run.program.target.label) for one in waiting),
    ]


def _touched_months(run: Run) -> set[dt.date]:
    """Usage months of the rows that this run is about."""
    touched = {
        charge_id
        for ids in run.changes.exclude(charge_ids=[]).values_list("charge_ids", flat=True)
        for charge_id in ids
    }
    rows = Charge.objects.filter(pk__in=touched).order_by()
    return set(rows.values_list("invoice__month", flat=True).distinct())


def _failures(run: Run, tally: Tally) -> list[Note]:
    """Every failed change is said again each time it fails."""
    if not any_in(tally, ChangeState.FAILED):
        return []
    return [
        Note(
            Severity.ERROR,
            "failed",
            finding_of_failure(change),
            f"{change.what}: {change.error}",
            "Try it again once the cause is gone.",
            customer_id=change.customer_id,
            retail=change.retail,
            product_id=change.product_id,
            change_id=change.pk,
        )
        for change in run.changes.filter(state=ChangeState.FAILED)
    ]


def _conclude(run: Run, state: RunState, tally: Tally) -> None:
    """Count, judge, and tell, all at once: nobody hears of a run that did not end."""
    if any_in(tally, ChangeState.HELD) and drop_repeats(run):
        tally = tally_changes(run)
    run.counts = count_changes(run, tally)
    _keep_money(run)
    cancelled = run.cancel_requested and state is RunState.FINISHED
    if state is RunState.FINISHED and not run.preview and any_in(tally, ChangeState.PLANNED):
        run.changes.filter(state=ChangeState.PLANNED).update(state=ChangeState.DROPPED, error="Cancelled")
    run.state = RunState.CANCELLED if cancelled else state
    news = new_findings(run)
    run.status = judge(run, state, news, tally)
    run.messages = [*run.messages, *messages_of(run, news)]
    run.finished_at = timezone.now()
    # Alone: a ticket, or a wish to cancel, may have come since the run was read.
    run.save(update_fields=["counts", "state", "status", "messages", "finished_at", "basis"])
    _supersede_waiting(run)
    tell_of_run(run, news, run.basis.get("proved"))


def _keep_money(run: Run) -> None:
    """What it wrote or would write, for lists of runs."""
    if run.kind == RunKind.BILLING:
        run.basis[MONEY] = sum_of_run(run).to_basis()


def _supersede_waiting(run: Run) -> None:
    """There is one plan to decide about: the newest."""
    if run.preview:
        return
    older = Run.objects.filter(program=run.program_id, kind=run.kind, state=RunState.WAITING, pk__lt=run.pk)
    if not older.exists():
        return
    Change.objects.filter(run__in=older, state=ChangeState.PLANNED).update(
        state=ChangeState.DROPPED, error="Replaced by a newer plan"
    )
    older.update(state=RunState.SUPERSEDED)
