"""Which rows of a subscription belong together: a change is a refund and a charge, and they stand or fall together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from itertools import chain, product

from money.days import Days
from money.words import CENT, NOTHING, Money

RowKey = tuple[int, int]  # invoice, line


@dataclass(frozen=True, slots=True)
class Member:
    """A row as far as it matters to its group. ``unit``: positive prices of one unit, in currency units."""

    key: RowKey
    days: Days
    negative: bool
    amount: Money
    unit: Money
    unknown: bool = False  # it waits for a person, or nobody understands it


class GroupFate(Enum):
    """What becomes of a row because of its group."""

    ALONE = "alone"  # nothing negative shares its days
    SUMMED = "summed"  # of a group that comes to nothing or more: all of it is in its period's sum
    CREDIT = "credit"  # of a group that gives money back: its sum is one credit
    UNKNOWN = "unknown"  # of a group with a row that nobody understands


@dataclass(frozen=True, slots=True)
class RowGroup:
    """Rows that stand or fall together, in their order."""

    rows: tuple[Member, ...]
    fate: GroupFate

    @property
    def amount(self) -> Money:
        """Their sum, in currency units."""
        return sum((row.amount for row in self.rows), NOTHING)

    @property
    def first(self) -> Member:
        """The row that names a credit: the first that takes back, else the first."""
        return next((row for row in self.rows if row.negative), self.rows[0])


def group_rows(rows: Iterable[Member], charged_before: Collection[Money] = ()) -> list[RowGroup]:
    """The groups of the rows of one subscription and motion on one invoice.

    ``charged_before``: unit prices of earlier charges of the subscription. A negative row and all rows that
    share a day with it are one group; groups with a row in common are one; every other row is alone.
    """
    ordered = sorted(rows, key=lambda row: row.key)
    return [group for part in _connected(ordered) for group in _judge(part, charged_before)]


def join_waiting(
    waiting: Sequence[RowGroup], later: Sequence[RowGroup], charged_before: Collection[Money] = ()
) -> list[RowGroup]:
    """Waiting credits with groups of later invoices, and with each other, where they share days.

    Their sum decides anew. Answers the groups that come of those that met; what met nothing is left out.
    """
    pools: list[_Pool] = []
    for group in sorted(waiting, key=lambda one: one.first.key):
        pools = _join(pools, group)
    for group in later:
        if any(pool.meets(group) for pool in pools):
            pools = _join(pools, group)
    met = (sorted(pool.rows, key=lambda row: row.key) for pool in pools if pool.met)
    return list(chain.from_iterable(_judge(rows, charged_before) for rows in met))


def takes_back(row: Member, prices: Iterable[Money]) -> bool:
    """Whether a negative row gives back one of these unit prices, in cost or in retail, within a cent."""
    return any(_same(row.unit.cost, price.cost) or _same(row.unit.retail, price.retail) for price in prices)


@dataclass(slots=True, eq=False)
class _Pool:
    """Rows that are judged together; ``met``: not only those of one credit."""

    rows: list[Member] = field(default_factory=list)
    met: bool = False

    def meets(self, group: RowGroup) -> bool:
        """Whether the group came on a later invoice and shares a day with it."""
        if min(row.key[0] for row in self.rows) >= min(row.key[0] for row in group.rows):
            return False
        return any(mine.days.share_a_day_with(row.days) for mine in self.rows for row in group.rows)


def _join(pools: Sequence[_Pool], group: RowGroup) -> list[_Pool]:
    """The pools with the group in them: with those that it meets it is one."""
    touched = [pool for pool in pools if pool.meets(group)]
    rows = chain.from_iterable(pool.rows for pool in touched)
    joined = _Pool([*rows, *group.rows], met=bool(touched))
    return [*(pool for pool in pools if pool not in touched), joined]


def _connected(rows: Sequence[Member]) -> list[list[Member]]:
    """Parts of the rows that hang together by the days of their negative ones, each in the order of the rows."""
    by_days: dict[Days, list[Member]] = defaultdict(list)
    for row in rows:
        by_days[row.days].append(row)
    taking_back = [days for days, some in by_days.items() if any(row.negative for row in some)]
    part_of = {days: [days] for days in by_days}
    for days, other in product(taking_back, by_days):
        if part_of[other] is not part_of[days] and days.share_a_day_with(other):
            joined = part_of[days] + part_of[other]
            part_of |= dict.fromkeys(joined, joined)
    parts = {id(part): part for part in part_of.values()}.values()
    return [_in_order(by_days, part) for part in parts]


def _in_order(by_days: Mapping[Days, list[Member]], part: Iterable[Days]) -> list[Member]:
    return sorted((row for days in part for row in by_days[days]), key=lambda row: row.key)


def _judge(rows: Sequence[Member], charged_before: Collection[Money]) -> list[RowGroup]:
    if not any(row.negative for row in rows):
        return [RowGroup((row,), GroupFate.UNKNOWN if row.unknown else GroupFate.ALONE) for row in rows]
    if any(row.unknown for row in rows):
        return [RowGroup(tuple(rows), GroupFate.UNKNOWN)]
    if not _gives_back(rows):
        return [RowGroup(tuple(rows), GroupFate.SUMMED)]
    return _set_apart(rows, charged_before)


def _set_apart(rows: Sequence[Member], charged_before: Collection[Money]) -> list[RowGroup]:
    """What takes back no price of a charge is a credit of its own, and the rest is judged again."""
    prices = [*charged_before, *(row.unit for row in rows if not row.negative)]
    apart = [row for row in rows if row.negative and not takes_back(row, prices)]
    if not apart or len(rows) == 1:
        return [RowGroup(tuple(rows), GroupFate.CREDIT)]
    rest = _connected([row for row in rows if row not in apart])
    judged = chain.from_iterable(_judge(part, charged_before) for part in rest)
    return [*(RowGroup((row,), GroupFate.CREDIT) for row in apart), *judged]


def _gives_back(rows: Sequence[Member]) -> bool:
    """Below nothing in retail; in cost, where no row has a retail amount. A minus in cost alone holds nothing."""
    total = sum((row.amount for row in rows), NOTHING)
    return total.retail < 0 if any(row.amount.retail for row in rows) else total.cost < 0


def _same(price: Decimal, other: Decimal) -> bool:
    return bool(price and other) and abs(price - other) <= CENT
