"""Whether a sync has acted on an answer: then it is a fact, and no longer to be taken back. Inside the scope."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import Q, QuerySet

from money.enums import Action, Chosen, LineState, PartState, Question
from money.holds import question_of
from syncs.enums import LOST_STATES, ChangeState
from syncs.facts.older_months import was_taken_up
from syncs.models import Change, Decision, Line, Part

SENT = (*LOST_STATES, ChangeState.DONE)  # or it may have been
WRITTEN = (PartState.SYNCED, PartState.BILLED)


def was_carried_out(decision: Decision) -> bool:
    """Whether something was done because of it, in the target or in our books, that taking it back leaves as it is."""
    done = _DONE.get(Chosen(decision.choice))
    return done is not None and done(decision)


def _added(decision: Decision) -> bool:
    """The line that it lets through stands, or was billed, or is on its way."""
    return _parts(decision).filter(state__in=WRITTEN).exists() or _sent(decision, Action.ADD_LINE)


def _taken_off(decision: Decision) -> bool:
    return _sent(decision, Action.REMOVE_LINE)


def _counted_as_billed(decision: Decision) -> bool:
    return _parts(decision).filter(state=PartState.BILLED).exists()


def _dismissed_for_good(decision: Decision) -> bool:
    """A line that stood was taken off. What was never written, or is gone, is only asked about again."""
    return question_of(decision.subject) is Question.UNPROVEN and _taken_off(decision)


def _came_to_stand(decision: Decision) -> bool:
    """*Already on the template*: since then a line of the subscription is ours, that one or one beside it."""
    motion, _, subscription = decision.subject.partition(":")[2].partition(":")
    ours = Line.objects.filter(program=decision.program_id, motion=motion, written_at__gte=decision.decided_at)
    return ours.filter(subscription__external_id__iexact=subscription).exclude(state=LineState.LOST).exists()


def _was_taken_up(decision: Decision) -> bool:
    return was_taken_up(decision.subject)


_DONE: dict[Chosen, Callable[[Decision], bool]] = {
    Chosen.ADOPT: _came_to_stand,
    Chosen.KEEP: _came_to_stand,
    Chosen.APPLY: _added,
    Chosen.AGAIN: _added,
    Chosen.BILLED: _counted_as_billed,
    Chosen.DISMISS: _dismissed_for_good,
    Chosen.REMOVE: _taken_off,
    Chosen.TAKE_UP: _was_taken_up,
}


def _mark(decision: Decision) -> str:
    """``kind:mark``, for some with the period or the line behind it; a mark has a colon of its own."""
    return ":".join(decision.subject.split(":")[1:3])


def _parts(decision: Decision) -> QuerySet[Part]:
    return Part.objects.filter(posting__program=decision.program_id, mark=_mark(decision))


def _sent(decision: Decision, action: Action) -> bool:
    about = Q(run__program=decision.program_id, mark=_mark(decision), action=action)
    return Change.objects.filter(about, state__in=SENT, sent_at__gte=decision.decided_at).exists()
