"""Each run has one message in the queue: the one that carries the run's ticket, which is the message's own id.

A message with any other ticket is void, so copies do no harm: those of a broker that delivers twice, and
those of the janitor, which sends one where no worker came for long. Call these inside the partner's scope.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from celery import current_app
from django.db import transaction
from django.db.models import Q, QuerySet
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
    """Send the run's message, or a copy of the one that may be under way. Nothing for a run that is over."""
    run = Run.objects.select_for_update(no_key=True).filter(pk=run_id, state__in=ACTIVE_STATES).first()
    if run is not None:
        _send_on_commit(run, run.ticket or uuid.uuid4())


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


def wake_followers(run_id: int) -> None:
    """A run is over: those of the same full sync that waited for it go on. A command moves on its own by itself."""
    followers = Run.objects.filter(after=run_id, state=RunState.QUEUED, enqueued_at__isnull=False)
    for run in followers.select_for_update(no_key=True):
        _send_on_commit(run, uuid.uuid4())


def _with_ticket(run_id: int, ticket: str | None) -> QuerySet[Run]:
    return Run.objects.filter(Q(ticket=ticket) | Q(ticket=None), pk=run_id)


def _send_on_commit(run: Run, ticket: uuid.UUID) -> None:
    transaction.on_commit(_issue(run, ticket).send, robust=True)


def _issue(run: Run, ticket: uuid.UUID, wait: float = 0.0) -> QueueMessage:
    run.ticket, run.enqueued_at = ticket, timezone.now()
    run.save(update_fields=["ticket", "enqueued_at"])
    return QueueMessage(scoped_partner_id(), run.pk, ticket, wait)
