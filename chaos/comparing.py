"""Syncro as it stands against the truth: what is doubled, missing, wrong, or touched without right."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from chaos.expected import Expected, Level, expected_of
from chaos.vendors import Vendors, mark_of
from sandbox.generation import counted_quantity, line_amount
from sandbox.state import Store
from sandbox.syncro_api.customers import KIND as CUSTOMER
from sandbox.syncro_api.invoices import KIND as INVOICE
from sandbox.syncro_api.products import KIND as PRODUCT
from sandbox.syncro_api.schedules import KIND as SCHEDULE
from sandbox.template_truth import templates_in
from sandbox.truth import charges_in
from sandbox.wire import Json


@dataclass
class Damage:
    """What a seed left behind. Every number but ``held_cents`` must be 0."""

    duplicates: int = 0
    missing: int = 0
    wrong_cents: int = 0
    foreign: int = 0
    unbalanced: int = 0
    held_cents: int = 0
    facts: list[str] = field(default_factory=list)

    def add(self, other: Damage) -> None:
        """Count what was found at another partner too."""
        for name in ("duplicates", "missing", "wrong_cents", "foreign", "unbalanced", "held_cents"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.facts += other.facts

    def say(self, text: str) -> None:
        """Keep what is needed to look into it."""
        self.facts.append(text)


@dataclass(frozen=True)
class Books:
    """Syncro and the truth at one moment, and what the product says of its invoices."""

    store: Store
    account: str
    expected: dict[int, Expected]
    schedules: dict[int, Json]
    invoices: list[Json]
    held: dict[int, int]  # cents that wait for a person (or were offered), by template, in absolute amounts


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
        whole = expected_of(store, vendors.account, entries)
        expected = _without_gone(whole, vendors.gone_templates - schedules.keys(), vendors.gone_customers - customers)
        books = Books(
            store,
            vendors.account,
            expected,
            schedules,
            store.records(vendors.account, INVOICE),
            {},
        )
        _judge_invoices(books, invoices, damage)
        _count_doubled_marks(books, vendors.one_time_marks, damage)
        _count_doubled_products(books, damage)
        for template_id, wanted in expected.items():
            _compare_recurring(books, template_id, wanted, damage)
            _compare_one_time(books, template_id, wanted, vendors.one_time_marks, damage)
        if quiet:
            _compare_totals(books, damage)
    _compare_foreign(vendors, foreign, damage)
    return damage


def _without_gone(expected: dict[int, Expected], templates: set[int], customers: set[int]) -> dict[int, Expected]:
    """Nothing can be expected where people deleted the template or its customer."""
    return {
        template_id: wanted
        for template_id, wanted in expected.items()
        if template_id not in templates and not any(entry["syncro_customer"] in customers for entry in wanted.entries)
    }


# --- What the product says ------------------------------------------------------------------------


def _judge_invoices(books: Books, invoices: Sequence[Json], damage: Damage) -> None:
    charges = charges_in(books.store, books.account)
    template_of = {
        (entry["customer"], entry["motion"]): template_id
        for template_id, wanted in books.expected.items()
        for entry in wanted.entries
    }
    told: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    held: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for invoice in invoices:
        if not (invoice["retail"]["balanced"] and invoice["cost"]["balanced"]):
            damage.unbalanced += 1
            damage.say(f"invoice {invoice['number']} does not balance: {invoice['retail']}")
        for one in invoice["customers"]:
            key = (one["customer"], one["motion"], invoice["period"])
            told[key] += Decimal(one["retail"]["source_total"])
            held[key] += Decimal(one["retail"]["held"]) + Decimal(one["retail"]["not_mapped"])
    for key, charge in charges.items():
        template_id = template_of.get(key[:2])
        if template_id is None or key not in told:
            continue
        if told[key] != _decimal(charge.source.told()["retail"]):
            damage.unbalanced += 1
            damage.say(f"{key}: the source charged {charge.source.told()['retail']}, the product counts {told[key]}")
        waits = held[key] - _decimal(charge.credits.told()["retail"])
        books.held[template_id] = books.held.get(template_id, 0) + abs(int(waits * 100))
    damage.held_cents = sum(books.held.values())


# --- Doubled --------------------------------------------------------------------------------------


def _count_doubled_marks(books: Books, one_time: set[str], damage: Damage) -> None:
    standing = Counter(mark_of(line) for line in _own_lines(books.schedules.values()))
    for mark, number in standing.items():
        if mark and number > 1:
            damage.duplicates += number - 1
            damage.say(f"{number} standing lines of mark {mark}")
    billed = Counter(mark_of(row) for invoice in books.invoices for row in invoice["line_items"])
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


def _compare_recurring(books: Books, template_id: int, wanted: Expected, damage: Damage) -> None:
    there: Counter[Level] = Counter(
        (Decimal(line["quantity"]).normalize(), line["retail_cents"], line["cost_cents"])
        for line in _own_lines([books.schedules[template_id]])
        if not line["one_time_charge"] and Decimal(line["quantity"])  # 0: Syncro refused its removal
    )
    due = Counter({(level[0].normalize(), *level[1:]): number for level, number in wanted.recurring.items()})
    missing, surplus = due - there, there - due
    if not missing and not surplus:
        return
    damage.say(f"template {template_id}: recurring missing {_texts(missing)}, surplus {_texts(surplus)}")
    if books.held.get(template_id):
        damage.say(f"template {template_id}: {books.held[template_id]} cents wait for a person")
        return
    damage.missing += max(missing.total() - surplus.total(), 0)
    damage.duplicates += max(surplus.total() - missing.total(), 0)
    damage.wrong_cents += abs(_sum(missing) - _sum(surplus))


def _compare_one_time(books: Books, template_id: int, wanted: Expected, one_time: set[str], damage: Damage) -> None:
    lines = [line for line in _own_lines([books.schedules[template_id]]) if line["one_time_charge"]]
    rows = [
        row
        for invoice in books.invoices
        if invoice["schedule_id"] == template_id
        for row in invoice["line_items"]
        if mark_of(row) in one_time
    ]
    retail = sum(_line_cents(line, "retail_cents") for line in lines) + sum(_row_cents(row, "price") for row in rows)
    cost = sum(_line_cents(line, "cost_cents") for line in lines) + sum(_row_cents(row, "cost") for row in rows)
    gap = (wanted.retail_cents - retail, wanted.cost_cents - cost)
    if gap == (0, 0):
        return
    waits = books.held.get(template_id, 0)
    damage.say(f"template {template_id}: one-time lines are {gap} cents off, {waits} wait for a person")
    if abs(gap[0]) > waits:
        damage.wrong_cents += abs(gap[0]) or abs(gap[1])
        damage.missing += gap[0] > 0


def _compare_totals(books: Books, damage: Damage) -> None:
    """The sandbox's own view: what the next invoice of each template must total."""
    found = charges_in(books.store, books.account)
    for told in templates_in(books.store, books.account, found):
        template_id = told["invoice_template"]
        wanted = books.expected.get(template_id)
        whole = wanted is not None and len(wanted.entries) == len(told["tenants"]) * len(told["motions"])
        if told["expected"] is None or not whole or books.held.get(template_id):
            continue
        lines = books.schedules[template_id]["lines"]
        next_run = dt.date.fromisoformat(books.schedules[template_id]["next_run"])
        total = sum((line_amount(counted_quantity(line, next_run), line["retail_cents"]) for line in lines), Decimal(0))
        off = abs(total - _decimal(told["expected"]["retail"]))
        if off > _decimal(told["rounding_allowed"]):
            damage.wrong_cents += int(off * 100)
            damage.say(f"template {template_id}: totals {total}, must total {told['expected']['retail']}")


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


def _own_lines(schedules: Iterable[Json]) -> Iterator[Json]:
    for schedule in schedules:
        yield from (line for line in schedule["lines"] if not line["by_hand"])


def _without_place(line: Json) -> Json:
    return {name: value for name, value in line.items() if name != "position"}


def _line_cents(line: Json, name: str) -> int:
    return int(line_amount(Decimal(line["quantity"]), line[name]) * 100)


def _row_cents(row: Json, name: str) -> int:
    return int((Decimal(row["quantity"]) * Decimal(row[name])).quantize(Decimal("0.01")) * 100)


def _sum(levels: Counter[Level]) -> int:
    return int(sum(quantity * retail * number for (quantity, retail, _), number in levels.items()))


def _texts(levels: Counter[Level]) -> str:
    found = [f"{number} x {quantity:f} at {retail}/{cost}" for (quantity, retail, cost), number in levels.items()]
    return ", ".join(found) or "nothing"


def _decimal(text: str) -> Decimal:
    return Decimal(text)
