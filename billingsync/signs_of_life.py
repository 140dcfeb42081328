"""What the queue, its workers and beat leave behind: when a task was queued, who is alive, when work was done last.

Whoever says it must never suffer from saying so.
"""

from __future__ import annotations

import contextlib
import time
from typing import Any

import redis
from celery.signals import (
    after_task_publish,
    beat_embedded_init,
    beat_init,
    before_task_publish,
    heartbeat_sent,
    task_postrun,
)
from django.conf import settings

from reports.queue import FORGOTTEN_AFTER, QUEUED_AT, open_redis, workers_key

SAY_EVERY = 10.0  # seconds between two signs of life of a worker
TASK_DONE = "task done"  # by a child of some worker: its parent may live while all children are frozen
BEAT = "beat"  # put a task into the queue
_said_at: dict[str, float] = {}  # by this process


@before_task_publish.connect
def note_time(headers: dict[str, Any] | None = None, **_kwargs: Any) -> None:
    """Write into each task when it was queued."""
    if headers is not None:
        headers.setdefault(QUEUED_AT, time.time())


@heartbeat_sent.connect
def note_worker(sender: Any, **_kwargs: Any) -> None:
    """A worker is alive."""
    if time.monotonic() - getattr(sender, "said_at", -SAY_EVERY) < SAY_EVERY:
        return
    sender.said_at = time.monotonic()
    with contextlib.suppress(redis.RedisError):
        client = open_redis(settings.REDIS_URL)
        client.zadd(workers_key(), {sender.eventer.hostname: time.time()})
        client.zremrangebyscore(workers_key(), 0, time.time() - FORGOTTEN_AFTER.total_seconds())


@task_postrun.connect
def note_task(**_kwargs: Any) -> None:
    """This child took a task and came to its end."""
    _say(TASK_DONE)


@beat_init.connect
@beat_embedded_init.connect
def listen_to_beat(**_kwargs: Any) -> None:
    """In the process of beat alone: what it puts into the queue is its tick."""
    after_task_publish.connect(note_tick)


def note_tick(**_kwargs: Any) -> None:
    """Beat put a task into the queue."""
    _say(BEAT)


def seconds_since(sign: str) -> float | None:
    """Since that was last said by anybody; None where it never was, or Redis was emptied since."""
    said = open_redis(settings.REDIS_URL).get(_key(sign))
    return None if said is None else time.time() - int(said)


def _say(sign: str) -> None:
    if time.monotonic() - _said_at.get(sign, -SAY_EVERY) < SAY_EVERY:
        return
    _said_at[sign] = time.monotonic()
    with contextlib.suppress(redis.RedisError):
        open_redis(settings.REDIS_URL).set(_key(sign), int(time.time()))


def _key(sign: str) -> str:
    return f"{settings.REDIS_KEY_PREFIX}sign of life:{sign}"
