"""Faults on order: what shall go wrong with the next requests that match."""

from __future__ import annotations

import re

from sandbox.state import Store
from sandbox.wire import Json, Reply, Request, html_reply, json_reply

ACTIONS = (
    "status",  # answer with a status and body, do nothing
    "html",  # an HTML page, do nothing
    "rate_limited",  # 429 without Retry-After, do nothing
    "drop_before",  # close the connection, do nothing
    "drop_after",  # do it, then close the connection
    "truncated",  # do it, send half of the body
    "slow_drip",  # do it, send the body in small pieces over some seconds
    "delay",  # wait, then do it
    "delay_after",  # do it, then wait
    "edit_before",  # someone works in the vendor's screens just before
    "edit_after",  # the same, just after
)

RATE_TEXT = "We are receiving a high number of requests from this address. Please slow down."

_DEFAULTS: Json = {
    "vendor": "", "method": ".*", "path": ".*", "skip": 0, "count": 1, "status": 500, "body": "",
    "milliseconds": 1000, "edits": [], "name": "", "retry_after": 0,
}  # fmt: skip


class BadFaultError(ValueError):
    """A fault was ordered in a way that cannot be understood."""


def order_fault(store: Store, wanted: Json) -> Json:
    """Add a fault to those that wait. Raises BadFaultError."""
    unknown = set(wanted) - set(_DEFAULTS) - {"action"}
    if wanted.get("action") not in ACTIONS or unknown:
        raise BadFaultError(f"action is one of {', '.join(ACTIONS)}; unknown: {sorted(unknown)}")
    fault = {**_DEFAULTS, **wanted}
    for name in ("method", "path"):
        try:
            re.compile(fault[name])
        except re.error as error:
            raise BadFaultError(f"{name} is no regular expression: {error}") from error
    store.remember("faults", [*waiting_faults(store), fault])
    return fault


def waiting_faults(store: Store) -> list[Json]:
    """The faults that still wait for a request."""
    return list(store.fact("faults", []))


def clear_faults(store: Store) -> None:
    """Forget every waiting fault."""
    store.remember("faults", [])


def take_fault(store: Store, vendor: str, request: Request) -> Json | None:
    """The fault that this request runs into; counts it down."""
    faults = waiting_faults(store)
    for number, fault in enumerate(faults):
        if not _matches(fault, vendor, request):
            continue
        if fault["skip"] > 0:
            faults[number] = {**fault, "skip": fault["skip"] - 1}
            store.remember("faults", faults)
            continue
        faults[number] = {**fault, "count": fault["count"] - 1}
        store.remember("faults", [each for each in faults if each["count"] > 0])
        return fault
    return None


def reply_instead(fault: Json) -> Reply | None:
    """The answer of a fault that keeps the request from being done."""
    if fault["action"] == "rate_limited":
        return json_reply({"error": RATE_TEXT}, 429)
    if fault["action"] == "html":
        return html_reply(int(fault["status"]), "Please sign in")
    if fault["action"] == "drop_before":
        return Reply(0)  # never sent; the log shows it as status 0
    if fault["action"] == "status":
        body = str(fault["body"]).encode()
        seconds = str(fault["retry_after"])
        headers = () if seconds == "0" else (("Retry-After", seconds),)
        return Reply(int(fault["status"]), body or b'{"error":"Something went wrong"}', headers=headers)
    return None


def _matches(fault: Json, vendor: str, request: Request) -> bool:
    return (
        fault["vendor"] in ("", vendor)
        and re.fullmatch(fault["method"], request.method) is not None
        and re.search(fault["path"], request.path) is not None
    )
