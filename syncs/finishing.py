"""The end of a run: prove it, judge it, and tell people what is new."""

from __future__ import annotations

from collections import Counter

from django.utils import timezone

from core.money import plain
from invoices.models import Charge, InvoiceState, SourceInvoice
from syncs.findings import close_unreported, finding_of_failure, new_findings, open_findings, store_notes
from syncs.models import (
    Action,
    Change,
    ChangeState,
    Run,
    RunKind,
    RunState,
    RunStatus,
    Severity,
)
from syncs.planning.results import Note
from syncs.reconciliation import InvoiceBalance, reconcile_invoice
from syncs.slices import Slice
from syncs.telling import tell_of_run
from syncs.trends import recount_months

_COUNTED_AS = {
    Action.ADD_LINE: "created",
    Action.CREATE_PRODUCT: "created",
    Action.CHANGE_LINE: "updated",
    Action.UPDATE_PRICES: "updated",
    Action.ADOPT_PRODUCT: "updated",
    Action.REMOVE_LINE: "removed",
    Action.KEEP: "unchanged",
}
COUNT_NAMES = ("created", "updated", "removed", "unchanged", "held", "failed", "skipped")


def finish(work: Slice, state: RunState) -> None:
    """End a run that came to its end, or whose plan now waits for a person."""
    with work.run() as run:
        balances = [] if run.preview else _prove(run)
        run.counts = count_changes(run)
        _report_failures(run)
        if not run.preview:
            close_unreported(run)
            if run.kind == RunKind.BILLING:
                recount_months(run.program)
        cancelled = run.cancel_requested and state is RunState.FINISHED
        _drop_rest(run, state)
        run.state = RunState.CANCELLED if cancelled else state
        run.status = _judge(run, state)
        run.messages = [*run.messages, *_messages(run)]
        run.finished_at = timezone.now()
        run.save()
        _supersede_waiting(run)
        tell_of_run(run, balances, new_findings(run))


def finish_unplanned(work: Slice) -> None:
    """End a run that was cancelled before it planned: what was known before stands, a waiting plan too."""
    with work.run() as run:
        run.counts = count_changes(run)
        run.state, run.status = RunState.CANCELLED, _judge(run, RunState.CANCELLED)
        run.messages = [*run.messages, *_messages(run)]
        run.finished_at = timezone.now()
        run.save()
        tell_of_run(run, [], new_findings(run))


def finish_with_error(work: Slice, text: str, detail: str, *, told: bool = False) -> None:
    """End a run that could not go on. What was not written counts as failed.

    ``told``: people hear of the cause by another e-mail, that of the broken connection. A plan that waits
    is replaced only once this run had a newer one, if only of some customers: their older plan is out of date.
    """
    with work.run() as run:
        had_plan = run.state in (RunState.APPLYING, RunState.SETTLING, RunState.VERIFYING) or run.changes.exists()
        run.changes.filter(state=ChangeState.PLANNED).update(state=ChangeState.FAILED, error=f"Not written: {text}")
        run.counts = count_changes(run)
        run.error, run.error_detail = text, detail
        run.state, run.status = RunState.FINISHED, RunStatus.ERROR
        run.messages = [*run.messages, text]
        run.finished_at = timezone.now()
        run.save()
        if had_plan:
            _supersede_waiting(run)
        key = f"run:{run.kind}:{text}"
        store_notes(run, [Note(Severity.ERROR, "run", key, text)])
        if new_findings(run) and not told:
            tell_of_run(run, [], new_findings(run))


def count_changes(run: Run) -> dict[str, int]:
    """Counts of a run as the field's words; planned changes count by what they would do."""
    counts = dict.fromkeys(COUNT_NAMES, 0)
    for name in ("unchanged", "skipped", "failed"):
        counts[name] = run.counts.get(f"plan_{name}", 0)
    states = Counter(run.changes.values_list("action", "state"))
    for (action, state), number in states.items():
        if state in (ChangeState.HELD, ChangeState.FAILED):
            counts[str(state)] += number
        elif state == ChangeState.DONE or (run.preview and state == ChangeState.PLANNED):
            counts[_COUNTED_AS[Action(action)]] += number
        elif state == ChangeState.PLANNED:
            counts["held"] += number
        elif state == ChangeState.SKIPPED:
            counts["skipped"] += number
    return counts | {k: v for k, v in run.counts.items() if k.startswith("plan_")}


# --- Prove ----------------------------------------------------------------------------------------


def _prove(run: Run) -> list[InvoiceBalance]:
    """Balance every invoice that this run touched, and those of the newest month."""
    if run.kind != RunKind.BILLING:
        return []
    balances = [reconcile_invoice(invoice, run.program) for invoice in _invoices_to_prove(run)]
    notes = [
        Note(
            Severity.ERROR,
            "unbalanced",
            f"unbalanced:{balance.invoice.pk}",
            f"Invoice {balance.invoice.number} does not balance: "
            f"{plain(balance.total.source.retail)} on the invoice, "
            f"{plain(balance.total.accounted.retail)} accounted for.",
            "Tell the operator: this is a fault of the program.",
        )
        for balance in balances
        if not balance.balanced
    ]
    notes += [
        Note(
            Severity.WARNING,
            "header_total",
            f"header:{balance.invoice.pk}",
            f"Invoice {balance.invoice.number}: its header says {plain(balance.header_differs)}, "
            f"its rows add up to {plain(balance.total.source.retail)} retail and "
            f"{plain(balance.total.source.cost)} cost.",
            "Compare it with the distributor's invoice.",
        )
        for balance in balances
        if balance.header_differs is not None
    ]
    store_notes(run, notes)
    return balances


def _invoices_to_prove(run: Run) -> list[SourceInvoice]:
    counted = SourceInvoice.objects.filter(source=run.program.source_id, program_slug=run.program.slug, past=False)
    newest = counted.filter(state=InvoiceState.COUNTED).order_by("-month").first()
    if newest is None:
        return []
    touched = {
        charge_id
        for ids in run.changes.exclude(charge_ids=[]).values_list("charge_ids", flat=True)
        for charge_id in ids
    }
    ids = set(Charge.objects.filter(pk__in=touched).values_list("invoice_id", flat=True))
    ids |= set(counted.filter(month=newest.month).values_list("pk", flat=True))
    return list(counted.filter(pk__in=ids).order_by("month", "pk"))


def _report_failures(run: Run) -> None:
    """Every failed change is said again each time it fails."""
    failed = run.changes.filter(state=ChangeState.FAILED)
    store_notes(
        run,
        [
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
            for change in failed
        ],
    )


def _drop_rest(run: Run, state: RunState) -> None:
    if state is RunState.FINISHED and not run.preview:
        run.changes.filter(state=ChangeState.PLANNED).update(state=ChangeState.DROPPED, error="Cancelled")


# --- Judge ----------------------------------------------------------------------------------------


def _judge(run: Run, state: RunState) -> RunStatus:
    """A run speaks of what is new in it; a write that fails speaks up every time."""
    severities = {finding.severity for finding in new_findings(run)}
    failed_write = run.changes.filter(state=ChangeState.FAILED).exists()
    if failed_write or Severity.ERROR in severities:
        return RunStatus.ERROR
    if Severity.WARNING in severities:
        return RunStatus.WARNING
    if state is RunState.WAITING and not _said_before(run):
        return RunStatus.WARNING
    wrote = ChangeState.PLANNED if run.preview else ChangeState.DONE
    changed = run.changes.filter(state=wrote).exclude(action=Action.KEEP).exists()
    return RunStatus.SUCCESS if changed else RunStatus.NO_CHANGE


def _said_before(run: Run) -> bool:
    """The same plan waited already when this run began."""
    earlier = _waiting_before(run)
    return earlier is not None and _plan_key(earlier) == _plan_key(run)


def _waiting_before(run: Run) -> Run | None:
    return (
        Run.objects.filter(program=run.program_id, kind=run.kind, state=RunState.WAITING)
        .exclude(pk=run.pk)
        .order_by("-pk")
        .first()
    )


def _plan_key(run: Run) -> list[tuple[object, ...]]:
    planned = run.changes.filter(state=ChangeState.PLANNED)
    return sorted(
        planned.values_list("action", "template_id", "mark", "retail", "cost"),
        key=lambda row: [str(value) for value in row],
    )


def _supersede_waiting(run: Run) -> None:
    """There is one plan to decide about: the newest."""
    if run.preview:
        return
    older = Run.objects.filter(program=run.program_id, kind=run.kind, state=RunState.WAITING, pk__lt=run.pk)
    Change.objects.filter(run__in=older, state=ChangeState.PLANNED).update(
        state=ChangeState.DROPPED, error="Replaced by a newer plan"
    )
    older.update(state=RunState.SUPERSEDED)


def _messages(run: Run) -> list[str]:
    """What the run has to say, new things first; what still waits is counted."""
    found = new_findings(run)
    said = [finding.text for finding in found if finding.severity != Severity.INFO]
    info = [finding for finding in found if finding.severity == Severity.INFO]
    said += [finding.text for finding in info[:5]]
    if len(info) > 5:
        said.append(f"and {len(info) - 5} more of the kind")
    waiting = len(open_findings(run)) - len([f for f in found if f.last_run_id == run.pk])
    if waiting > 0:
        said.append(f"{waiting} reported before and still waiting")
    if run.waiting_for:
        said.insert(0, f"The plan waits for a person: {run.waiting_for}")
    return said
