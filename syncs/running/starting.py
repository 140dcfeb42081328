"""Start, cancel, apply and discard runs. Call inside the partner's scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.audit import SCHEDULER, Actor, record
from core.installation import why_no_writes
from customers.models import Customer
from programs.models import Program
from syncs.enums import ACTIVE_STATES, ChangeState, RunKind, RunState
from syncs.errors import SyncRefused
from syncs.facts.products import lacks_products
from syncs.facts.run_scope import SCOPE, run_scope, scope_of_customer
from syncs.models import Run
from syncs.running import tickets
from syncs.writing.committing import release_parts


def start_sync(
    *,
    program: Program,
    kinds: Sequence[str],
    actor: Actor,
    preview: bool = False,
    enqueue: bool = True,
) -> list[Run]:
    """Start (or join) one run per kind, products first.

    A run of that kind that is under way already is answered instead of a second one; of previews that
    of the same person. Raises ``SyncRefused`` when the program is off, a kind is not switched on, failed
    items alone are being tried again, or what is under way was cancelled and has not ended yet.
    """
    _refuse_if_off(program, kinds)
    known = _previews_to_join(program, kinds, actor) if preview else _runs_to_join(program, kinds, actor)
    runs: list[Run] = []
    before: Run | None = None
    for kind in [kind for kind in RunKind.values if kind in kinds]:
        run = known.get(kind) or create_run(program, kind, actor.name, preview=preview, after=before)
        runs.append(run)
        before = run
    if enqueue:
        for run in runs:
            tickets.hand_over(run.pk)
    return runs


def _refuse_if_off(program: Program, kinds: Sequence[str]) -> None:
    if not program.enabled:
        raise SyncRefused(f"{program.name} is switched off. Switch it on under Programs.")
    if RunKind.PRODUCTS in kinds and not program.products_enabled:
        raise SyncRefused("The product sync is switched off. Switch it on under Programs.")
    if RunKind.BILLING in kinds and not program.billing_enabled:
        raise SyncRefused("The billing sync is switched off. Switch it on under Programs.")


def enabled_kinds(program: Program) -> list[str]:
    """The kinds that are switched on, in the order in which a full sync does them."""
    kinds = []
    if program.products_enabled:
        kinds.append(RunKind.PRODUCTS.value)
    if program.billing_enabled:
        kinds.append(RunKind.BILLING.value)
    return kinds


def _runs_to_join(program: Program, kinds: Sequence[str], actor: Actor) -> dict[str, Run]:
    """By kind, what is under way."""
    active = list(_active_runs(program, kinds))
    _refuse_to_join(program, active, actor)
    return {run.kind: run for run in reversed(active)}  # the newest of each


def _previews_to_join(program: Program, kinds: Sequence[str], actor: Actor) -> dict[str, Run]:
    """The same of the person's previews."""
    _wait_for_other_presses(program)
    found = {kind: _active_preview(program, kind, actor) for kind in kinds}
    return {kind: run for kind, run in found.items() if run is not None}


def _refuse_to_join(program: Program, active: Sequence[Run], actor: Actor) -> None:
    """What is under way would not do what is asked for."""
    scopes = [scope for run in active if (scope := run_scope(run)) is not None]
    if any(scope.customer is not None for scope in scopes):
        reason = "One customer is being synced alone right now."
    elif scopes:
        reason = "Failed items are being tried again right now."
    elif any(run.cancel_requested for run in active):
        reason = "The sync before was cancelled and is about to end."
    else:
        return
    if actor == SCHEDULER:  # the next beat asks again
        Program.objects.filter(pk=program.pk).update(next_due_at=timezone.now())
    raise SyncRefused(f"{reason} Start this sync when that has ended.")


def start_run(*, program: Program, kind: str, actor: Actor, basis: dict[str, object], preview: bool = False) -> Run:
    """Start one run that rests on what ``basis`` says. Raises ``SyncRefused`` when that kind is off."""
    _refuse_if_off(program, [kind])
    run = create_run(program, kind, actor.name, basis=basis, preview=preview)
    tickets.hand_over(run.pk)
    return run


def sync_customer(*, program: Program, customer: Customer, actor: Actor, preview: bool = False) -> Run:
    """Bring the lines of one customer up to date; nothing of others is planned, written or removed.

    The source is read as in every sync, since what it says of this customer may be new. Answers a full billing sync
    that is under way instead: it takes the customer along. Raises ``SyncRefused`` where nothing of the customer syncs,
    billing is off, another sync of a few is under way, or a plan waits for a person.
    """
    scope = scope_of_customer(program, customer.pk)
    if not (scope.mappings or scope.marks):
        raise SyncRefused(f"Nothing of {customer.name} is synced: map it first, or switch its sync on.")
    known = _preview_alone(program, customer, actor) if preview else _alone_under_way(program, customer)
    if known is not None:
        return known
    if not preview and Run.objects.filter(program=program, kind=RunKind.BILLING, state=RunState.WAITING).exists():
        raise SyncRefused("A plan waits for a person, and this customer may be part of it. Apply or discard it first.")
    if not preview:
        record(actor, "run.alone", f"Started a sync of {customer.name} alone")
    return start_run(program=program, kind=RunKind.BILLING, actor=actor, basis=scope.to_basis(), preview=preview)


def _preview_alone(program: Program, customer: Customer, actor: Actor) -> Run | None:
    """The one that the same person started a moment ago."""
    _wait_for_other_presses(program)
    active = Run.objects.filter(program=program, kind=RunKind.BILLING, state__in=ACTIVE_STATES, preview=True)
    mine = active.filter(started_by=actor.name, cancel_requested=False)
    return mine.filter(**{f"basis__{SCOPE}__customer": customer.pk}).first()


def _alone_under_way(program: Program, customer: Customer) -> Run | None:
    run = active_run(program, RunKind.BILLING)
    if run is None:
        return None
    about = run_scope(run)
    if run.cancel_requested:
        raise SyncRefused("The sync before was cancelled and is about to end. Start this one when that has ended.")
    if about is not None and about.customer != customer.pk:
        raise SyncRefused("A sync of some items or of another customer is under way. Start this one when it has ended.")
    return run


def let_products_go_first(run: Run) -> bool:
    """Make a billing run wait for a product sync, where its lines would have no product; true when it does.

    Once a run, and not in a preview. Whatever becomes of the product sync, the lines are written: those without a
    product with a warning.
    """
    program, kind = run.program, RunKind.PRODUCTS
    if run.preview or run.after_id or not program.products_enabled:
        return False
    scope = run_scope(run)
    if not lacks_products(program, scope.mappings if scope else None):
        return False
    run.after = active_run(program, kind) or create_run(program, kind, run.started_by, basis={"source": True})
    run.save(update_fields=["after"])
    if run.enqueued_at:  # else a command moves both on by itself
        tickets.hand_over(run.after.pk)
    return True


def active_run(program: Program, kind: str) -> Run | None:
    """The run of that kind that is under way; previews apart."""
    return _active_runs(program, [kind]).first()


def _active_runs(program: Program, kinds: Sequence[str]) -> QuerySet[Run]:
    return Run.objects.filter(program=program, kind__in=kinds, state__in=ACTIVE_STATES, preview=False)


def _wait_for_other_presses(program: Program) -> None:
    """Two presses at the same moment would not see each other's preview."""
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)


def _active_preview(program: Program, kind: str, actor: Actor) -> Run | None:
    previews = Run.objects.filter(program=program, kind=kind, state__in=ACTIVE_STATES, preview=True)
    previews = previews.exclude(basis__has_key=SCOPE)
    run = previews.filter(started_by=actor.name).first()
    if run is not None and run.cancel_requested:
        raise SyncRefused("The preview before was cancelled and is about to end. Start this one when that has ended.")
    return run


def create_run(program: Program, kind: str, started_by: str, **values: Any) -> Run:
    """One more run, or the one that somebody started in this very moment. No message is sent for it."""
    try:
        with transaction.atomic():
            return Run.objects.create(program=program, kind=kind, started_by=started_by, **values)
    except IntegrityError:  # somebody started it in this very moment
        run = active_run(program, kind)
        if run is None:
            raise
        return run


def apply_plan(*, run: Run, actor: Actor) -> None:
    """Write a plan that waited. Templates that changed since are planned again first.

    It begins with settling: what a run sent that died meanwhile may be what this plan is about to send.
    Raises ``SyncRefused`` when the plan no longer waits, that kind is off, nothing may be written here, or another sync
    is under way.
    """
    locked = _lock_waiting(run)
    _refuse_if_off(locked.program, [locked.kind])
    if why := why_no_writes():
        raise SyncRefused(why)
    locked.waiting_for = ""
    locked.state, locked.approved, locked.status = RunState.SETTLING, True, ""
    locked.finished_at, locked.heartbeat_at = None, timezone.now()
    locked.cancel_requested = False  # what was asked of the run before it waited is over
    try:
        with transaction.atomic():
            locked.save()
    except IntegrityError as error:
        raise SyncRefused("Another sync is under way. Wait for its end, then apply.") from error
    release_parts(locked)
    record(actor, "plan.applied", f"Applied the plan of {locked}")
    tickets.hand_over(locked.pk)


def discard_plan(*, run: Run, actor: Actor) -> None:
    """Drop a plan that waited. The next sync plans again from what stands then."""
    locked = _lock_waiting(run)
    locked.changes.filter(state=ChangeState.PLANNED).update(state=ChangeState.DROPPED, error="Discarded")
    locked.state, locked.finished_at = RunState.DISCARDED, timezone.now()
    locked.save(update_fields=["state", "finished_at"])
    record(actor, "plan.discarded", f"Discarded the plan of {locked}")


def _lock_waiting(run: Run) -> Run:
    locked = Run.objects.select_for_update(of=("self",), no_key=True).get(pk=run.pk)
    if locked.state != RunState.WAITING:
        raise SyncRefused("This plan no longer waits: it was applied, discarded or replaced.")
    return locked


def cancel_run(*, run: Run, actor: Actor) -> None:
    """Stop a run after the write at hand. What was written stays and is recorded."""
    if run.state not in ACTIVE_STATES:
        raise SyncRefused("This run is over.")
    Run.objects.filter(pk=run.pk).update(cancel_requested=True)
    record(actor, "run.cancelled", f"Cancelled {run}")
