"""Try failed items again: a run that is about them alone. Call inside the partner's scope."""

from __future__ import annotations

from core.audit import Actor, record
from syncs.deciding.findings import finding_of_failure, fingerprint_of
from syncs.enums import ChangeState, RunState
from syncs.errors import SyncRefused
from syncs.facts.run_scope import run_scope, scope_of_failed
from syncs.models import Change, Run
from syncs.running.starting import active_run, start_run, start_sync


def retry_failed(*, run: Run, actor: Actor, change: Change | None = None) -> Run:
    """Plan anew what failed in a run (or one ``change`` of it), as things stand now, and write it.

    The source is not read again, and of the target only what is concerned; what stands already is not
    written twice. A run that broke off before it had a plan is started anew as a whole. Answers a sync
    of this kind that is under way instead: it takes the items up by itself. Raises ``SyncRefused``
    when nothing failed, the program is off, or a newer plan waits for a person.
    """
    failed = run.changes.filter(state=ChangeState.FAILED)
    if change is not None:
        failed = failed.filter(pk=change.pk)
    items = list(failed)
    if run.preview or not (items or (run.error and change is None)):
        raise SyncRefused("Nothing failed in this run.")
    if not items:
        record(actor, "run.retried", f"Started {run} anew")
        return start_sync(program=run.program, kinds=[run.kind], actor=actor)[0]
    under_way = active_run(run.program, run.kind)
    if under_way is not None:
        return _taking_up(under_way)
    if Run.objects.filter(program=run.program, kind=run.kind, state=RunState.WAITING).exists():
        raise SyncRefused("A plan waits for a person, and these items are part of it. Apply or discard it first.")
    findings = [fingerprint_of("failed", finding_of_failure(item)) for item in items]
    scope = scope_of_failed(run, items, findings)
    record(actor, "run.retried", f"Tried {len(items)} failed item{'s' if len(items) > 1 else ''} of {run} again")
    return start_run(program=run.program, kind=run.kind, actor=actor, basis=scope.to_basis())


def _taking_up(under_way: Run) -> Run:
    """The sync that is under way, where it takes the items up by itself."""
    if under_way.cancel_requested:
        raise SyncRefused("The sync before was cancelled and is about to end. Try again when it has ended.")
    about = run_scope(under_way)
    if about is not None and about.customer is not None:
        raise SyncRefused("A sync of one customer is under way right now. Try again when it has ended.")
    return under_way
