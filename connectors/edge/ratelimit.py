"""One vendor's request limit, shared by everybody behind one outgoing address."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import redis

from connectors.errors import TransientError

logger = logging.getLogger(__name__)

# Calls leave evenly spaced at this share of the limit. The rest absorbs the jitter between taking
# a slot and sending, and the one call too many after Redis has forgotten the last slot.
SHARE_OF_LIMIT = 0.985

_LONGEST_PENALTY_SECONDS = 600

# Whoever takes a slot a little late does not move the ones behind it: up to this share of a space
# the next slot stays where it was. So in any minute there is at most half a slot more.
_LATE_SHARE = 0.5

# Slots taken are counted per minute of the server's clock, in a ring of this many counters.
_TALLIES = 5

# KEYS[1] holds the instant of the next free slot, in microseconds of the server's clock.
# KEYS[2] begins the names of the counters.
# A stored instant further away than any penalty comes from a clock that was set back: forget it.
_TAKE_SLOT = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local free_at = tonumber(redis.call('GET', KEYS[1]) or '0')
local interval = tonumber(ARGV[1])
local longest = tonumber(ARGV[2])
if free_at > now and free_at - now <= longest then
  return free_at - now
end
if interval > 0 then
  local slot = now
  if free_at <= now and now - free_at <= tonumber(ARGV[3]) then
    slot = free_at
  end
  redis.call('SET', KEYS[1], string.format('%.0f', slot + interval),
             'PX', math.ceil(interval / 1000) + 1000)
end
local tally = KEYS[2] .. math.floor(tonumber(clock[1]) / 60) % tonumber(ARGV[4])
if redis.call('INCR', tally) == 1 then
  redis.call('EXPIRE', tally, 60 * (tonumber(ARGV[4]) - 1))
end
return 0
"""

_PENALISE = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local free_at = tonumber(redis.call('GET', KEYS[1]) or '0')
local wait = tonumber(ARGV[1])
if free_at < now + wait then
  redis.call('SET', KEYS[1], string.format('%.0f', now + wait),
             'PX', math.ceil(wait / 1000) + 1000)
end
return 0
"""


# By client and key, when a penalty ends on this process's clock: a Redis that was emptied must not open the gate.
_penalties: WeakKeyDictionary[Any, dict[str, float]] = WeakKeyDictionary()


class Limiter(Protocol):
    """Hands out the right to send one request now."""

    def try_acquire(self) -> float:
        """0.0: a slot was taken now. Else seconds until one may be free; nothing is reserved."""
        ...

    def penalise(self, seconds: float) -> None:
        """The vendor refused a call: everybody behind this address waits this long."""
        ...


class NoLimit:
    """For systems without a known limit: every call may go at once."""

    def try_acquire(self) -> float:
        """Always a slot."""
        return 0.0

    def penalise(self, seconds: float) -> None:
        """Nobody else to tell."""


@dataclass(frozen=True, slots=True)
class LimitUse:
    """Calls that left in the last full minute and in the running one; seconds until the next may leave."""

    last_minute: int
    this_minute: int
    wait: float


class RedisLimiter:
    """Even spacing without burst, kept in Redis by the server's own clock.

    ``key`` names the outgoing address and the vendor system. ``per_minute`` is the vendor's limit
    and 0 means none; a penalty counts even then. Raises ``TransientError`` while Redis is away:
    without it nobody knows what others have sent.
    """

    def __init__(self, client: Any, key: str, per_minute: int, *, system: str = "") -> None:
        self._client = client
        self._key = key
        self._known = _penalties.setdefault(client, {})
        self._system = system or key
        self._interval = _interval_microseconds(per_minute)
        self._take = client.register_script(_TAKE_SLOT)
        self._punish = client.register_script(_PENALISE)

    def try_acquire(self) -> float:
        """Take the slot of this instant, or say how many seconds to wait before asking again."""
        left = self._known.get(self._key, 0.0) - time.monotonic()
        if left > 0:
            self.penalise(left)  # Redis may have forgotten it, and others ask there
            return left
        wait = self._ask_redis()
        if wait * 1_000_000 > self._interval:  # longer than any space: a penalty
            self._known[self._key] = time.monotonic() + wait
        return wait

    def _ask_redis(self) -> float:
        longest = max(_LONGEST_PENALTY_SECONDS * 1_000_000, self._interval)
        try:
            late = round(self._interval * _LATE_SHARE)
            keys = [self._key, self._tally("")]
            wait = self._take(keys=keys, args=[self._interval, longest, late, _TALLIES])
        except redis.RedisError:
            wait = None
        if wait is None:
            raise TransientError(
                "The request limit cannot be checked at the moment.",
                system=self._system,
                detail="Redis did not answer the rate limiter",
            )
        return int(wait) / 1_000_000

    def penalise(self, seconds: float) -> None:
        """Close the gate for everybody on this key; never shortens a longer wait."""
        seconds = min(seconds, _LONGEST_PENALTY_SECONDS)
        self._known[self._key] = max(self._known.get(self._key, 0.0), time.monotonic() + seconds)
        wait = int(seconds * 1_000_000)
        try:
            self._punish(keys=[self._key], args=[wait])
        except redis.RedisError:
            logger.warning("Redis did not take a penalty of %.0f s for %s", seconds, self._system)

    def read_use(self) -> LimitUse:
        """How much of the limit is used now. Raises ``redis.RedisError`` while Redis is away."""
        seconds, microseconds = self._client.time()
        minute = seconds // 60
        names = [self._key, *(self._tally(each % _TALLIES) for each in (minute - 1, minute))]
        free_at, before, now = (int(value or 0) for value in self._client.mget(names))
        wait = free_at / 1_000_000 - seconds - microseconds / 1_000_000
        return LimitUse(before, now, wait if 0 < wait <= _LONGEST_PENALTY_SECONDS else 0.0)

    def _tally(self, place: object) -> str:
        return f"{self._key}:tally:{place}"


def _interval_microseconds(per_minute: int) -> int:
    if per_minute < 0:
        raise ValueError("a limit per minute cannot be negative")
    return round(60_000_000 / (per_minute * SHARE_OF_LIMIT)) if per_minute else 0
