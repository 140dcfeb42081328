"""Take answers back, as long as nothing was done because of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction

from core.audit import Actor, record
from core.editions import NewerEdition, open_edition, refuse_older
from core.models import AuditEntry
from invoices.services import DecisionRefused, hold_row_again, settle_unknown
from money.enums import Question
from money.holds import question_of
from programs.models import Program
from syncs.deciding.carrying_out import was_carried_out
from syncs.errors import SyncRefused
from syncs.models import Decision

UNDONE = "item.undone"
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
    if question_of(subject) is Question.UNKNOWN:
        _let_unknown_wait(subject)
    decision.delete()
    record(actor, UNDONE, f"Undid the decision about {subject}")


def _refuse_older_answers(program: Program, drawn: str | None) -> None:
    """Whoever answered anew is known from the answer; who took one back where one person alone took any back."""
    edition = open_edition(drawn) if drawn else None
    if edition is None:
        refuse_older(drawn, {})
        return
    rows = Decision.objects.filter(program=program, subject__in=edition.values).select_for_update(
        no_key=True, of=["self"]
    )
    standing = list(rows.select_related("decided_by"))
    try:
        refuse_older(drawn, {**dict.fromkeys(edition.values, ""), **answers_of(standing)})
    except NewerEdition as newer:
        people = {str(each.decided_by or "") for each in standing if each.decided_at > edition.drawn_at}
        undone = AuditEntry.objects.filter(action=UNDONE, at__gte=edition.drawn_at)
        people = people or set(undone.values_list("actor_name", flat=True))
        raise NewerEdition(newer.changed, by=people.pop() if len(people) == 1 else "") from newer


def _hold_row_again(row: str) -> None:
    try:
        hold_row_again(charge_id=int(row))
    except DecisionRefused as refusal:
        raise SyncRefused(str(refusal)) from refusal


def _let_unknown_wait(subject: str) -> None:
    try:
        settle_unknown(subject=subject, bills=True)
    except DecisionRefused as refusal:
        raise SyncRefused(str(refusal)) from refusal


def answers_of(decisions: Iterable[Decision]) -> dict[str, str]:
    """What an Undo is drawn from: by subject its answer, and when it was given."""
    return {each.subject: f"{each.choice}, {each.decided_at.isoformat()}" for each in decisions}


@transaction.atomic
def undo_decisions(*, program: Program, at: dt.datetime, actor: Actor, drawn: str | None = None) -> int:
    """Take back the answers that were given together; answers how many.

    Raises ``SyncRefused`` if one cannot be, and ``NewerEdition`` where they are others than were ``drawn``.
    """
    _refuse_older_answers(program, drawn)
    decisions = list(Decision.objects.filter(program=program, decided_at=at))
    if not decisions:
        raise SyncRefused("There is no decision to undo.")
    for decision in decisions:
        undo_decision(program=program, subject=decision.subject, actor=actor)
    return len(decisions)
