"""The fewest calls to Syncro that a sync could do with, told from the vendor's own log.

The floor: list pages, one fresh read of each product or template just before its first write, one
call per write, one read of each written template after its last write, and ``id[]`` batches for
stored products that the list hides.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

LISTS = ("products", "customers", "schedules")
_PATH = re.compile(r"/[^/]+/api/v1/(?P<room>[a-z_]+)(?:/(?P<id>\d+))?(?:/(?P<rest>.+))?$")


@dataclass(slots=True)
class Tally:
    """Calls of one sync, sorted: what the floor allows, and by name what is beyond it."""

    floor: Counter[str] = field(default_factory=Counter)
    beyond: Counter[str] = field(default_factory=Counter)

    @property
    def allowed(self) -> int:
        """Calls of the floor."""
        return self.floor.total()

    @property
    def made(self) -> int:
        """Calls that were made."""
        return self.allowed + self.beyond.total()

    @property
    def proofs(self) -> int:
        """Reads of Syncro's invoices: the only proof that a template generated."""
        return self.beyond["invoice list pages"] + self.beyond["invoices read as proof"]


def tally(requests: Iterable[Json]) -> Tally:
    """Sort Syncro's share of a log of requests, oldest first."""
    calls = [entry for entry in requests if entry["vendor"] == "syncro"]
    found = Tally()
    last_write = _last_writes(calls)
    seen: set[object] = set()
    for place, call in enumerate(calls):
        kind, key, is_floor = _sort(call, place, calls, last_write)
        if is_floor and (key is None or key not in seen):
            found.floor[kind] += 1
        else:
            found.beyond[kind if not is_floor else f"{kind}, again"] += 1
        seen.add(key)
    return found


def _sort(
    call: Json, place: int, calls: Sequence[Json], last_write: dict[tuple[str, str], int]
) -> tuple[str, object, bool]:
    """What a call is; a key that may count once (None: always counts); whether the floor has it."""
    room, record, rest = _parts(call)
    if call["method"] != "GET":
        return ("writes", None, True) if call["status"] < 300 else ("writes refused", None, False)
    if place and _proves_removal(calls[place - 1], call):
        return "reads that prove a removal", None, False
    if record and not rest and (room, record) in last_write:
        before = place < last_write[room, record]
        if room == "schedules" and not before:
            return "reads after the last write", (room, record, "after"), True
        return "reads before a write", (room, record, "before"), True
    return _sort_read(call, room, record)


def _sort_read(call: Json, room: str, record: str) -> tuple[str, object, bool]:
    if room == "invoices":
        return ("invoices read as proof" if record else "invoice list pages"), None, False
    if room in LISTS and not record:
        if "id[]=" in call["query"]:
            return "id[] batches", call["query"], True
        if "upc_code=" in call["query"]:
            return "searches by code", None, False
        return "list pages", (room, call["query"]), True
    if room == "schedules":
        return "templates read and not written", None, False
    return ("products asked for by id" if room == "products" else f"{room} read"), None, False


def _proves_removal(before: Json, call: Json) -> bool:
    """Which key takes a line off is learned by looking; the look comes right behind the removal."""
    room, record, rest = _parts(before)
    return before["method"] == "POST" and rest == "remove_line_item" and _parts(call) == (room, record, "")


def _last_writes(calls: Sequence[Json]) -> dict[tuple[str, str], int]:
    """The place of the last write to each product and template."""
    last = {}
    for place, call in enumerate(calls):
        room, record, _ = _parts(call)
        if call["method"] != "GET" and record:
            last[room, record] = place
    return last


def _parts(call: Json) -> tuple[str, str, str]:
    match = _PATH.match(call["path"])
    if match is None:
        return "other", "", ""
    return match["room"], match["id"] or "", match["rest"] or ""
