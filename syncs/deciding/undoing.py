"""Take answers back, as long as nothing was done because of them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from core.audit import Actor, record
from invoices.services import DecisionRefused, hold_row_again
from money.enums import Question
from money.holds import question_of
from programs.models import Program
from syncs.deciding.carrying_out import was_carried_out
from syncs.errors import SyncRefused
from syncs.models import Decision

CARRIED_OUT = "A sync has carried this out, so it cannot be taken back here. Correct in {target} what it led to."


def undo_decision(*, program: Program, subject: str, actor: Actor) -> None:
    """Take an answer back, as long as nothing was done because of it. Raises ``SyncRefused`` once something was."""
    decision = Decision.objects.filter(program=program, subject=subject).first()
    if decision is None:
        raise SyncRefused("There is no decision to undo.")
    if was_carried_out(decision):
        raise SyncRefused(CARRIED_OUT.format(target=program.target.label))
    if question_of(subject) is Question.ROW:
        _hold_row_again(subject.partition(":")[2])
    decision.delete()
    record(actor, "item.undone", f"Undid the decision about {subject}")


def _hold_row_again(row: str) -> None:
    try:
        hold_row_again(charge_id=int(row))
    except DecisionRefused as refusal:
        raise SyncRefused(str(refusal)) from refusal


@transaction.atomic
def undo_decisions(*, program: Program, at: dt.datetime, actor: Actor) -> int:
    """Take back the answers that were given together; answers how many. Raises ``SyncRefused`` if one cannot be."""
    decisions = list(Decision.objects.filter(program=program, decided_at=at))
    if not decisions:
        raise SyncRefused("There is no decision to undo.")
    for decision in decisions:
        undo_decision(program=program, subject=decision.subject, actor=actor)
    return len(decisions)
