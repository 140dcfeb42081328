"""What goes wrong in a seed: everything is drawn from the seed before it happens."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.wire import Json

WRITES = (
    ("POST", "/schedules/.*/add_line_item"), ("POST", "/schedules/.*/add_line_item"),
    ("PUT", "/schedules/.*/line_items/"), ("POST", "/schedules/.*/remove_line_item"),
    ("POST", "/products$"), ("PUT", "/products/"), ("POST|PUT", ".*"), ("POST|PUT", ".*"),
)  # fmt: skip
READS = (
    ("GET", "/schedules$"), ("GET", "/schedules/"), ("GET", "/products"), ("GET", "/customers"),
    ("GET", "/invoices"), ("GET", ".*"),
)  # fmt: skip

_AIMS = (
    ("removal", "POST", "/remove_line_item"), ("removal", "POST", "/remove_line_item"), ("price", "PUT", "/products/"),
)  # fmt: skip
_AIMED_ANSWERS: tuple[tuple[str, Json], ...] = (
    ("200 html", {"action": "html", "status": 200}),
    ("404", {"action": "status", "status": 404, "body": '{"error": "Not found"}'}),
    ("lost before", {"action": "drop_before"}),
    ("lost after", {"action": "drop_after"}),
    ("truncated", {"action": "truncated"}),
)

FAULT_KINDS = (
    "lost before", "lost after", "truncated", "200 html", "429", "slow drip", "latency", "5xx html", "token revoked",
    "permission removed", "list grows", "source token expired", "empty price list",
    *(f"{write}: {answer}" for write in ("removal", "price") for answer, _ in _AIMED_ANSWERS),
)  # fmt: skip
KILLS = (
    "worker", "worker", "child", "beat", "web", "postgres", "valkey", "flush",
    "pause worker", "pause postgres", "pause valkey",
)  # fmt: skip


@dataclass(frozen=True)
class Kill:
    """One process dies or stands still after that many requests of the round, or after that many seconds."""

    name: str
    after_requests: int
    after_seconds: float
    pause_seconds: float
    share: float = 0.0  # which of several processes


@dataclass(frozen=True)
class Fault:
    """A fault as the sandbox takes it, with the name it is counted under."""

    kind: str
    order: Json


def draw_faults(draws: random.Random) -> list[Fault]:
    """Three to eight faults for one round; writes suffer more than reads."""
    return [draws.choice(_FAULTS)(draws) for _ in range(draws.randint(3, 8))]


def draw_loss(draws: random.Random) -> list[Fault]:
    """A new line's answer is lost; sometimes the token is revoked right behind it, which ends the run."""
    at = {"vendor": "syncro", "method": "POST", "path": "/schedules/.*/add_line_item", "skip": draws.randint(0, 3)}
    action = draws.choice(("drop_after", "drop_after", "truncated", "drop_before"))
    lost = Fault("lost before" if action == "drop_before" else "lost after", {"action": action, **at})
    if draws.random() < 0.6:
        return [lost]
    edits = [{"action": "expire_token"}]
    order = {"action": "edit_before", "edits": edits, **at, "method": "POST|PUT", "path": "/schedules/"}
    return [lost, Fault("token revoked", order)]


def draw_kills(draws: random.Random, most: int) -> list[Kill]:
    """None, one or two kills, most of them among the requests that write."""
    return sorted(
        (
            Kill(
                draws.choice(KILLS),
                draws.randint(0, 70),
                draws.uniform(0.2, 3.0),
                draws.uniform(0.5, 2.0),
                draws.random(),
            )
            for _ in range(draws.choice((0, 1, 1, most)))
        ),
        key=lambda kill: kill.after_requests,
    )


def draw_aimed(draws: random.Random) -> list[Fault]:
    """One or two faults for the writes that few requests are: removed lines and new prices of products."""
    return [_aimed(draws) for _ in range(draws.choice((1, 1, 2)))]


# --- Faults ---------------------------------------------------------------------------------------


def _at(draws: random.Random, *, writes: float = 0.7) -> Json:
    """Which requests: mostly writes to Syncro, some reads, some of PRISM."""
    if draws.random() < writes:
        method, path = draws.choice(WRITES)
        return {"vendor": "syncro", "method": method, "path": path, "skip": draws.choice((0, 0, 1, 2, 4, 7))}
    if draws.random() < 0.3:
        return {"vendor": "prism", "skip": draws.randint(0, 6)}
    method, path = draws.choice(READS)
    return {"vendor": "syncro", "method": method, "path": path, "skip": draws.choice((0, 1, 3))}


def _simple(kind: str, action: str, *, writes: float = 0.7, **more: object) -> Callable[[random.Random], Fault]:
    def draw(draws: random.Random) -> Fault:
        count = draws.choice((1, 1, 1, 2, 3))
        return Fault(kind, {"action": action, "count": count, **_at(draws, writes=writes), **more})

    return draw


def _aimed(draws: random.Random) -> Fault:
    name, method, path = draws.choice(_AIMS)
    kind, answer = draws.choice(_AIMED_ANSWERS)
    order = {"vendor": "syncro", "method": method, "path": path, "skip": draws.choice((0, 0, 1))}
    return Fault(f"{name}: {kind}", {**order, **answer, "count": draws.choice((1, 1, 2))})


def _delay(draws: random.Random) -> Fault:
    action = draws.choice(("delay", "delay_after"))
    return Fault("latency", {"action": action, "milliseconds": draws.randint(100, 700), "count": 3, **_at(draws)})


def _breakdown(draws: random.Random) -> Fault:
    status = draws.choice((500, 502, 503, 504))
    return Fault("5xx html", {"action": "html", "status": status, "count": draws.choice((1, 2)), **_at(draws)})


def _no_access(draws: random.Random) -> Fault:
    order = {"action": draws.choice(("edit_before", "edit_after")), "edits": [{"action": "expire_token"}]}
    return Fault("token revoked", {**order, **_at(draws) | {"vendor": "syncro"}})


def _no_permission(draws: random.Random) -> Fault:
    permission = draws.choice(
        (
            "Products - Create", "Products - Edit", "Products - List/Search", "Recurring Invoices - Edit",
            "Recurring Invoices - List", "Invoices - List/Search", "Customers - List/Search",
        )
    )  # fmt: skip
    edits = [{"action": "revoke_permission", "permission": permission}]
    return Fault("permission removed", {"action": "edit_before", "edits": edits, **_at(draws) | {"vendor": "syncro"}})


def _growing_list(draws: random.Random) -> Fault:
    """Somebody adds a record while a list is being read page by page; it stands at the end."""
    name = f"Added while reading {draws.randint(1, 999)}"
    kind, values, path = draws.choice(
        (
            (
                "add_product",
                {"name": name, "description": name, "price_retail": "1.00", "price_cost": "0.50"},
                "/products$",
            ),
            ("add_customer", {"business_name": name}, "/customers$"),
        )
    )
    at = {"vendor": "syncro", "method": "GET", "path": path, "skip": draws.randint(0, 2)}
    return Fault("list grows", {"action": "edit_after", "edits": [{"action": kind, "values": values}], **at})


def _prism_tokens(draws: random.Random) -> Fault:
    # The order is carried out for the account named in it: the requests are the other vendor's.
    at = {"vendor": "syncro", "method": "GET", "skip": draws.randint(0, 20)}
    return Fault("source token expired", {"action": "edit_before", "edits": [{"action": "expire_prism_tokens"}], **at})


def _empty_prices(_draws: random.Random) -> Fault:
    order = {"action": "status", "status": 200, "body": '{"ProductGroups": []}'}
    return Fault("empty price list", {**order, "vendor": "prism", "path": "/pricelist/"})


_FAULTS: tuple[Callable[[random.Random], Fault], ...] = (
    _simple("lost before", "drop_before"),
    _simple("lost after", "drop_after", writes=0.95),
    _simple("lost after", "drop_after", writes=0.95),
    _simple("truncated", "truncated", writes=0.8),
    _simple("200 html", "html", status=200),
    _simple("429", "rate_limited"),
    _simple("slow drip", "slow_drip", writes=0.5, milliseconds=600),
    _delay,
    _breakdown,
    _no_access,
    _no_permission,
    _growing_list,
    _prism_tokens,
    _empty_prices,
)
