"""Each run has one message in the queue: the one that carries the run's ticket, which is the message's own id.

One whose partner has as many workers as it may have at once has none: it stands in the partner's line.

A message with any other ticket is void, so copies do no harm: those of a broker that delivers twice, and
those of the janitor, which sends one where no worker came for long. Call these inside the partner's scope.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from core.scope import scoped_partner_id
from syncs.enums import ACTIVE_STATES, RunState
from syncs.models import Run

TASK = "syncs.tasks.advance_run"


@dataclass(frozen=True, slots=True)
class QueueMessage:
    """Tells a worker to move a run on, in so many seconds."""

    partner_id: int
    run_id: int
    ticket: uuid.UUID
    wait: float = 0.0

    def send(self) -> None:
        """Put it into the queue."""
        ids, wait = (self.partner_id, self.run_id), self.wait or None
        current_app.send_task(TASK, ids, task_id=str(self.ticket), countdown=wait)


def hand_over(run_id: int) -> None:
    """Send the run's message, or a copy of the one that may be under way. Nothing for a run that is over.

    Where the partner has messages enough in the queue the run waits in the line instead, until one of them is done.
    """
    run = Run.objects.select_for_update(no_key=True).filter(pk=run_id, state__in=ACTIVE_STATES).first()
    if run is None:
        return
    if _others_under_way(run) < settings.WORKERS_PER_PARTNER:
        _send_on_commit(run, run.ticket or uuid.uuid4())
        return
    run.ticket, run.enqueued_at = None, timezone.now()
    run.in_line_since = run.in_line_since or run.enqueued_at
    run.save(update_fields=["ticket", "enqueued_at", "in_line_since"])


def is_void(run_id: int, ticket: str | None) -> bool:
    """Whether another message than the one with this ticket moves the run on. A run without one takes any."""
    return not _with_ticket(run_id, ticket).exists()


def next_message(run_id: int, ticket: str | None, wait: float) -> QueueMessage | None:
    """The message that takes the place of the one with this ticket; None when that has become void."""
    run = _with_ticket(run_id, ticket).select_for_update(no_key=True).first()
    return None if run is None else _issue(run, uuid.uuid4(), wait)


def rest(run_id: int, ticket: str | None) -> None:
    """No message goes on: the run is over, or somebody else wakes it."""
    _with_ticket(run_id, ticket).update(ticket=None)


def line_up(run_id: int, ticket: str | None) -> None:
    """As many workers as may work for the partner do: the run waits in the partner's own line, without a message.

    So the queue holds few messages of one partner, and partners take turns in it. Nothing where the ticket is void.
    """
    with_ticket = _with_ticket(run_id, ticket).filter(state__in=ACTIVE_STATES)
    with_ticket.update(ticket=None, in_line_since=Coalesce("in_line_since", Now()))


def leave_line(run_id: int) -> None:
    """The run has a worker now."""
    Run.objects.filter(pk=run_id, in_line_since__isnull=False).update(in_line_since=None)


def is_line_empty() -> bool:
    """Whether no run of the partner waits in its line."""
    return not _in_line().exists()


def call_next() -> QueueMessage | None:
    """The message of the run that stands first in the partner's line; None where none does."""
    run = _in_line().select_for_update(skip_locked=True, no_key=True).order_by("in_line_since", "pk").first()
    if run is None:
        return None
    run.in_line_since = None
    run.save(update_fields=["in_line_since"])
    return _issue(run, uuid.uuid4())


def wake_followers(run_id: int) -> None:
    """A run is over: those of the same full sync that waited for it go on. A command moves on its own by itself."""
    early = (RunState.QUEUED, RunState.READING)
    followers = Run.objects.filter(after=run_id, state__in=early, enqueued_at__isnull=False)
    for run in followers.select_for_update(no_key=True):
        _send_on_commit(run, uuid.uuid4())


def _others_under_way(run: Run) -> int:
    """Runs of the partner that have a message which is to be received now, or a worker."""
    with_message = Run.objects.filter(ticket__isnull=False, state__in=ACTIVE_STATES).exclude(pk=run.pk)
    return with_message.filter(Q(resume_at=None) | Q(resume_at__lte=timezone.now())).count()


def _in_line() -> QuerySet[Run]:
    return Run.objects.filter(in_line_since__isnull=False, state__in=ACTIVE_STATES)


def _with_ticket(run_id: int, ticket: str | None) -> QuerySet[Run]:
    return Run.objects.filter(Q(ticket=ticket) | Q(ticket=None), pk=run_id)


def _send_on_commit(run: Run, ticket: uuid.UUID) -> None:
    transaction.on_commit(_issue(run, ticket).send, robust=True)


def _issue(run: Run, ticket: uuid.UUID, wait: float = 0.0) -> QueueMessage:
    run.ticket, run.enqueued_at = ticket, timezone.now()
    run.save(update_fields=["ticket", "enqueued_at"])
    return QueueMessage(scoped_partner_id(), run.pk, ticket, wait)
