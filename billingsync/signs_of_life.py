"""What the queue and its workers leave behind for the operator's page: when a task was queued, who is alive."""

from __future__ import annotations

import contextlib
import time
from typing import Any

import redis
from celery.signals import before_task_publish, heartbeat_sent
from django.conf import settings

from reports.queue import FORGOTTEN_AFTER, QUEUED_AT, open_redis, workers_key

SAY_EVERY = 10.0  # seconds between two signs of life of a worker


@before_task_publish.connect
def note_time(headers: dict[str, Any] | None = None, **_kwargs: Any) -> None:
    """Write into each task when it was queued."""
    if headers is not None:
        headers.setdefault(QUEUED_AT, time.time())


@heartbeat_sent.connect
def note_worker(sender: Any, **_kwargs: Any) -> None:
    """A worker is alive. It must never suffer from saying so."""
    if time.monotonic() - getattr(sender, "said_at", -SAY_EVERY) < SAY_EVERY:
        return
    sender.said_at = time.monotonic()
    with contextlib.suppress(redis.RedisError):
        client = open_redis(settings.REDIS_URL)
        client.zadd(workers_key(), {sender.eventer.hostname: time.time()})
        client.zremrangebyscore(workers_key(), 0, time.time() - FORGOTTEN_AFTER.total_seconds())
