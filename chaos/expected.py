"""What Syncro must hold, from the distributor's rows alone: no code of the product has a part in it."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from sandbox.accounts import story_in
from sandbox.billing import REVERSAL, Row, rows_of
from sandbox.months import last_of
from sandbox.prism_api.invoices import KIND as INVOICE
from sandbox.state import Store
from sandbox.wire import Json

Level = tuple[Decimal, int, int]  # quantity, retail cents, cost cents
CellKey = tuple[str, str, str]  # tenant, motion, month as yyyy-mm
BOTH, COST, NEITHER = "cost_and_retail", "cost_only", "quantity_only"  # prices that a mapping syncs
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Cents:
    """An amount on both sides."""

    retail: int = 0
    cost: int = 0

    def __add__(self, other: Cents) -> Cents:
        return Cents(self.retail + other.retail, self.cost + other.cost)

    def __sub__(self, other: Cents) -> Cents:
        return Cents(self.retail - other.retail, self.cost - other.cost)

    def __bool__(self) -> bool:
        return bool(self.retail or self.cost)


@dataclass(frozen=True)
class Part:
    """One line that the rows ask for. ``level`` is a recurring line's, None for a one-time line.

    ``source`` is what the distributor charges for it, ``own`` what the line carries: they differ
    where a price is not synced and a person typed in another.
    """

    subscription_id: str
    source: Cents
    own: Cents
    level: Level | None = None


@dataclass(frozen=True)
class HandPrice:
    """Unit prices in cents that a person typed into a recurring line, from that month's invoice on."""

    month: str
    retail: int
    cost: int


@dataclass
class Expected:
    """Of a template, or of several between which a mapping was moved: every part since the start."""

    entries: list[Json] = field(default_factory=list)
    templates: set[int] = field(default_factory=set)
    cells: dict[CellKey, list[Part]] = field(default_factory=dict)
    newest: str = ""
    typed: list[tuple[Cents, Cents]] = field(default_factory=list)  # what a line billed until a person typed, and since

    @property
    def due(self) -> Cents:
        """What customers owe since the start, but for the recurring lines of the newest month: those stand."""
        owed = (part for (_, _, month), parts in self.cells.items() for part in parts if self.is_owed(part, month))
        return sum((part.own for part in owed), Cents())

    def is_owed(self, part: Part, month: str) -> bool:
        """Whether a run must have billed it, or a one-time line stands for it."""
        return part.level is None or month < self.newest

    def standing(self, template_id: int) -> dict[str, Level]:
        """The recurring lines that the newest invoice wants on one of the templates, by subscription."""
        return {
            part.subscription_id: part.level
            for entry in self.entries
            if entry["invoice_template"] == template_id
            for part in self.cells.get((entry["customer"], entry["motion"], self.newest), ())
            if part.level is not None and part.level[0]
        }

    def newest_recurring(self) -> list[Part]:
        """The recurring lines of the newest month."""
        newest = (parts for (_, _, month), parts in self.cells.items() if month == self.newest)
        return [part for parts in newest for part in parts if part.level is not None]

    def last_months(self) -> dict[tuple[str, str], str]:
        """By motion and subscription, the last month that charges it."""
        cells = sorted(self.cells.items(), key=lambda cell: cell[0][2])
        return {(motion, part.subscription_id): month for (_, motion, month), parts in cells for part in parts}

    def levels_of(self, subscription_id: str) -> set[Level]:
        """Every level that a subscription has had."""
        parts = (part for found in self.cells.values() for part in found if part.subscription_id == subscription_id)
        return {part.level for part in parts if part.level is not None}

    def priced_by_hand(self, template_id: int) -> int:
        """Cents of retail by which the newest month on a template differs from the source, by prices typed in."""
        mapped = [(e["customer"], e["motion"]) for e in self.entries if e["invoice_template"] == template_id]
        newest = [part for one in mapped for part in self.cells.get((*one, self.newest), ())]
        return sum(part.own.retail - part.source.retail for part in newest)


def expected_of(
    store: Store, account: str, entries: Iterable[Json], prices: Mapping[str, HandPrice] | None = None
) -> list[Expected]:
    """One per template, or per templates between which a mapping was moved, for the mapped entries."""
    rows = _rows_by_subscription(store, account)
    newest = max((one["month"][:7] for one in store.records(account, INVOICE) if one["kind"] == "monthly"), default="")
    found = _grouped(entries)
    for wanted in found:
        wanted.newest = newest
        _fill_cells(wanted, rows, prices or {})
    return found


def _fill_cells(
    wanted: Expected, rows: Mapping[tuple[str, str, str, str], list[Row]], prices: Mapping[str, HandPrice]
) -> None:
    mapped = {(entry["customer"], entry["motion"]): entry.get("pricing", BOTH) for entry in wanted.entries}
    for (tenant, motion, subscription, month), charged in rows.items():
        if (tenant, motion) not in mapped or not charged:
            continue
        if month > wanted.newest:  # an order before the month's invoice leaves the line alone
            parts = [_one_time(charged)]
        else:
            price = prices.get(subscription)
            typed = price if price is not None and price.month <= month else None
            parts = _parts(motion, charged, mapped[tenant, motion], typed)
        wanted.cells.setdefault((tenant, motion, month), []).extend(parts)


def first_month_of(store: Store) -> str:
    """The newest month at the start of the sandbox: with "start: latest" the first one that is billed."""
    start = dt.date.fromisoformat(store.fact("start"))
    return (start.replace(day=1) - dt.timedelta(days=1)).isoformat()[:7]


def places_of(entry: Json) -> set[int]:
    """Every template that a mapping has had."""
    return {entry["invoice_template"], *entry.get("been", ())}


def _grouped(entries: Iterable[Json]) -> list[Expected]:
    groups: list[Expected] = []
    for entry in entries:
        places = places_of(entry)
        joined = [group for group in groups if group.templates & places]
        merged = Expected([*(one for group in joined for one in group.entries), entry], places)
        merged.templates |= {template for group in joined for template in group.templates}
        groups = [*(group for group in groups if group not in joined), merged]
    return groups


def _rows_by_subscription(store: Store, account: str) -> dict[tuple[str, str, str, str], list[Row]]:
    """By tenant, motion, subscription and month; credits wait for a person and are left out, and so is a row that was
    taken back, with the one that took it back."""
    rows: dict[tuple[str, str, str, str], list[Row]] = defaultdict(list)
    for month, row in _counted_rows(store, account):
        if row.tenant is None or not row.motion or row.role == "credit":
            continue
        same = rows[row.tenant.tenant_id, row.motion, row.subscription_id, month]
        if row.role == REVERSAL:
            same.remove(next(one for one in same if one.amount.retail == -row.amount.retail))
        else:
            same.append(row)
    return rows


def _counted_rows(store: Store, account: str) -> Iterable[tuple[str, Row]]:
    """Rows of the program's invoices since the start, each with its month."""
    story, first = story_in(store, account), first_month_of(store)
    for invoice in store.records(account, INVOICE):
        if invoice["month"][:7] >= first and invoice["kind"] != "other":
            yield from ((invoice["month"][:7], row) for row in rows_of(story, invoice, store.switches))


def _parts(motion: str, rows: Sequence[Row], pricing: str, typed: HandPrice | None) -> list[Part]:
    """A line per annual charge, one per Azure subscription, a recurring line and its difference otherwise.

    Of a monthly subscription that ends within the month one one-time line.
    """
    if motion == "seat_annual":
        return [_one_time([row]) for row in rows]
    if motion != "seat_monthly" or all(row.role == "one_time" for row in rows):
        return [_one_time(rows)]
    quantity, unit = _level_of(rows)
    own = Cents(typed.retail, typed.cost) if typed else unit
    subscription, recurring = rows[0].subscription_id, _times(quantity, unit)
    source = _charged(rows) - recurring
    # A side that is not synced takes the line's price times the units charged, rounded once.
    units = sum((row.quantity * row.ratio for row in rows), Decimal(0)) - quantity
    difference = _times(units, own)
    rest = Cents(
        source.retail if pricing == BOTH else difference.retail,
        difference.cost if pricing == NEITHER else source.cost,
    )
    billed = _times(quantity, own)
    if max(row.end for row in rows) < last_of(max(row.start for row in rows)):  # it ended: one one-time line of all
        return [Part(subscription, recurring + source, billed + rest)]
    standing = Part(subscription, recurring, billed, (quantity.normalize(), own.retail, own.cost))
    return [standing, *([Part(subscription, source, rest)] if source or rest else [])]


def _one_time(rows: Sequence[Row]) -> Part:
    return Part(rows[0].subscription_id, _charged(rows), _charged(rows))


def _charged(rows: Sequence[Row]) -> Cents:
    retail = sum((row.amount.retail for row in rows), Decimal(0))
    return Cents(_cents(retail), _cents(sum((row.amount.cost for row in rows), Decimal(0))))


def _level_of(rows: Sequence[Row]) -> tuple[Decimal, Cents]:
    """The quantity at the latest end, at the price of the positive row that starts last.

    A rebate gives no seats back, and beside a paid row one of 0.00 has none.
    """
    paid = [row for row in rows if row.unit.retail or row.unit.cost] or rows
    last = max(row.end for row in paid)
    covering = [row for row in paid if row.end == last and row.role != "rebate"]
    quantity = sum((row.quantity for row in covering), Decimal(0))
    newest = max((row for row in covering if row.quantity > 0), key=lambda row: row.start)
    return quantity, Cents(_cents(newest.unit.retail), _cents(newest.unit.cost))


def _times(quantity: Decimal, unit: Cents) -> Cents:
    return Cents(_cents(quantity * unit.retail / 100), _cents(quantity * unit.cost / 100))


def _cents(amount: Decimal) -> int:
    return int(amount.quantize(_CENT, ROUND_HALF_UP) * 100)
