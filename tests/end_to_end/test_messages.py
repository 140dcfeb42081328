"""Each run has one message in the queue, whatever the janitor, the broker or an impatient person does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from time_machine import Traveller

from billingsync.celery import app
from core.audit import COMMAND
from core.scope import partner_scope
from programs.models import Program
from syncs.enums import ACTIVE_STATES, RunState
from syncs.models import Run
from syncs.running.slices import Slice
from syncs.running.starting import start_sync
from tests.end_to_end.office import Office
from tests.end_to_end.queue import Queue, run_of

CAST = ("adatum",)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _each_step_is_a_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Slice, "over", True)  # there is nothing to write


@pytest.fixture
def queue(django_capture_on_commit_callbacks: Any) -> Queue:
    return Queue(django_capture_on_commit_callbacks)


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel(timezone.now(), tick=True) as traveller:
        yield traveller


def states(office: Office) -> list[str]:
    with partner_scope(office.partner_id()):
        return [run.state for run in Run.objects.filter(state__in=ACTIVE_STATES).order_by("pk")]


def newest_runs(office: Office, count: int) -> list[Run]:
    with partner_scope(office.partner_id()):
        return list(Run.objects.order_by("-pk")[:count])


def beat(office: Office, run: Run) -> None:
    """A worker is at it."""
    with partner_scope(office.partner_id()):
        Run.objects.filter(pk=run.pk).update(state=RunState.APPLYING, heartbeat_at=timezone.now())


def test_run_that_waits_for_another_has_no_message_and_the_janitor_sends_none(
    office: Office, queue: Queue, clock: Traveller
):
    products, billing = queue.start(office.partner_id(), "products", "billing")
    messages = [queue.take() for _ in range(2)]
    queue.work_on(next(one for one in messages if one is not None and run_of(one) == billing.pk))

    sent = []
    for _ in range(30):
        beat(office, products)
        clock.shift(MINUTE)
        sent.append(queue.sweep())

    assert sent == [0] * 30
    assert len(queue) == 0


@pytest.mark.usefixtures("smallest_slices")  # with room for the pages of a list
def test_end_of_the_product_run_wakes_the_billing_run(office: Office, queue: Queue):
    queue.start(office.partner_id(), "products", "billing")

    queue.work()

    assert states(office) == []
    assert {run.kind for run in newest_runs(office, 2)} == {"products", "billing"}
    assert {run.error for run in newest_runs(office, 2)} == {""}


def test_janitor_wakes_a_billing_run_whose_product_run_ended_unheard(office: Office, queue: Queue, clock: Traveller):
    products, billing = queue.start(office.partner_id(), "products", "billing")
    queue.lose()
    with partner_scope(office.partner_id()):
        Run.objects.filter(pk=products.pk).update(state=RunState.FINISHED)

    clock.shift(MINUTE * 3)

    assert queue.sweep() == 1
    queue.work()
    assert newest_runs(office, 1)[0].pk == billing.pk
    assert states(office) == []


def test_copies_of_a_message_die_and_only_one_goes_on(office: Office, queue: Queue, clock: Traveller):
    (run,) = queue.start(office.partner_id(), "billing")
    for _ in range(20):
        clock.shift(MINUTE)
        queue.sweep()
    waiting = len(queue)

    queue.work(waiting)

    assert 2 <= waiting <= 8  # more and more rarely, as the queue may just be long
    assert len(queue) == 1
    assert queue.work() > 0
    assert states(office) == []
    assert newest_runs(office, 1)[0].pk == run.pk


def test_impatient_person_adds_no_turn(office: Office, queue: Queue):
    for _ in range(5):
        queue.start(office.partner_id(), "billing")

    queue.work(5)

    assert len(queue) == 1


def test_message_that_is_delivered_twice_goes_on_once(office: Office, queue: Queue):
    queue.start(office.partner_id(), "billing")
    message = queue.take()
    assert message is not None

    queue.work_on(message)
    queue.work_on(message)

    assert len(queue) == 1


def test_message_of_a_worker_that_died_is_good_for_another_one(office: Office, queue: Queue):
    (run,) = queue.start(office.partner_id(), "billing")
    message = queue.take()
    assert message is not None
    with partner_scope(office.partner_id()):  # it had begun
        Run.objects.filter(pk=run.pk).update(state=RunState.READING, heartbeat_at=timezone.now())

    queue.work_on(message)

    assert len(queue) == 1


@pytest.mark.parametrize("waited", [0, 1, 5, 30], ids="{} minutes".format)
def test_run_goes_on_within_the_bound_after_redis_lost_everything(
    office: Office, queue: Queue, clock: Traveller, waited: int
):
    queue.start(office.partner_id(), "billing")
    for _ in range(waited):
        clock.shift(MINUTE)
        queue.sweep()
    queue.lose()

    minutes = 0
    while not len(queue):
        clock.shift(MINUTE)
        minutes += 1
        queue.sweep()

    assert minutes <= max(2, min(waited, 10)) + 1
    queue.work()
    assert states(office) == []


def test_run_whose_wait_is_over_is_handed_back_when_its_message_was_lost(
    office: Office, queue: Queue, clock: Traveller
):
    (run,) = queue.start(office.partner_id(), "billing")
    queue.lose()
    with partner_scope(office.partner_id()):
        now = timezone.now()
        Run.objects.filter(pk=run.pk).update(
            state=RunState.SETTLING, heartbeat_at=now, enqueued_at=now, resume_at=now + MINUTE * 5
        )

    clock.shift(MINUTE * 4)
    assert queue.sweep() == 0
    clock.shift(MINUTE * 3)
    assert queue.sweep() == 1


def test_message_of_the_version_before_moves_a_run_on(office: Office, queue: Queue):
    with partner_scope(office.partner_id()):
        (run,) = start_sync(program=Program.objects.get(), kinds=["billing"], actor=COMMAND, enqueue=False)
    for _ in range(3):  # they had no tickets
        app.send_task("syncs.tasks.advance_run", (office.partner_id(), run.pk))

    queue.work(3)

    assert len(queue) == 1
