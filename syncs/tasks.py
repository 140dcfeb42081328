"""Celery tasks: ids in, one call each. The ledger in the database is the truth, not the queue."""

from __future__ import annotations

import datetime as dt
from typing import Any

from celery import Task, shared_task
from django.conf import settings
from django.db import connection
from django.utils import timezone

from core.audit import SCHEDULER
from core.each_partner import each_by_itself
from core.installation import in_maintenance
from core.models import Job
from programs.models import Program
from programs.schedule import next_start
from syncs.errors import SyncRefused
from syncs.running import tickets
from syncs.running.advancing import take_turn
from syncs.running.circuit import is_broken
from syncs.running.lock import SILENT_AFTER
from syncs.running.starting import enabled_kinds, start_sync

AT_MOST = 200
A_DAY = dt.timedelta(days=1)


@shared_task(bind=True, name=tickets.TASK)
def advance_run(self: Task[Any, Any], partner_id: int, run_id: int) -> None:
    """Work on a run for one slice, then hand it back to the queue, so that partners take turns."""
    take_turn(partner_id, run_id, self.request.id)


@shared_task
def dispatch_due() -> int:
    """Start the daily syncs that are due, each program by itself; answers how many. In maintenance they wait."""
    if in_maintenance():
        return 0
    due = _ask("SELECT partner_id, program_id FROM due_programs(%s, %s)", timezone.now(), AT_MOST)
    return len(each_by_itself(Job.DISPATCH, due, _dispatch, give_up=_put_off_a_day))


def _dispatch(program_id: int) -> None:
    with_connections = Program.objects.select_related("partner", "source", "target")
    program = with_connections.select_for_update(of=("self",), no_key=True).get(pk=program_id)
    now = timezone.now()
    planned_for, due = program.next_due_at, next_start(program, now)
    if planned_for is None or now < planned_for <= due:
        return  # another beat was quicker
    program.next_due_at = due
    program.save(update_fields=["next_due_at"])
    if planned_for > due:
        return  # the clock was set back since that day was chosen
    kinds = enabled_kinds(program)
    if not kinds or is_broken(program):
        return
    try:
        start_sync(program=program, kinds=kinds, actor=SCHEDULER)
    except SyncRefused:
        return  # switched off in this moment: there is nothing to do


def _put_off_a_day(program_id: int) -> None:
    """What breaks today is tried again tomorrow: programs that are due stand in one line."""
    Program.objects.filter(pk=program_id).update(next_due_at=timezone.now() + A_DAY)


@shared_task
def sweep() -> int:
    """Hand runs whose worker died (or whose message was lost) back to the queue.

    Where the queue is just long this adds copies, more and more rarely. They are void once one is received.
    """
    if in_maintenance():
        return 0
    silent = dt.timedelta(seconds=min(SILENT_AFTER.total_seconds(), settings.JANITOR_SECONDS * 1.5))
    now = timezone.now()
    left = _ask("SELECT partner_id, run_id FROM runs_to_hand_over(%s, %s, %s)", now - silent, now, AT_MOST)
    return len(each_by_itself(Job.SWEEP, left, tickets.hand_over))


def _ask(query: str, *values: dt.datetime | int) -> list[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(query, list(values))
        return list(cursor.fetchall())
