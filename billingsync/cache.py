"""The cache shares its server with the queue and the rate limiter, so clearing it must not touch them."""

from __future__ import annotations

import json
from typing import Any

from django.core.cache.backends.redis import RedisCache


class JsonSerializer:
    """Values as JSON: what stands in Redis is data, and whoever writes there runs nothing here."""

    def dumps(self, value: Any) -> Any:
        """Whole numbers stay as they are, so that Redis can count with them."""
        return value if type(value) is int else json.dumps(value)

    def loads(self, stored: Any) -> Any:
        """None for what is no JSON, as if it were not there."""
        try:
            return json.loads(stored)
        except ValueError:
            return None


class PrefixedRedisCache(RedisCache):
    """Django's Redis cache, whose ``clear`` removes its own keys alone."""

    def clear(self) -> None:
        """Remove the keys that carry this cache's prefix."""
        client = self._cache.get_client(write=True)
        keys = list(client.scan_iter(match=f"{self.key_prefix}:*", count=500))
        if keys:
            client.delete(*keys)
