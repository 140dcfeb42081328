"""How many requests the vendors allow this installation, and how far apart that puts them."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings

from connectors.edge.ratelimit import Gate, spacing
from connectors.limits import CountedBy, RequestLimit
from connectors.registry import SYSTEMS


def limits_of(system: str) -> list[RequestLimit]:
    """What the vendor's definition says, with the numbers of this installation where it has its own."""
    return [replace(limit, requests=_requests(limit)) for limit in SYSTEMS[system].limits]


def known_limit(system: str) -> int:
    """Requests a minute that the vendor is known to allow for each outgoing address; 0 where none is known."""
    limits = [limit for limit in limits_of(system) if limit.known and limit.by is CountedBy.EGRESS and limit.requests]
    return min((limit.requests * 60 // limit.seconds for limit in limits), default=0)


def seconds_per_call(system: str) -> float:
    """How far apart one partner's calls to a vendor system are at the least; 0 where nothing holds them back."""
    return max(spacing(limit.requests, limit.seconds) for limit in limits_of(system))


def tally_of(system: str) -> str:
    """The key under which calls through this installation's outgoing address are counted."""
    return f"{settings.REDIS_KEY_PREFIX}limit:{settings.EGRESS_ID}:{system}"


def gates_of(system: str, account: str) -> list[Gate]:
    """The gates that a call passes. Of several limits for the same key the slowest decides.

    ``account`` is the definition's short name of it; without one, limits counted by account are left out.
    """
    keys = {CountedBy.EGRESS: tally_of(system)}
    if account:
        keys[CountedBy.ACCOUNT] = f"{settings.REDIS_KEY_PREFIX}limit:account:{system}:{account}"
    found: dict[str, Gate] = {}
    for limit in limits_of(system):
        if key := keys.get(limit.by):
            gate = Gate(key, limit.requests, limit.seconds)
            found[key] = max(gate, found.get(key, gate), key=lambda each: each.space)
    return list(found.values())


def _requests(limit: RequestLimit) -> int:
    said: int | None = getattr(settings, limit.setting) if limit.setting else None
    return limit.requests if said is None else said
