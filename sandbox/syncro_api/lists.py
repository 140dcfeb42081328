"""Pages, ``meta``, sorting and the filters that several lists share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from sandbox.routing import Call
from sandbox.wire import Json, Reply, json_reply


def page_reply(call: Call, key: str, items: list[Json], size: int, meta: Callable[[Json], Json | None]) -> Reply:
    """One page of a list. ``meta`` chooses from the full meta what this list tells."""
    asked = call.request.param("per_page")
    if call.switch("per_page") == "honoured" and asked.isdigit() and asked != "0":
        size = int(asked)
    page_text = call.request.param("page", "1")
    page = max(1, int(page_text)) if page_text.isdigit() else 1
    pages = max(1, -(-len(items) // size))
    answer: Json = {key: items[(page - 1) * size : page * size]}
    told = meta({"total_pages": pages, "total_entries": len(items), "per_page": size, "page": page})
    return json_reply(answer if told is None else answer | {"meta": told})


def full_meta(meta: Json) -> Json:
    """All four figures."""
    return meta


def short_meta(meta: Json) -> Json:
    """Only the number of pages and the page."""
    return {"total_pages": meta["total_pages"], "page": meta["page"]}


def switched_meta(call: Call) -> Callable[[Json], Json | None]:
    """All four figures, or none, as the switch says."""
    return full_meta if call.switch("meta") == "on" else lambda _meta: None


def page_size(call: Call, switch: str = "page_size") -> int:
    """How many rows a page holds."""
    return int(call.switch(switch))


def by_ids(call: Call, items: list[Json], *excluding: str) -> list[Json]:
    """Filter by ``id[]`` and by the names that exclude ids."""
    if call.request.has_param("id"):
        wanted = set(call.request.params("id"))
        items = [item for item in items if str(item["id"]) in wanted]
    for name in excluding:
        unwanted = set(call.request.params(name))
        items = [item for item in items if str(item["id"]) not in unwanted]
    return items


def in_order(call: Call, items: list[Json]) -> list[Json]:
    """Sort as ``sort=name ASC`` asks."""
    name, _, direction = call.request.param("sort").partition(" ")
    if not name or not items or name not in items[0]:
        return items

    def key(item: Json) -> tuple[bool, Any]:
        value = item[name]
        return value is None, value.lower() if isinstance(value, str) else value

    return sorted(items, key=key, reverse=direction.upper() == "DESC")


def contains(text: object, part: str) -> bool:
    """A "like" match without case."""
    return part.lower() in str(text or "").lower()


def matching(
    items: list[Json], names: Iterable[str], wanted: str, matches: Callable[[object, str], bool] = contains
) -> list[Json]:
    """The items of which one of these fields matches; all of them where nothing is wanted."""
    return [item for item in items if any(matches(item[name], wanted) for name in names)] if wanted else items
