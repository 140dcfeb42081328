"""Somebody wants a target's copy read anew: one reading of a connection at a time, however often it is asked for."""

from __future__ import annotations

import datetime as dt

from celery import current_app
from django.db.models import Q
from django.utils import timezone

from connections.models import Connection
from core.scope import partner_scope, scoped_partner_id

REFRESH_TASK = "customers.tasks.refresh_target_copy"  # by name: customers stand above connections
LOST_AFTER = dt.timedelta(minutes=20)  # longer than any task: its worker died


def ask_for_copy(connection_id: int) -> bool:
    """Have the copy read in the background. False: that waits or is under way already. Inside the scope.

    Raises kombu's ``OperationalError`` where the queue cannot be reached.
    """
    now = timezone.now()
    free = Q(copy_wanted_at=None) | Q(copy_wanted_at__lt=now - LOST_AFTER)
    if not Connection.objects.filter(free, pk=connection_id).update(copy_wanted_at=now, copy_problem=""):
        return False
    current_app.send_task(REFRESH_TASK, args=[scoped_partner_id(), connection_id], retry=False)
    return True


def note_copy_read(partner_id: int, connection_id: int, problem: str = "") -> None:
    """The reading is over, well or with a ``problem``: the next one may begin."""
    with partner_scope(partner_id):
        Connection.objects.filter(pk=connection_id).update(copy_wanted_at=None, copy_problem=problem)
