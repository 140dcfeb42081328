"""Answers of people to held items: the next sync plans with them. Call inside the partner's scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from core.audit import Actor, record
from invoices.services import DecisionRefused, settle_row, settle_unknown
from money.enums import Chosen, Question
from money.holds import choices_about, question_of
from programs.models import Program
from syncs.deciding.carrying_out import was_carried_out
from syncs.enums import ChangeState
from syncs.errors import SyncRefused
from syncs.models import Change, Decision, Finding


def decide(
    *,
    program: Program,
    subject: str,
    choice: str,
    actor: Actor,
    line_id: str | None = None,
    at: dt.datetime | None = None,
) -> Decision:
    """Answer a held item; the next sync plans with the answer. Answers of one moment ``at`` are undone together.

    Raises ``SyncRefused`` for an item that does not wait, or whose answer was carried out, and for a choice that it
    does not offer.
    """
    if choice not in choices_about(subject):
        raise SyncRefused(f"“{choice}” is not a choice here.")
    if choice == Chosen.ADOPT and line_id is None:
        raise SyncRefused("Say which line to adopt.")
    _refuse_unless_waiting(program, subject)
    if question_of(subject) is Question.ROW:
        _settle_row(subject, counts=choice == Chosen.COUNT)
    if question_of(subject) is Question.UNKNOWN:
        _leave_out_unknown(subject)
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


def _refuse_unless_waiting(program: Program, subject: str) -> None:
    """It is reported, or was answered and nothing was done yet: a subject that nobody reported means nothing."""
    if Finding.objects.filter(program=program, subject=subject, closed_at=None).exists():
        return
    before = Decision.objects.filter(program=program, subject=subject).first()
    if before is None or was_carried_out(before):
        raise SyncRefused("This item no longer waits: a sync settled it meanwhile. Nothing was changed.")


def _settle_row(subject: str, *, counts: bool) -> None:
    try:
        settle_row(charge_id=int(subject.partition(":")[2]), counts=counts)
    except DecisionRefused as refusal:
        raise SyncRefused(str(refusal)) from refusal


def _leave_out_unknown(subject: str) -> None:
    try:
        settle_unknown(subject=subject, bills=False)
    except DecisionRefused as refusal:
        raise SyncRefused(str(refusal)) from refusal


def _at_stake(program: Program, subject: str) -> tuple[Decimal | None, Decimal | None]:
    """Retail and cost that the item held last, in currency units."""
    held = Change.objects.filter(run__program=program, run__preview=False, subject=subject, state=ChangeState.HELD)
    return held.order_by("-pk").values_list("retail", "cost").first() or (None, None)
