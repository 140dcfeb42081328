"""What people did in Syncro since the last sync, and which subscriptions their customers gave up."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chaos.draws import Draws, pick
from chaos.expected import NEITHER, Expected, HandPrice, Level, expected_of
from chaos.vendors import ByHand, Vendors, pick_own_line, pick_own_product
from sandbox.months import last_of
from sandbox.wire import Json

ENDING = 0.5  # share of the months before which one to three subscriptions end
REPRICING = 0.6  # share of the months in which a person changes prices of products
Edit = Callable[[random.Random, Vendors], bool]


def edit_at_rest(draws: Draws, month: int, vendors: Vendors, entries: Sequence[Json]) -> list[str]:
    """Edits of a month, each drawn for itself; returns the kinds of those that were possible."""
    chosen: list[Edit] = list(draws.of(month, "edits").sample(_EDITS, draws.of(month, "number of edits").randint(0, 3)))
    if draws.of(month, "repricing").random() < REPRICING and not any("pricing" in entry for entry in entries):
        chosen += [_reprice_product] * draws.of(month, "reprices").randint(1, 3)
    numbered = enumerate(chosen)
    return [edit.__name__.strip("_") for n, edit in numbered if edit(draws.of(month, "edit", n), vendors)]


def end_subscriptions(draws: random.Random, vendors: Vendors, entries: Sequence[Json]) -> int:
    """Some monthly subscriptions end with the newest invoiced month, so that their lines go together."""
    if draws.random() > ENDING:
        return 0
    share, number = draws.random(), draws.randint(1, 3)
    standing = sorted(_standing(vendors, entries).keys() - vendors.fated())
    first = int(share * len(standing))
    ended = standing[first : first + number]  # neighbours, often of one template
    day: dt.date = last_of(vendors.newest_month())
    for subscription_id in ended:
        vendors.end_subscription(subscription_id, day)
    return len(ended)


@dataclass(frozen=True)
class Priced:
    """A recurring line whose prices are not synced: a person may type in others, and they stay."""

    subscription_id: str
    template_id: int
    line: Json
    both: bool  # cost too


def lines_to_price(vendors: Vendors, entries: Sequence[Json]) -> list[Priced]:
    """One line of each mapping that does not sync all prices, told by its level: call while everything is right."""
    found = [_only_line(vendors, entries, entry) for entry in entries if "pricing" in entry]
    return [one for one in found if one is not None]


def type_in_prices(vendors: Vendors, chosen: Sequence[Priced]) -> int:
    """A person types in prices that hold from the newest invoice on."""
    month = vendors.newest_month().isoformat()[:7]
    for one in chosen:
        values = {"retail_cents": one.line["retail_cents"] + 123, "cost_cents": one.line["cost_cents"] + 45 * one.both}
        _edit_line(vendors, {"id": one.template_id}, one.line, values)
        vendors.hand_prices[one.subscription_id] = HandPrice(month, values["retail_cents"], values["cost_cents"])
        vendors.priced_lines.add(one.line["id"])
    return len(chosen)


def _standing(vendors: Vendors, entries: Sequence[Json]) -> dict[str, tuple[Json, Expected]]:
    """Monthly subscriptions with a recurring line, with their mapping."""
    with vendors.alone() as store:
        found = expected_of(store, vendors.account, entries, vendors.hand_prices)
    return {
        part.subscription_id: (entry, wanted)
        for wanted in found
        for entry in wanted.entries
        for part in wanted.cells.get((entry["customer"], entry["motion"], wanted.newest), ())
        if part.level is not None and part.level[0] and part.subscription_id not in vendors.hand_prices
    }


def _only_line(vendors: Vendors, entries: Sequence[Json], entry: Json) -> Priced | None:
    """A subscription of the mapping whose line no other could be."""
    schedule = next((one for one in vendors.schedules() if one["id"] == entry["invoice_template"]), None)
    for subscription, (mapped, wanted) in sorted(_standing(vendors, entries).items(), key=lambda one: one[0]):
        if mapped is not entry or schedule is None:
            continue
        levels = wanted.standing(schedule["id"])
        same = [name for name, level in levels.items() if level == levels[subscription]]
        lines = [line for line in schedule["lines"] if _level_of_line(line) == levels[subscription]]
        if len(same) == len(lines) == 1 and levels[subscription][1]:
            return Priced(subscription, schedule["id"], lines[0], both=entry["pricing"] == NEITHER)
    return None


def _level_of_line(line: Json) -> Level | None:
    """A recurring line of the program as it stands."""
    if line["by_hand"] or line["one_time_charge"]:
        return None
    return Decimal(line["quantity"]).normalize(), line["retail_cents"], line["cost_cents"]


def _rename_product(draws: random.Random, vendors: Vendors) -> bool:
    product = pick_own_product(draws.random(), vendors)
    if product is None:
        return False
    name = f"Renamed by hand {draws.randint(1, 9999)}"
    vendors.edit({"action": "edit_product", "product_id": product["id"], "values": {"name": name}})
    vendors.renamed[product["id"]] = name
    return True


def _edit_description(draws: random.Random, vendors: Vendors) -> bool:
    """The mark stays on one-time lines; a person may also write over it on a recurring one."""
    one_time = draws.random() < 0.4
    found = pick_own_line(draws.random(), vendors, one_time=one_time)
    if found is None:
        return False
    schedule, line = found
    whole = not one_time and draws.random() < 0.4
    text = "Text of ours" if whole else f"See our agreement. {line['description']}"
    _edit_line(vendors, schedule, line, {"description": text})
    return True


def _edit_quantity(draws: random.Random, vendors: Vendors) -> bool:
    found = pick_own_line(draws.random(), vendors, one_time=False)
    if found is None:
        return False
    _type_over(vendors, *found, {"quantity": draws.randint(1, 99)})
    return True


def _edit_price(draws: random.Random, vendors: Vendors) -> bool:
    """Of a line whose prices are synced: it is set back at the next invoice."""
    found = pick_own_line(draws.random(), vendors, one_time=False)
    if found is None or any(found[0]["id"] == template for template in vendors.unsynced_prices):
        return False
    _type_over(vendors, *found, {"retail_cents": draws.randint(100, 9900)})
    return True


def _rename_line(draws: random.Random, vendors: Vendors) -> bool:
    found = pick_own_line(draws.random(), vendors, one_time=False)
    if found is None:
        return False
    _edit_line(vendors, *found, {"name": f"Our words {draws.randint(1, 999)}"})
    return True


def _delete_line(draws: random.Random, vendors: Vendors) -> bool:
    found = pick_own_line(draws.random(), vendors, one_time=draws.random() < 0.2)
    if found is None:
        return False
    schedule, line = found
    vendors.edit({"action": "delete_line", "schedule_id": schedule["id"], "line_id": line["id"]})
    return True


def _delete_product(draws: random.Random, vendors: Vendors) -> bool:
    product = pick_own_product(draws.random(), vendors)
    if product is None or draws.random() < 0.5:
        return False
    vendors.edit({"action": "delete_product", "product_id": product["id"]})
    return True


def _reprice_product(draws: random.Random, vendors: Vendors) -> bool:
    """The next sync sets the price back, which is the usual reason to change a product."""
    product = pick_own_product(draws.random(), vendors)
    if product is None:
        return False
    values = {"price_retail": f"{draws.randint(1, 99)}.50"}
    vendors.edit({"action": "edit_product", "product_id": product["id"], "values": values})
    return True


def _reorder_lines(draws: random.Random, vendors: Vendors) -> bool:
    schedules = [schedule for schedule in vendors.schedules() if schedule["lines"]]
    vendors.edit({"action": "reorder_lines", "schedule_id": pick(schedules, draws.random())["id"]})
    return True


def _type_over(vendors: Vendors, schedule: Json, line: Json, values: Json) -> None:
    """Values that the next invoice sets back."""
    vendors.by_hand.append(ByHand.of(line, values))
    _edit_line(vendors, schedule, line, values)


def _edit_line(vendors: Vendors, schedule: Json, line: Json, values: Json) -> None:
    vendors.edit({"action": "edit_line", "schedule_id": schedule["id"], "line_id": line["id"], "values": values})


_EDITS: tuple[Edit, ...] = (
    _rename_product, _edit_description, _edit_quantity, _edit_price, _rename_line, _delete_line,
    _delete_product, _reorder_lines,
)  # fmt: skip
