"""The cache shares its server with the queue and the rate limiter, so clearing it must not touch them."""

from __future__ import annotations

from django.core.cache.backends.redis import RedisCache


class PrefixedRedisCache(RedisCache):
    """Django's Redis cache, whose ``clear`` removes its own keys alone."""

    def clear(self) -> None:
        """Remove the keys that carry this cache's prefix."""
        client = self._cache.get_client(write=True)
        keys = list(client.scan_iter(match=f"{self.key_prefix}:*", count=500))
        if keys:
            client.delete(*keys)
