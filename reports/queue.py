"""How the queue and its workers are: how much waits, since when, and who was heard of lately."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

QUEUE = "work"
QUEUED_AT = "queued_at"  # header of a task: seconds since 1970
SILENT_AFTER = dt.timedelta(minutes=1)
FORGOTTEN_AFTER = dt.timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker and when it was heard of last."""

    name: str
    seen_at: dt.datetime
    silent: bool


@dataclass(frozen=True, slots=True)
class QueueHealth:
    """Tasks that nobody has taken, when the oldest of them was queued (None: unknown), and the workers."""

    waiting: int
    oldest: dt.datetime | None
    workers: list[Worker]


def read_queue_health(now: dt.datetime) -> QueueHealth | None:
    """None while Redis does not answer."""
    try:
        with open_redis(settings.REDIS_URL).pipeline(transaction=False) as questions:
            questions.llen(_key(QUEUE)).lindex(_key(QUEUE), -1).zrange(workers_key(), 0, -1, withscores=True)
            waiting, oldest, seen = questions.execute()
    except redis.RedisError:
        return None
    workers = [_worker(name, at, now) for name, at in seen if at > (now - FORGOTTEN_AFTER).timestamp()]
    return QueueHealth(waiting, _queued_at(oldest), workers)


def workers_key() -> str:
    """Where Redis keeps when each worker was heard of last."""
    return _key("workers")


@lru_cache(maxsize=4)
def open_redis(url: str) -> Any:
    """A client that gives up after two seconds."""
    return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)


def _worker(name: bytes, seen_at: float, now: dt.datetime) -> Worker:
    seen = dt.datetime.fromtimestamp(seen_at, dt.UTC)
    return Worker(name.decode(errors="replace"), seen, silent=now - seen > SILENT_AFTER)


def _queued_at(message: bytes | None) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(json.loads(message or b"{}")["headers"][QUEUED_AT], dt.UTC)
    except (KeyError, TypeError, ValueError):
        return None


def _key(name: str) -> str:
    return f"{settings.REDIS_KEY_PREFIX}{name}"
