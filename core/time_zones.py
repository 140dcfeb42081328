"""The time zones that people choose from."""

from __future__ import annotations

import zoneinfo
from functools import lru_cache


@lru_cache(maxsize=1)
def time_zones() -> frozenset[str]:
    """Names of the IANA time zones; the files that tell are read once."""
    return frozenset(zoneinfo.available_timezones())


def time_zone_choices() -> list[tuple[str, str]]:
    """The time zones by name, as a form offers them."""
    return [(name, name) for name in sorted(time_zones())]
