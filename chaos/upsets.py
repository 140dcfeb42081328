"""What people do in Syncro while a sync is writing: ordered beforehand, done just before some write."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from chaos.draws import Draws
from chaos.mischief import Fault
from chaos.vendors import ByHand, Typed, Vendors, pick_own_line, pick_own_product
from sandbox.wire import Json

UPSET_KINDS = (
    "template paused", "customer disabled", "template deleted", "customer deleted", "product deleted",
    "product disabled", "line edited", "line deleted", "pages shift",
)  # fmt: skip
GONE_AT_ONCE = 8  # customers that are deleted while a page is read, so that as many behind them are missed


def draw_upsets(draws: Draws, month: int, vendors: Vendors, entries: Sequence[Json]) -> list[Fault]:
    """None, one or two; a template or customer that is deleted stays deleted and is left out of the comparison."""
    chosen = draws.of(month, "upsets")
    kinds = [chosen.choice(_UPSETS) for _ in range(chosen.choice((0, 1, 1, 2)))]
    drawn = [upset(draws.of(month, "upset", n), vendors, entries) for n, upset in enumerate(kinds)]
    return [fault for fault in drawn if fault is not None]


def _before_a_write(draws: random.Random, vendors: Vendors, kind: str, edit: Json) -> Fault:
    edits = [{**edit, "account": vendors.account}]
    at = {"vendor": "syncro", "method": "POST|PUT", "path": "/schedules/|/products", "skip": draws.randint(0, 8)}
    return Fault(kind, {"action": "edit_before", "edits": edits, **at})


def _pause_template(draws: random.Random, vendors: Vendors, entries: Sequence[Json]) -> Fault:
    schedule_id = draws.choice(entries)["invoice_template"]
    vendors.paused.add(schedule_id)
    edit = {"action": "edit_schedule", "schedule_id": schedule_id, "values": {"paused": True}}
    return _before_a_write(draws, vendors, "template paused", edit)


def _disable_customer(draws: random.Random, vendors: Vendors, entries: Sequence[Json]) -> Fault:
    customer_id = draws.choice(entries)["syncro_customer"]
    vendors.disabled.add(customer_id)
    edit = {"action": "edit_customer", "customer_id": customer_id, "values": {"disabled": True}}
    return _before_a_write(draws, vendors, "customer disabled", edit)


def _delete_template(draws: random.Random, vendors: Vendors, entries: Sequence[Json]) -> Fault | None:
    schedule_id = draws.choice(entries)["invoice_template"]
    if vendors.gone_templates or vendors.gone_customers:
        return None
    vendors.gone_templates.add(schedule_id)
    return _before_a_write(
        draws, vendors, "template deleted", {"action": "delete_schedule", "schedule_id": schedule_id}
    )


def _delete_customer(draws: random.Random, vendors: Vendors, entries: Sequence[Json]) -> Fault | None:
    customer_id = draws.choice(entries)["syncro_customer"]
    if vendors.gone_templates or vendors.gone_customers:
        return None
    vendors.gone_customers.add(customer_id)
    return _before_a_write(
        draws, vendors, "customer deleted", {"action": "delete_customer", "customer_id": customer_id}
    )


def _delete_product(draws: random.Random, vendors: Vendors, _entries: Sequence[Json]) -> Fault | None:
    product = pick_own_product(draws.random(), vendors)
    if product is None:
        return None
    edit = {"action": "delete_product", "product_id": product["id"]}
    return _before_a_write(draws, vendors, "product deleted", edit)


def _disable_product(draws: random.Random, vendors: Vendors, _entries: Sequence[Json]) -> Fault | None:
    product = pick_own_product(draws.random(), vendors)
    if product is None:
        return None
    edit = {"action": "edit_product", "product_id": product["id"], "values": {"disabled": True}}
    return _before_a_write(draws, vendors, "product disabled", edit)


def _edit_line(draws: random.Random, vendors: Vendors, _entries: Sequence[Json]) -> Fault | None:
    found = pick_own_line(draws.random(), vendors, one_time=False)
    if found is None:
        return None
    edit: Json = {"schedule_id": found[0]["id"], "line_id": found[1]["id"]}
    if draws.random() < 0.5:
        vendors.typed.append(Typed(found[0]["id"], found[1], None))
        return _before_a_write(draws, vendors, "line deleted", {"action": "delete_line", **edit})
    values = {"quantity": draws.randint(1, 99)}
    vendors.typed.append(Typed(found[0]["id"], found[1], values["quantity"]))
    vendors.by_hand.append(ByHand.of(found[1], values))
    return _before_a_write(draws, vendors, "line edited", {"action": "edit_line", "values": values, **edit})


def _shift_pages(_draws: random.Random, vendors: Vendors, entries: Sequence[Json]) -> Fault | None:
    """Customers of the first page go while it is on its way: those behind move up, and the next page lacks some."""
    mapped = {entry["syncro_customer"] for entry in entries}
    first, rest = vendors.customer_pages()
    gone = [number for number in first if number not in mapped][:GONE_AT_ONCE]
    if not gone or not rest:
        return None
    edits = [{"action": "delete_customer", "customer_id": number, "account": vendors.account} for number in gone]
    at = {"vendor": "syncro", "method": "GET", "path": f"/{vendors.account}/api/v1/customers$"}
    return Fault("pages shift", {"action": "edit_after", "edits": edits, **at})


_UPSETS: tuple[Callable[[random.Random, Vendors, Sequence[Json]], Fault | None], ...] = (
    _pause_template, _pause_template, _disable_customer, _disable_customer, _delete_template, _delete_customer,
    _delete_product, _disable_product, _edit_line, _edit_line, _edit_line, _shift_pages,
)  # fmt: skip
