"""What people and schedules may do with syncs. Call inside the partner's scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.audit import SCHEDULER, Actor, record, record_all
from programs.models import Program
from syncs import tickets
from syncs.committing import release_parts
from syncs.models import (
    ACTIVE_STATES,
    Change,
    ChangeState,
    Decision,
    Finding,
    Part,
    PartState,
    Run,
    RunKind,
    RunState,
    Severity,
)
from syncs.older_periods import was_taken_up
from syncs.planning.holds import CHOICES
from syncs.retry_scope import RETRY


class SyncRefused(Exception):
    """What was asked for cannot be done now; ``str(error)`` says why and what to do."""


def start_sync(
    *,
    program: Program,
    kinds: Sequence[str],
    actor: Actor,
    preview: bool = False,
    enqueue: bool = True,
) -> list[Run]:
    """Start (or join) one run per kind, products first.

    A run of that kind that is under way already is answered instead of a second one. Raises
    ``SyncRefused`` when the program is off, a kind is not switched on, failed items alone are being
    tried again, or the run under way was cancelled and has not ended yet.
    """
    _refuse_if_off(program, kinds)
    if not preview:
        _refuse_to_join(program, kinds, actor)
    runs: list[Run] = []
    before: Run | None = None
    for kind in [kind for kind in RunKind.values if kind in kinds]:
        known = None if preview else active_run(program, kind)
        run = known or _create_run(program, kind, actor, preview=preview, after=before)
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


def _refuse_to_join(program: Program, kinds: Sequence[str], actor: Actor) -> None:
    """What is under way would not do what is asked for."""
    active = Run.objects.filter(program=program, kind__in=kinds, state__in=ACTIVE_STATES, preview=False)
    if active.filter(basis__has_key=RETRY).exists():
        reason = "Failed items are being tried again right now."
    elif active.filter(cancel_requested=True).exists():
        reason = "The sync before was cancelled and is about to end."
    else:
        return
    if actor == SCHEDULER:  # the next beat asks again
        Program.objects.filter(pk=program.pk).update(next_due_at=timezone.now())
    raise SyncRefused(f"{reason} Start this sync when that has ended.")


def start_run(*, program: Program, kind: str, actor: Actor, basis: dict[str, object]) -> Run:
    """Start one run that rests on what ``basis`` says. Raises ``SyncRefused`` when that kind is off."""
    _refuse_if_off(program, [kind])
    run = _create_run(program, kind, actor, basis=basis)
    tickets.hand_over(run.pk)
    return run


def active_run(program: Program, kind: str) -> Run | None:
    """The run of that kind that is under way; previews apart."""
    return Run.objects.filter(program=program, kind=kind, state__in=ACTIVE_STATES, preview=False).first()


def _create_run(program: Program, kind: str, actor: Actor, **values: Any) -> Run:
    try:
        with transaction.atomic():
            return Run.objects.create(program=program, kind=kind, started_by=actor.name, **values)
    except IntegrityError:  # somebody started it in this very moment
        run = active_run(program, kind)
        if run is None:
            raise
        return run


def apply_plan(*, run: Run, actor: Actor) -> None:
    """Write a plan that waited. Templates that changed since are planned again first.

    It begins with settling: what a run sent that died meanwhile may be what this plan is about to send.
    Raises ``SyncRefused`` when the plan no longer waits, that kind is off, or another sync is under way.
    """
    locked = _lock_waiting(run)
    _refuse_if_off(locked.program, [locked.kind])
    reason, locked.waiting_for = locked.waiting_for, ""
    locked.state, locked.approved, locked.status = RunState.SETTLING, True, ""
    locked.finished_at, locked.heartbeat_at = None, timezone.now()
    locked.cancel_requested = False  # what was asked of the run before it waited is over
    try:
        with transaction.atomic():
            locked.save()
    except IntegrityError as error:
        raise SyncRefused("Another sync is under way. Wait for its end, then apply.") from error
    release_parts(locked, reason)
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


# --- Decisions ------------------------------------------------------------------------------------


def decide(
    *,
    program: Program,
    subject: str,
    choice: str,
    actor: Actor,
    line_id: int | None = None,
    at: dt.datetime | None = None,
) -> Decision:
    """Answer a held item; the next sync plans with the answer. Answers of one moment ``at`` are undone together.

    Raises ``SyncRefused`` for a choice that the item does not offer.
    """
    kind = subject.partition(":")[0]
    if choice not in CHOICES.get(kind, ()):
        raise SyncRefused(f"“{choice}” is not a choice here.")
    if kind == "conflict" and choice == "adopt" and line_id is None:
        raise SyncRefused("Say which line to adopt.")
    retail, cost = _at_stake(program, subject)
    decision, _ = Decision.objects.update_or_create(
        program=program,
        subject=subject,
        defaults={
            "choice": choice,
            "line_id": line_id,
            "retail": retail,
            "cost": cost,
            "decided_by_id": actor.user_id,
            "decided_at": at or timezone.now(),
        },
    )
    record(actor, "item.decided", f"{subject}: {choice}")
    return decision


@transaction.atomic
def decide_all(*, findings: Iterable[Finding], choice: str, actor: Actor) -> int:
    """Give many items the same answer; answers how many. Raises ``SyncRefused`` where one does not offer it."""
    now, number = timezone.now(), 0
    for finding in findings:
        decide(program=finding.program, subject=finding.subject, choice=choice, actor=actor, at=now)
        number += 1
    return number


def _at_stake(program: Program, subject: str) -> tuple[Decimal | None, Decimal | None]:
    """Retail and cost that the item held last, in currency units."""
    held = Change.objects.filter(run__program=program, run__preview=False, subject=subject, state=ChangeState.HELD)
    return held.order_by("-pk").values_list("retail", "cost").first() or (None, None)


def undo_decision(*, program: Program, subject: str, actor: Actor) -> None:
    """Take an answer back, as long as nothing was written because of it."""
    decision = Decision.objects.filter(program=program, subject=subject).first()
    if decision is None:
        raise SyncRefused("There is no decision to undo.")
    if decision.choice == "take_up" and was_taken_up(subject):
        raise SyncRefused("It was taken up already. Decide about each amount that is proposed.")
    mark = subject.partition(":")[2]
    written = Part.objects.filter(mark__in=(mark, f"BS:{mark}"), state__in=(PartState.SYNCED, PartState.BILLED))
    if decision.choice == "apply" and written.exists():
        raise SyncRefused("It was written already. Change it in Syncro instead.")
    decision.delete()
    record(actor, "item.undone", f"Undid the decision about {subject}")


@transaction.atomic
def undo_decisions(*, program: Program, at: dt.datetime, actor: Actor) -> int:
    """Take back the answers that were given together; answers how many. Raises ``SyncRefused`` if one cannot be."""
    decisions = list(Decision.objects.filter(program=program, decided_at=at))
    if not decisions:
        raise SyncRefused("There is no decision to undo.")
    for decision in decisions:
        undo_decision(program=program, subject=decision.subject, actor=actor)
    return len(decisions)


# --- Seen -----------------------------------------------------------------------------------------


def mark_seen(*, findings: QuerySet[Finding], actor: Actor) -> int:
    """Warnings that a person knows of are no longer shown while they stand; answers how many. Errors stay."""
    warnings = findings.filter(severity=Severity.WARNING, subject="", closed_at=None, seen_at=None)
    texts = list(warnings.values_list("pk", "text"))
    if not texts:
        raise SyncRefused("There is no warning to mark as seen.")
    ids = [pk for pk, _ in texts]
    Finding.objects.filter(pk__in=ids).update(seen_at=timezone.now(), seen_by=actor.user_id)
    record_all(actor, (("warning.seen", text) for _, text in texts))
    return len(ids)


def undo_seen(*, at: dt.datetime, actor: Actor) -> int:
    """Show again what was marked as seen in one go; answers how many."""
    seen = Finding.objects.filter(seen_at=at, closed_at=None)
    record_all(actor, [("warning.unseen", text) for text in seen.values_list("text", flat=True)])
    return seen.update(seen_at=None, seen_by=None)
