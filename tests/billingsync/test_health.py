"""Probes: alive is whoever answers; ready is who can write, whose workers finish tasks, and whose beat ticks."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest
from celery.signals import after_task_publish, beat_init
from django.db import connection
from django.test import Client
from redis import Redis

from billingsync import health, healthcheck, signs_of_life
from billingsync.version import read_version
from core.models import Installation
from notifications.tasks import deliver_due

WELL = {"database": True, "redis": True, "worker": True, "beat": True}
STRANGER = "10.1.2.3"


@pytest.fixture(autouse=True)
def asked_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer of another test is given again, and none of this one."""
    monkeypatch.setattr(health, "GOOD_SECONDS", 0.0)
    monkeypatch.setattr(health, "_found", health.Readiness())


def ready(client: Client) -> tuple[int, dict[str, bool]]:
    answer = client.get("/readyz", headers={"host": STRANGER})
    return answer.status_code, answer.json()


@pytest.fixture
def at_work(redis_url: str, db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A child of a worker does a task, and beat queues one."""
    monkeypatch.setattr(signs_of_life, "_said_at", {})
    beat_init.send(sender=None)
    after_task_publish.send(sender="syncs.tasks.sweep")
    deliver_due.apply()
    yield
    after_task_publish.disconnect(signs_of_life.note_tick)


def test_ready_when_everything_was_written_and_heard_of(client: Client, at_work: None) -> None:
    assert ready(client) == (200, WELL)
    assert Installation.objects.get().probed_at is not None


@pytest.mark.django_db
def test_nobody_was_heard_of(client: Client, redis_url: str) -> None:
    assert ready(client) == (503, WELL | {"worker": False, "beat": False})


@pytest.mark.parametrize(("sign", "part"), [(signs_of_life.TASK_DONE, "worker"), (signs_of_life.BEAT, "beat")])
def test_part_that_fell_silent_is_named(
    client: Client, at_work: None, redis_url: str, settings: Any, sign: str, part: str
) -> None:
    with Redis.from_url(redis_url) as redis:
        redis.set(f"{settings.REDIS_KEY_PREFIX}sign of life:{sign}", int(time.time()) - 302)

    assert ready(client) == (503, WELL | {part: False})


def test_redis_that_refuses_writes_is_named(client: Client, at_work: None, redis_url: str, settings: Any) -> None:
    reader = f"reader-{os.getpid()}"
    with Redis.from_url(redis_url) as redis:
        redis.acl_setuser(reader, enabled=True, passwords=["+one"], keys=["*"], commands=["+get"])
        settings.REDIS_URL = f"redis://{reader}:one@{redis_url.rpartition('@')[2]}"
        told = ready(client)
        redis.acl_deluser(reader)

    assert told == (503, WELL | {"redis": False})


def test_redis_that_is_away_is_named(client: Client, at_work: None, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert ready(client) == (503, {"database": True, "redis": False, "worker": False, "beat": False})


@pytest.mark.django_db(transaction=True)
def test_database_that_only_reads_is_named(client: Client, at_work: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        told = ready(client)
    finally:
        connection.close()

    assert told == (503, WELL | {"database": False})


def test_alive_asks_nobody_and_knows_no_host(client: Client, settings: Any) -> None:
    """Without the database, which this test may not use."""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.SECURE_SSL_REDIRECT = True

    answer = client.get("/healthz", headers={"host": STRANGER})

    assert (answer.status_code, answer.json()) == (200, {"alive": True, "version": read_version()})
    assert client.post("/healthz").status_code == 405


def test_container_of_beat_is_well_while_it_ticks(at_work: None, redis_url: str, settings: Any) -> None:
    assert healthcheck.main(["beat"]) == 0

    with Redis.from_url(redis_url) as redis:
        redis.delete(f"{settings.REDIS_KEY_PREFIX}sign of life:{signs_of_life.BEAT}")

    assert healthcheck.main(["beat"]) == 1


def test_many_who_ask_at_once_cost_one_write_and_the_next_answer_is_true_again(
    client: Client, at_work: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "GOOD_SECONDS", 3600.0)
    first = [ready(client)]
    written = Installation.objects.get().probed_at
    first += [ready(client) for _ in range(19)]
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    later = ready(client)
    monkeypatch.setattr(health, "_found", health.Readiness())

    assert first == [(200, WELL)] * 20
    assert Installation.objects.get().probed_at == written
    assert later == (200, WELL)
    assert ready(client) == (503, {"database": True, "redis": False, "worker": False, "beat": False})
