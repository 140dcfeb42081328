"""Syncro as it stands against the truth: what is doubled, missing, wrong, or touched without right."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from chaos.books import Books, billed_or_standing_once, level_of, own_lines, readings_of
from chaos.cast import SOURCES
from chaos.expected import CellKey, Cents, Expected, Level, expected_of, first_month_of
from chaos.holding import EVERY_MONTH, explains, ways_to_wait
from chaos.vendors import Typed, Vendors, mark_of
from sandbox.generation import counted_quantity, line_amount
from sandbox.mapping import mapping_of
from sandbox.syncro_api.customers import KIND as CUSTOMER
from sandbox.syncro_api.invoices import KIND as INVOICE
from sandbox.syncro_api.products import KIND as PRODUCT
from sandbox.syncro_api.schedules import KIND as SCHEDULE
from sandbox.template_truth import templates_in
from sandbox.truth import Charges, charges_in
from sandbox.wire import Json

COUNTED = ("duplicates", "missing", "wrong_cents", "foreign", "unbalanced", "refused")


@dataclass
class Damage:
    """What a seed left behind. Every number but ``held_cents`` must be 0."""

    duplicates: int = 0
    missing: int = 0
    wrong_cents: int = 0
    foreign: int = 0
    unbalanced: int = 0
    refused: int = 0
    held_cents: int = 0
    facts: list[str] = field(default_factory=list)

    def add(self, other: Damage) -> None:
        """Count what was found at another partner too."""
        for name in (*COUNTED, "held_cents"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.facts += other.facts

    @property
    def found(self) -> bool:
        """Whether anything is not as it must be."""
        return any(getattr(self, name) for name in COUNTED)

    def say(self, text: str) -> None:
        """Keep what is needed to look into it."""
        self.facts.append(text)


def hand_made(vendors: Vendors) -> dict[str, Json]:
    """Lines and products that are not the program's, to be compared at the end."""
    lines = {
        f"line {line['id']} of template {schedule['id']}": _without_place(line)
        for schedule in vendors.schedules()
        for line in schedule["lines"]
        if line["by_hand"]
    }
    products = {f"product {p['id']}": p for p in vendors.products() if p["by_hand"] and "PC_" not in p["name"]}
    return lines | products


def compare(
    vendors: Vendors,
    entries: Sequence[Json],
    *,
    invoices: Sequence[Json],
    foreign: dict[str, Json],
    quiet: bool,
) -> Damage:
    """Every kind of damage. ``invoices`` is what ``reconcile`` answers; ``quiet`` says that no
    template ran while its lines were being written, so that the totals of the truth hold too."""
    damage = Damage()
    with vendors.alone() as store:
        schedules = {schedule["id"]: schedule for schedule in store.records(vendors.account, SCHEDULE)}
        customers = {customer["id"] for customer in store.records(vendors.account, CUSTOMER)}
        whole = expected_of(store, vendors.account, entries, vendors.hand_prices)
        gone_customers = vendors.gone_customers - customers
        expected = _without_gone(whole, vendors.gone_templates - schedules.keys(), gone_customers)
        _set_typed_back(vendors.typed, expected, schedules)
        for wanted in expected:
            wanted.typed = [(one.before, one.since) for one in vendors.by_hand]
        first = first_month_of(store)
        charges = {key: one for key, one in charges_in(store, vendors.account).items() if key[2] >= first}
        held = _held_in(charges, expected, invoices, damage)
        books = Books(
            store, vendors.account, expected, schedules, store.records(vendors.account, INVOICE), held, vendors.by_hand
        )
        _count_doubled_marks(books, vendors.one_time_marks, gone_customers, damage)
        _count_doubled_products(books, damage)
        for wanted in expected:
            _compare_lines(books, wanted, damage)
        if quiet:
            _compare_totals(books, damage)
    _compare_foreign(vendors, foreign, damage)
    return damage


def _without_gone(expected: list[Expected], templates: set[int], customers: set[int]) -> list[Expected]:
    """Nothing can be expected where people deleted the template or its customer."""
    return [
        wanted
        for wanted in expected
        if not wanted.templates & templates
        and not any(entry["syncro_customer"] in customers for entry in wanted.entries)
    ]


def _set_typed_back(typed: Iterable[Typed], expected: Sequence[Expected], schedules: Mapping[int, Json]) -> None:
    """What a person typed into a line since the invoice, or took off, stays so until the next one.

    Compare as if it had not been: where the person left it so, and the template lacks a line of its prices.
    """
    for one in typed:
        wanted = next((each for each in expected if one.template_id in each.templates), None)
        if wanted is None or not one.is_left_so(schedules[one.template_id]):
            continue
        lines = schedules[one.template_id]["lines"]
        there = Counter(level_of(line) for line in own_lines([{"lines": lines}]) if not line["one_time_charge"])
        missing = Counter(wanted.standing(one.template_id).values()) - there
        now = next((line for line in lines if line["id"] == one.line["id"]), one.line)
        fit = next((level for level in missing if level[1:] == level_of(now)[1:]), None)
        if fit is not None:
            others = [line for line in lines if line is not now]
            schedules[one.template_id]["lines"] = [*others, now | {"quantity": str(fit[0])}]


# --- What the product says ------------------------------------------------------------------------


def _held_in(
    charges: Charges, expected: Sequence[Expected], invoices: Sequence[Json], damage: Damage
) -> dict[CellKey, Cents]:
    """What the product counts as held or not mapped, less the credits; its invoices must balance."""
    mapped = _sources_of(expected)
    told, waits = _told_by(invoices, mapped, damage)
    held: dict[CellKey, Cents] = defaultdict(Cents)
    credited = {key[:2] for key, charge in charges.items() if _in_cents(charge.credits.told())}
    for key, charge in charges.items():
        if key[:2] not in mapped or key not in told:
            continue
        source = _in_cents(charge.source.told())
        if told[key] != source:
            damage.unbalanced += 1
            damage.say(f"{key}: the source charged {source}, the product counts {told[key]}")
        # A credit is for another month than its invoice, and the product divides that month among its invoices.
        held[*key[:2], EVERY_MONTH if key[:2] in credited else key[2]] += waits[key] - _in_cents(charge.credits.told())
    waiting = {key: amount for key, amount in held.items() if amount}
    damage.held_cents = sum(abs(amount.retail) for amount in waiting.values())
    return waiting


def _sources_of(expected: Sequence[Expected]) -> dict[tuple[str, str], str]:
    """By customer and motion, the source of the program that they are mapped in."""
    entries = [entry for wanted in expected for entry in wanted.entries]
    return {(entry["customer"], entry["motion"]): entry.get("source", SOURCES[0]) for entry in entries}


def _told_by(
    invoices: Sequence[Json], mapped: Mapping[tuple[str, str], str], damage: Damage
) -> tuple[dict[CellKey, Cents], dict[CellKey, Cents]]:
    """What is charged and what of it waits, by the program that a customer's motion is mapped in."""
    told: dict[CellKey, Cents] = defaultdict(Cents)
    waits: dict[CellKey, Cents] = defaultdict(Cents)
    for invoice in invoices:
        if not (invoice["retail"]["balanced"] and invoice["cost"]["balanced"]):
            damage.unbalanced += 1
            damage.say(f"invoice {invoice['number']} does not balance: {invoice['retail']} {invoice['cost']}")
        for one in invoice["customers"]:
            if mapped.get((one["customer"], one["motion"])) != invoice["source"]:
                continue
            key = (one["customer"], one["motion"], invoice["period"])
            told[key] += _bucket(one, "source_total")
            waits[key] += _bucket(one, "held") + _bucket(one, "not_mapped")
    return told, waits


def _bucket(told: Json, name: str) -> Cents:
    return _in_cents({side: told[side][name] for side in ("retail", "cost")})


def _in_cents(amounts: Mapping[str, str]) -> Cents:
    retail, cost = (int(Decimal(amounts[side]) * 100) for side in ("retail", "cost"))
    return Cents(retail, cost)


# --- Doubled --------------------------------------------------------------------------------------


def _count_doubled_marks(books: Books, one_time: set[str], gone_customers: set[int], damage: Damage) -> None:
    """Where people deleted the customer nothing is written any more: a line that stands there comes with each run."""
    reached = [schedule for schedule in books.schedules.values() if schedule["customer_id"] not in gone_customers]
    standing = Counter(mark_of(line) for line in own_lines(reached))
    for mark, number in standing.items():
        if mark and number > 1:
            damage.duplicates += number - 1
            damage.say(f"{number} standing lines of mark {mark}")
    invoices = [invoice for invoice in books.invoices if invoice["customer_id"] not in gone_customers]
    rows = [row for invoice in invoices for row in invoice["line_items"]]
    billed = Counter(mark_of(row) for row in rows if Decimal(row["quantity"]))
    for mark in one_time:
        if billed[mark] + standing[mark] > 1:
            damage.duplicates += 1
            damage.say(f"one-time mark {mark}: billed {billed[mark]} times, standing {standing[mark]}")


def _count_doubled_products(books: Books, damage: Damage) -> None:
    codes = Counter(p["upc_code"] for p in books.store.records(books.account, PRODUCT) if p["upc_code"])
    for code, number in codes.items():
        if number > 1:
            damage.duplicates += number - 1
            damage.say(f"{number} products of code {code}")


# --- Missing and wrong ----------------------------------------------------------------------------


def _compare_lines(books: Books, wanted: Expected, damage: Damage) -> None:
    """Recurring lines, and all that was billed or stands once against what is owed, but for exactly what is held."""
    there = {template_id: books.recurring_on(template_id) for template_id in sorted(wanted.templates)}
    gap = wanted.due - billed_or_standing_once(books, wanted.templates)
    gaps = readings_of(gap, books, wanted)
    right = [way for way in ways_to_wait(wanted, books.held) if explains(wanted, way, there)]
    if any(way.owed in gaps for way in right):
        return
    if waits := _held_of(books, wanted):
        damage.say(f"templates {sorted(wanted.templates)}: held is {waits}")
    if not right:
        for template_id, lines in there.items():
            _count_recurring(template_id, wanted, lines, damage)
    if not right or gap:
        _count_owed(wanted, gap, right=bool(right), damage=damage)


def _held_of(books: Books, wanted: Expected) -> dict[CellKey, Cents]:
    mapped = {key[:2] for key in wanted.cells}
    return {key: amount for key, amount in books.held.items() if key[:2] in mapped}


def _count_recurring(template_id: int, wanted: Expected, there: Counter[Level], damage: Damage) -> None:
    due = Counter(wanted.standing(template_id).values())
    missing, surplus = due - there, there - due
    if missing or surplus:
        damage.missing += max(missing.total() - surplus.total(), 0)
        damage.duplicates += max(surplus.total() - missing.total(), 0)
        damage.wrong_cents += max(1, abs(_sum(missing) - _sum(surplus)))
        damage.say(f"template {template_id}: recurring missing {_texts(missing)}, surplus {_texts(surplus)}")


def _count_owed(wanted: Expected, gap: Cents, *, right: bool, damage: Damage) -> None:
    """``right``: the recurring lines are, so that this gap is what nothing explains."""
    if gap or right:
        damage.wrong_cents += abs(gap.retail) or abs(gap.cost) or 1
        damage.missing += gap.retail > 0
        damage.say(f"templates {sorted(wanted.templates)}: what was billed or stands once is {gap} off")


def _compare_totals(books: Books, damage: Damage) -> None:
    """The sandbox's own view: what the next invoice of each template must total, where nothing is held."""
    found = charges_in(books.store, books.account)
    mapped = {(e["customer"], e["motion"]): e for e in mapping_of(books.store, books.account)}
    for told in templates_in(books.store, books.account, found):
        template_id = told["invoice_template"]
        wanted = next((one for one in books.expected if template_id in one.templates), None)
        if told["expected"] is None or wanted is None or _held_of(books, wanted):
            continue
        ours = {(entry["customer"], entry["motion"]) for entry in wanted.entries}
        whole = {key for key, entry in mapped.items() if entry["invoice_template"] == template_id} <= ours
        moved = len(wanted.templates) > 1 and any(entry["motion"] == "seat_annual" for entry in wanted.entries)
        if whole and not moved:
            _compare_total(books, told, wanted.priced_by_hand(template_id), damage)


def _compare_total(books: Books, told: Json, priced_by_hand: int, damage: Damage) -> None:
    schedule = books.schedules[told["invoice_template"]]
    next_run = dt.date.fromisoformat(schedule["next_run"])
    lines = schedule["lines"]
    total = sum((line_amount(counted_quantity(line, next_run), line["retail_cents"]) for line in lines), Decimal(0))
    due = Decimal(told["expected"]["retail"]) + Decimal(priced_by_hand) / 100
    if abs(total - due) > Decimal(told["rounding_allowed"]):
        damage.wrong_cents += int(abs(total - due) * 100)
        damage.say(f"template {schedule['id']}: totals {total}, must total {due}")


# --- Foreign --------------------------------------------------------------------------------------


def _compare_foreign(vendors: Vendors, before: dict[str, Json], damage: Damage) -> None:
    now = hand_made(vendors)
    standing = {schedule["id"] for schedule in vendors.schedules()}
    gone = tuple(f" of template {number}" for number in vendors.gone_templates - standing)
    for name, record in before.items():
        if now.get(name) != record and not name.endswith(gone):
            damage.foreign += 1
            damage.say(f"{name} was {record}, is {now.get(name)}")
    names = {product["id"]: product["name"] for product in vendors.products()}
    for product_id, name in vendors.renamed.items():
        if names.get(product_id, name) != name:
            damage.foreign += 1
            damage.say(f"product {product_id} was renamed {name}, is {names[product_id]}")


def count_strays(marks: Sequence[set[str]], damage: Damage) -> None:
    """No line of one partner may be in another's Syncro."""
    for mark, number in Counter(mark for one in marks for mark in one).items():
        if number > 1:
            damage.foreign += 1
            damage.say(f"mark {mark} is in {number} partners' accounts")


# --- Small change ---------------------------------------------------------------------------------


def _without_place(line: Json) -> Json:
    return {name: value for name, value in line.items() if name != "position"}


def _sum(levels: Counter[Level]) -> int:
    return int(sum(quantity * retail * number for (quantity, retail, _), number in levels.items()))


def _texts(levels: Counter[Level]) -> str:
    found = [f"{number} x {quantity:f} at {retail}/{cost}" for (quantity, retail, cost), number in levels.items()]
    return ", ".join(found) or "nothing"
