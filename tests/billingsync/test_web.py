"""What every answer of the web server carries, and what stands in its cache."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from django.core.cache import cache
from redis import Redis


class Trap:
    """Whoever unpickles it makes this file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.django_db
def test_no_inline_script_or_style_is_allowed(client):
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


def test_what_stands_in_redis_is_data_and_never_code(redis_url, tmp_path):
    trap = tmp_path / "trap"

    cache.set("session", {"began_at": 1, "names": ["a"]})
    cache.set("count", 3)
    kept, counted = cache.get("session"), cache.incr("count")
    with Redis.from_url(redis_url) as client:
        (key,) = client.scan_iter(match="*session")
        client.set(key, pickle.dumps(Trap(trap)))

    assert (kept, counted) == ({"began_at": 1, "names": ["a"]}, 4)
    assert cache.get("session") is None
    assert not trap.exists()


def test_clearing_the_cache_leaves_other_keys_alone(redis_url, settings):
    other = f"{settings.REDIS_KEY_PREFIX}queue"
    with Redis.from_url(redis_url) as client:
        client.set(other, "a task")
        cache.set("page", "cached")

        cache.clear()

        assert cache.get("page") is None
        assert client.get(other) == b"a task"
