"""A vendor's request limits, each shared by everybody whom the vendor counts together."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
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
# the next slot stays where it was. So in any window there is at most half a slot more.
_LATE_SHARE = 0.5

# Slots taken are counted per minute of the server's clock, in a ring of this many counters.
_TALLIES = 5

# KEYS[1] begins the names of the counters. Each further key is a gate and holds the instant of its next free slot, in
# microseconds of the server's clock; ARGV[3] and on are their spaces, in the same order. A slot is taken at all gates
# or at none: then the answer is the longest wait, and the place of the gate that asks for it.
# A stored instant further away than any penalty comes from a clock that was set back: forget it.
_TAKE_SLOT = """
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local free, wait, place = {}, 0, 0
for i = 2, #KEYS do
  local free_at = tonumber(redis.call('GET', KEYS[i]) or '0')
  free[i] = free_at
  local longest = math.max(tonumber(ARGV[1]), tonumber(ARGV[i + 1]))
  if free_at > now and free_at - now <= longest and free_at - now > wait then
    wait, place = free_at - now, i - 2
  end
end
if wait > 0 then
  return {wait, place}
end
for i = 2, #KEYS do
  local interval = tonumber(ARGV[i + 1])
  if interval > 0 then
    local slot = now
    if free[i] <= now and now - free[i] <= interval * LATE then
      slot = free[i]
    end
    redis.call('SET', KEYS[i], string.format('%.0f', slot + interval),
               'PX', math.ceil(interval / 1000) + 1000)
  end
end
local tally = KEYS[1] .. math.floor(tonumber(clock[1]) / 60) % tonumber(ARGV[2])
if redis.call('INCR', tally) == 1 then
  redis.call('EXPIRE', tally, 60 * (tonumber(ARGV[2]) - 1))
end
return {0, 0}
""".replace("LATE", str(_LATE_SHARE))

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


@dataclass(frozen=True, slots=True)
class Gate:
    """One limit: ``requests`` in ``seconds`` for everybody who asks on ``key``. 0 requests is no limit."""

    key: str
    requests: int
    seconds: int = 60

    def __post_init__(self) -> None:
        if self.requests < 0:
            raise ValueError("a limit cannot be negative")

    @property
    def space(self) -> float:
        """Seconds between two calls, 0 where there is no limit."""
        return spacing(self.requests, self.seconds)


def spacing(requests: int, seconds: int = 60) -> float:
    """How many seconds apart calls leave so that a limit is kept; 0 where there is none."""
    return seconds / (requests * SHARE_OF_LIMIT) if requests else 0.0


class RedisLimiter:
    """Even spacing without burst, kept in Redis by the server's own clock.

    A call passes every one of ``gates``: one for each key by which the vendor counts. A penalty closes all of them,
    also one without limit, for nobody knows which of them the vendor meant. Calls are counted under the key ``tally``,
    that of the first gate where it is not given. Raises ``TransientError`` while Redis is away: without it nobody
    knows what others have sent.
    """

    def __init__(self, client: Any, gates: Sequence[Gate], *, tally: str = "", system: str = "") -> None:
        self._client = client
        self._gates = tuple(gates)
        self._counted = tally or self._gates[0].key
        self._known = _penalties.setdefault(client, {})
        self._system = system or self._counted
        self._spaces = [round(gate.space * 1_000_000) for gate in self._gates]
        self._take = client.register_script(_TAKE_SLOT)
        self._punish = client.register_script(_PENALISE)

    def try_acquire(self) -> float:
        """Take the slot of this instant, or say how many seconds to wait before asking again."""
        now = time.monotonic()
        shut = {gate.key: left for gate in self._gates if (left := self._known.get(gate.key, 0.0) - now) > 0}
        for key, left in shut.items():
            self._shut(key, left)  # Redis may have forgotten it, and others ask there
        if shut:
            return max(shut.values())
        wait, place = self._ask_redis()
        if wait and wait > self._spaces[place]:  # longer than any space: a penalty
            self._known[self._gates[place].key] = time.monotonic() + wait / 1_000_000
        return wait / 1_000_000

    def _ask_redis(self) -> tuple[int, int]:
        """Microseconds to wait, and the place of the gate that asks for it."""
        try:
            keys = [self._tally(""), *(gate.key for gate in self._gates)]
            answer = self._take(keys=keys, args=[_LONGEST_PENALTY_SECONDS * 1_000_000, _TALLIES, *self._spaces])
        except redis.RedisError:
            answer = None
        if answer is None:
            raise TransientError(
                "The request limit cannot be checked at the moment.",
                system=self._system,
                detail="Redis did not answer the rate limiter",
            )
        wait, place = answer
        return int(wait), int(place)

    def penalise(self, seconds: float) -> None:
        """Close the gates for everybody on their keys; never shortens a longer wait."""
        for gate in self._gates:
            self._shut(gate.key, seconds)

    def read_use(self) -> LimitUse:
        """How much of the limits is used now. Raises ``redis.RedisError`` while Redis is away."""
        seconds, microseconds = self._client.time()
        minute = seconds // 60
        names = [self._tally(each % _TALLIES) for each in (minute - 1, minute)]
        before, now, *free_at = (
            int(value or 0) for value in self._client.mget([*names, *(gate.key for gate in self._gates)])
        )
        wait = max(free_at, default=0) / 1_000_000 - seconds - microseconds / 1_000_000
        return LimitUse(before, now, wait if 0 < wait <= _LONGEST_PENALTY_SECONDS else 0.0)

    def _shut(self, key: str, seconds: float) -> None:
        seconds = min(seconds, _LONGEST_PENALTY_SECONDS)
        self._known[key] = max(self._known.get(key, 0.0), time.monotonic() + seconds)
        wait = int(seconds * 1_000_000)
        try:
            self._punish(keys=[key], args=[wait])
        except redis.RedisError:
            logger.warning("Redis did not take a penalty of %.0f s for %s", seconds, self._system)

    def _tally(self, place: object) -> str:
        return f"{self._counted}:tally:{place}"
