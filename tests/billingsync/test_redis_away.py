"""Redis that answers and refuses: workers take it for a lost connection, and no crowd of tasks waits for its return."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from redis import Redis
from redis.exceptions import BusyLoadingError, OutOfMemoryError, ReadOnlyError, ResponseError

from billingsync.celery import app


@pytest.fixture
def refused_at(redis_url: str) -> Iterator[str]:
    """Where Redis lets nothing be written, for this test alone."""
    reader = f"refused-{os.getpid()}"
    with Redis.from_url(redis_url) as redis:
        redis.acl_setuser(reader, enabled=True, passwords=["+one"], keys=["*"], commands=["+get", "+ping", "+smembers"])
        yield f"redis://{reader}:one@{redis_url.rpartition('@')[2]}"
        redis.acl_deluser(reader)


def test_refusal_is_trouble_with_the_connection(refused_at: str) -> None:
    """What a worker takes for that it survives: it connects again until it works."""
    with app.connection_for_write(refused_at) as connection:
        with pytest.raises(ResponseError) as refusal, connection.channel() as channel:
            channel._put("work", {"properties": {}})

        assert isinstance(refusal.value, connection.connection_errors)


@pytest.mark.parametrize(
    "error", [OutOfMemoryError("OOM"), ReadOnlyError("READONLY"), BusyLoadingError("LOADING"), ResponseError("MISCONF")]
)
def test_each_kind_of_refusal_is_one(error: Exception) -> None:
    assert isinstance(error, app.connection_for_write().connection_errors)


def test_what_beat_asks_for_expires_when_it_asks_again() -> None:
    entries = app.conf.beat_schedule.values()

    assert entries
    nightly = [entry for entry in entries if not isinstance(entry["schedule"], float)]
    assert [entry["options"]["expires"] < 24 * 3600 for entry in nightly] == [True]
    assert [each for each in entries if each not in nightly and each["options"]["expires"] != each["schedule"]] == []
