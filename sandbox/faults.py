"""Faults on order: what shall go wrong with the next requests that match, and what of it happened.

A fault that had its turn is not forgotten: whoever ordered it can see whether anything really went wrong.
"""

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

ALWAYS = 10**9  # the count of a fault that goes on until somebody clears it

RATE_TEXT = "We are receiving a high number of requests from this address. Please slow down."

_DEFAULTS: Json = {
    "vendor": "", "method": ".*", "path": ".*", "skip": 0, "count": 1, "status": 500, "body": "",
    "milliseconds": 1000, "edits": [], "name": "", "retry_after": 0,
}  # fmt: skip
_AFTER_THE_WORK = ("drop_after", "truncated")
_FACT = "ordered_faults"


class BadFaultError(ValueError):
    """A fault was ordered in a way that cannot be understood."""


def order_fault(store: Store, wanted: Json) -> Json:
    """Add a fault to those that wait. Raises BadFaultError.

    ``left`` is how many turns it still has, ``happened`` how often it took place, and ``idle`` why it once had its
    turn and nothing went wrong, "" when that never was.
    """
    unknown = set(wanted) - set(_DEFAULTS) - {"action"}
    if wanted.get("action") not in ACTIONS or unknown:
        raise BadFaultError(f"action is one of {', '.join(ACTIONS)}; unknown: {sorted(unknown)}")
    if wanted["action"] in ("edit_before", "edit_after") and not wanted.get("edits"):
        raise BadFaultError("an edit needs edits")
    fault = {**_DEFAULTS, **wanted}
    for name in ("method", "path"):
        try:
            re.compile(fault[name])
        except re.error as error:
            raise BadFaultError(f"{name} is no regular expression: {error}") from error
    before = ordered_faults(store)
    fault |= {"number": len(before), "to_pass": fault["skip"], "left": fault["count"], "happened": 0, "idle": ""}
    store.remember(_FACT, [*before, fault])
    return fault


def ordered_faults(store: Store) -> list[Json]:
    """Every fault since the sandbox began, the first one first."""
    return list(store.fact(_FACT, []))


def waiting_faults(store: Store) -> list[Json]:
    """The faults that still wait for a request."""
    return [fault for fault in ordered_faults(store) if fault["left"] > 0]


def clear_faults(store: Store) -> None:
    """Nothing waits any more; what happened stays on record."""
    store.remember(_FACT, [fault | {"left": 0} for fault in ordered_faults(store)])


def take_fault(store: Store, vendor: str, request: Request) -> Json | None:
    """The fault that this request runs into; counts it down."""
    for fault in waiting_faults(store):
        if not _matches(fault, vendor, request):
            continue
        if fault["to_pass"] > 0:
            _keep(store, fault | {"to_pass": fault["to_pass"] - 1})
            continue
        _keep(store, fault | {"left": fault["left"] - 1})
        return fault
    return None


def note_turn(store: Store, fault: Json, *, status: int, idle: str = "") -> None:
    """Write down how a fault's turn went: the vendor's own answer, and why nothing went wrong, if so."""
    if fault["action"] in _AFTER_THE_WORK and status >= 400:
        idle = f"the vendor refused the request: {status}"
    now = ordered_faults(store)[fault["number"]]
    _keep(store, now | ({"idle": idle} if idle else {"happened": now["happened"] + 1}))


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


def _keep(store: Store, fault: Json) -> None:
    known = ordered_faults(store)
    known[fault["number"]] = fault
    store.remember(_FACT, known)
