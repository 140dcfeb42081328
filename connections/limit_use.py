"""How much of the vendors' request limits this installation's outgoing address uses."""

from __future__ import annotations

from dataclasses import dataclass

import redis
from django.conf import settings

from connections.clients import build_limiter
from connections.limits import known_limit
from connectors.registry import SYSTEMS


@dataclass(frozen=True, slots=True)
class SystemLimitUse:
    """Calls to one vendor through one outgoing address, of all partners together."""

    label: str
    egress: str
    limit: int  # a minute; 0 = none is known
    last_minute: int  # in the last full minute
    this_minute: int  # so far
    wait: float  # seconds until the next call may leave


def read_limit_use() -> list[SystemLimitUse]:
    """One entry for each vendor; none while Redis does not answer."""
    try:
        return [_use_of(system) for system in SYSTEMS]
    except redis.RedisError:
        return []


def _use_of(system: str) -> SystemLimitUse:
    use = build_limiter(system).read_use()
    label, limit = SYSTEMS[system].label, known_limit(system)
    return SystemLimitUse(label, settings.EGRESS_ID, limit, use.last_minute, use.this_minute, use.wait)
