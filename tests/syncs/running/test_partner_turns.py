"""A partner has so many workers at once; what else it asks for waits in its own line and not in the queue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import Partner
from core.audit import Actor
from core.scope import partner_scope
from core.turns import MOST_WORKERS_PER_PARTNER, TURN_LOCKS
from programs.models import Program
from syncs.enums import ACTIVE_STATES
from syncs.errors import SyncRefused
from syncs.models import Run
from syncs.running.starting import cancel_run, start_sync
from tests import factories as make
from tests.end_to_end.queue import Queue, run_of

ASKED = 200
BOB = Actor("bob@northwind.example")


@contextmanager
def workers_busy_for(partner: Partner, count: int) -> Iterator[None]:
    """Other workers wait for this partner's slow vendor."""
    session = connection.get_new_connection(connection.get_connection_params())
    try:
        with session.cursor() as cursor:
            for place in range(count):
                key = partner.pk * MOST_WORKERS_PER_PARTNER + place
                cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [TURN_LOCKS, key])
                assert cursor.fetchone()[0]
        yield
    finally:
        session.close()


@pytest.fixture
def queue(django_capture_on_commit_callbacks: Any, redis_url: str) -> Queue:
    queue = Queue(django_capture_on_commit_callbacks)
    queue.lose()
    return queue


@pytest.fixture
def partners(partner: Partner, stranger: Partner) -> tuple[Partner, Partner]:
    """Northwind, who asks for much, and Tailwind; their vendors answer at once that nothing is connected."""
    for one in (partner, stranger):
        with partner_scope(one.pk):
            make.ProgramFactory(enabled=True, products_enabled=True, billing_enabled=True, motions=["seat_monthly"])
    return partner, stranger


def preview(queue: Queue, partner: Partner, actor: Actor = BOB) -> Run:
    with queue._commits(execute=True), partner_scope(partner.pk):
        return start_sync(program=Program.objects.get(), kinds=["products"], actor=actor, preview=True)[0]


def turns(queue: Queue, until: Run) -> list[int]:
    """The runs that ended, up to and with that one: each needs one turn."""
    ended: list[int] = []
    while until.pk not in ended and (message := queue.take()) is not None:
        queue.work_on(message)
        partner_id, run_id = message.payload[0]
        with partner_scope(partner_id):
            if not Run.objects.filter(pk=run_id, state__in=ACTIVE_STATES).exists():
                ended.append(run_of(message))
    return ended


def test_two_hundred_previews_of_one_partner_leave_the_queue_to_the_other(
    queue: Queue, partners: tuple[Partner, Partner]
) -> None:
    northwind, tailwind = partners
    asked = [preview(queue, northwind, Actor(f"person-{number}@northwind.example")) for number in range(ASKED)]
    (theirs,) = queue.start(tailwind.pk, "products")
    waiting = len(queue)

    with workers_busy_for(northwind, settings.WORKERS_PER_PARTNER):
        ended = turns(queue, theirs)

    assert len({run.pk for run in asked}) == ASKED
    assert waiting == settings.WORKERS_PER_PARTNER + 1
    assert ended == [theirs.pk]  # not one turn of Northwind's before it
    with partner_scope(northwind.pk):
        assert Run.objects.filter(in_line_since__isnull=False).count() == ASKED


def test_line_moves_on_turn_by_turn_until_it_is_empty(queue: Queue, partners: tuple[Partner, Partner]) -> None:
    northwind, _tailwind = partners
    asked = [preview(queue, northwind, Actor(f"person-{number}@northwind.example")) for number in range(5)]
    sent = len(queue)

    ended = turns(queue, asked[-1])

    assert sent == settings.WORKERS_PER_PARTNER
    assert ended == [run.pk for run in asked]  # in the order in which they were asked for
    with partner_scope(northwind.pk):
        assert not Run.objects.filter(in_line_since__isnull=False).exists()


def test_janitor_moves_a_line_on_whose_workers_died(queue: Queue, partners: tuple[Partner, Partner]) -> None:
    northwind, _tailwind = partners
    asked = [preview(queue, northwind, Actor(f"person-{number}@northwind.example")) for number in range(5)]
    queue.lose()

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=3), tick=True):
        queue.sweep()
        ended = turns(queue, asked[-1])

    assert sorted(ended) == [run.pk for run in asked]


def test_janitor_who_may_move_two_runs_on_serves_both_partners(
    queue: Queue, partners: tuple[Partner, Partner], monkeypatch: pytest.MonkeyPatch
) -> None:
    northwind, tailwind = partners
    for number in range(5):
        preview(queue, northwind, Actor(f"person-{number}@northwind.example"))
    theirs = preview(queue, tailwind)
    queue.lose()
    monkeypatch.setattr("syncs.tasks.AT_MOST", 2)

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=3), tick=True):
        handed_over = queue.sweep()

    messages = [queue.take() for _ in range(len(queue))]
    assert handed_over == 2
    assert theirs.pk in [run_of(one) for one in messages if one is not None]


def test_preview_of_the_same_person_is_joined(queue: Queue, partners: tuple[Partner, Partner]) -> None:
    northwind, _tailwind = partners
    first = preview(queue, northwind)
    again = preview(queue, northwind)
    others = preview(queue, northwind, Actor("adam@northwind.example"))
    with partner_scope(northwind.pk):
        cancel_run(run=first, actor=BOB)
        with pytest.raises(SyncRefused, match="was cancelled and is about to end"):
            start_sync(program=Program.objects.get(), kinds=["products"], actor=BOB, preview=True)

    assert again.pk == first.pk != others.pk


def test_one_worker_less_than_a_partner_may_have_goes_on_for_it(
    queue: Queue, partners: tuple[Partner, Partner]
) -> None:
    northwind, _tailwind = partners
    run = preview(queue, northwind)

    with workers_busy_for(northwind, settings.WORKERS_PER_PARTNER - 1):
        assert turns(queue, run) == [run.pk]
