"""Take answers back, as long as nothing was done because of them."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from core.audit import Actor, record
from money.enums import PartState
from programs.models import Program
from syncs.errors import SyncRefused
from syncs.facts.older_months import was_taken_up
from syncs.models import Decision, Part


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
        raise SyncRefused(f"It was written already. Change it in {program.target.label} instead.")
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
