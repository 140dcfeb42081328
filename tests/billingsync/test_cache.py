"""What stands in Redis is JSON; what an older version wrote there is as good as not there."""

from __future__ import annotations

import pickle

import pytest
from django.core.cache import cache
from redis import Redis


@pytest.fixture
def old_value(redis_url: str) -> str:
    """The key of a value as versions of before wrote it."""
    with Redis.from_url(redis_url) as redis:
        redis.set(cache.make_key("old"), pickle.dumps([1.5]))
    return "old"


def test_value_of_an_older_version_is_not_there(old_value: str) -> None:
    cache.set("new", [2.5])

    assert (cache.get(old_value), cache.get(old_value, []), cache.get("new", [])) == (None, [], [2.5])
    assert cache.get_many([old_value, "new", "none"]) == {"new": [2.5]}
    cache.set(old_value, [3.5])
    assert cache.get(old_value, []) == [3.5]
