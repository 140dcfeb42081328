"""How many requests the vendors allow, and how far apart that puts them."""

from __future__ import annotations

from django.conf import settings

from connectors.edge.ratelimit import SHARE_OF_LIMIT


def limit_of(system: str) -> int:
    """Requests a minute that the vendor allows for each outgoing address; 0 = no known limit."""
    return settings.SYNCRO_REQUESTS_PER_MINUTE if system == "syncro" else 0


def seconds_per_call(system: str) -> float:
    """How far apart calls to a vendor system are at the least; 0 where it has no limit."""
    limit = limit_of(system)
    return 60 / (limit * SHARE_OF_LIMIT) if limit else 0.0
