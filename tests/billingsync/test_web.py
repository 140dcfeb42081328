"""What every answer of the web server carries, and whether it says that it is well."""

from __future__ import annotations

import pytest
from django.core.cache import cache
from django.test import override_settings
from redis import Redis


@pytest.mark.django_db
def test_healthz_is_well_when_database_and_redis_answer(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"database": True, "redis": True})


@pytest.mark.django_db
def test_healthz_says_that_redis_does_not_answer(client):
    dead = {"default": {"BACKEND": "billingsync.cache.PrefixedRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}}

    with override_settings(CACHES=dead):
        answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (503, {"database": True, "redis": False})


@pytest.mark.django_db
def test_no_inline_script_or_style_is_allowed(client):
    policy = client.get("/healthz").headers["Content-Security-Policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy


def test_clearing_the_cache_leaves_other_keys_alone(redis_url, settings):
    other = f"{settings.REDIS_KEY_PREFIX}queue"
    with Redis.from_url(redis_url) as client:
        client.set(other, "a task")
        cache.set("page", "cached")

        cache.clear()

        assert cache.get("page") is None
        assert client.get(other) == b"a task"
