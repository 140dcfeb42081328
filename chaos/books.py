"""What stands in Syncro at one moment and what its invoices carry, against which the truth is held."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from chaos.expected import CellKey, Cents, Expected, Level
from chaos.vendors import ByHand, amount_of, mark_of
from sandbox.generation import line_amount
from sandbox.prism_api.invoices import KIND as SOURCE_INVOICE
from sandbox.state import Store
from sandbox.wire import Json

MOST_FREE = 12  # rows that may be read in two ways; beyond that a gap is damage


@dataclass(frozen=True)
class Books:
    """Syncro and the truth at one moment, and what the product says of its invoices."""

    store: Store
    account: str
    expected: list[Expected]
    schedules: dict[int, Json]
    invoices: list[Json]
    held: Mapping[CellKey, Cents]  # what waits for a person (or was offered) beyond the credits that always wait
    by_hand: Sequence[ByHand]  # values that people typed into lines of ours

    def recurring_on(self, template_id: int) -> Counter[Level]:
        """The program's recurring lines as they stand."""
        return Counter(
            level_of(line) for line in own_lines([self.schedules[template_id]]) if not line["one_time_charge"]
        )


def billed_or_standing_once(books: Books, templates: set[int]) -> Cents:
    """Our lines on the invoices that were made, and the one-time lines that stand."""
    found = Cents()
    for line in own_lines(books.schedules[template_id] for template_id in templates):
        if line["one_time_charge"]:
            found += amount_of(line)
    return sum((_cents_of(row) for _, row in _own_rows(books, templates)), found)


def readings_of(gap: Cents, books: Books, wanted: Expected) -> set[Cents]:
    """A run since the newest invoice may have billed its recurring lines, which then stand for a month to come. What a
    run billed of a line into which people had typed stays so, or comes with the next invoice's lines."""
    gaps = {gap}
    for amount in _read_in_two_ways(books, wanted)[:MOST_FREE]:
        gaps |= {one + amount for one in gaps}
    return gaps


def _read_in_two_ways(books: Books, wanted: Expected) -> list[Cents]:
    issued = max(one["issued"] for one in books.store.records(books.account, SOURCE_INVOICE))
    found: list[Cents] = []
    levels: dict[int, set[Level]] = defaultdict(set)  # that runs since then billed, by invoice
    for invoice, row in _own_rows(books, wanted.templates):
        level, billed = _level_of_row(row), _cents_of(row)
        found += [billed - one.before for one in books.by_hand if one.is_billed_by(mark_of(row), level)]
        if invoice["date"][:10] >= issued:
            levels[invoice["id"]].add(level)
    for seen in levels.values():  # whatever the level, the month is billed: what differs is an adjustment
        found += [part.own for part in wanted.newest_recurring() if wanted.levels_of(part.subscription_id) & seen]
    return found


def _level_of_row(row: Json) -> Level:
    return Decimal(row["quantity"]).normalize(), _in_whole_cents(row["price"]), _in_whole_cents(row["cost"])


def _own_rows(books: Books, templates: set[int]) -> Iterator[tuple[Json, Json]]:
    for invoice in books.invoices:
        if invoice["schedule_id"] in templates:
            yield from ((invoice, row) for row in invoice["line_items"] if mark_of(row))


def own_lines(schedules: Iterable[Json]) -> Iterator[Json]:
    """Lines of the program on these templates that bill something."""
    for schedule in schedules:
        lines = (line for line in schedule["lines"] if not line["by_hand"])
        yield from (line for line in lines if Decimal(line["quantity"]))  # 0: Syncro refused its removal


def level_of(line: Json) -> Level:
    """Quantity and prices of a template's line."""
    return Decimal(line["quantity"]).normalize(), line["retail_cents"], line["cost_cents"]


def _cents_of(row: Json) -> Cents:
    quantity = Decimal(row["quantity"])
    retail, cost = (line_amount(quantity, _in_whole_cents(row[side])) for side in ("price", "cost"))
    return Cents(int(retail * 100), int(cost * 100))


def _in_whole_cents(amount: str) -> int:
    return int(Decimal(amount) * 100)
