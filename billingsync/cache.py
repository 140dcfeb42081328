"""The cache shares its server with the queue and the rate limiter, so clearing it must not touch them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.core.cache.backends.redis import RedisCache

_ABSENT = object()


class JsonSerializer:
    """Values as JSON: what stands in Redis is data, and whoever writes there runs nothing here."""

    def dumps(self, value: Any) -> Any:
        """Whole numbers stay as they are, so that Redis can count with them."""
        return value if type(value) is int else json.dumps(value)

    def loads(self, stored: Any) -> Any:
        """Raises ``ValueError`` for what is no JSON."""
        return json.loads(stored)


class PrefixedRedisCache(RedisCache):
    """Django's Redis cache, whose ``clear`` removes its own keys alone.

    What cannot be read is not there: versions before this one wrote otherwise, and their values outlive an update.
    """

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or the default."""
        try:
            return super().get(key, default, version)
        except ValueError:
            return default

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        """Those that are there."""
        found = ((key, self.get(key, _ABSENT, version)) for key in keys)
        return {key: value for key, value in found if value is not _ABSENT}

    def clear(self) -> None:
        """Remove the keys that carry this cache's prefix."""
        client = self._cache.get_client(write=True)
        keys = list(client.scan_iter(match=f"{self.key_prefix}:*", count=500))
        if keys:
            client.delete(*keys)
