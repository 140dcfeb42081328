"""What rows are because of the rows beside them: of a change that is summed, of one credit, or unknown with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from money.days import Days
from money.enums import Kind
from money.rows.grouping import GroupFate, Member, RowGroup, RowKey, group_rows, join_waiting
from money.words import Money

GROUP_UNKNOWN = "A row of the same change is unknown."


@dataclass(frozen=True, slots=True)
class RowAlone:
    """A row as it was classified without the others. ``period`` is the one of its own days.

    ``unit``: prices of one unit without a sign, in currency units. ``number`` is its invoice's.
    """

    key: RowKey
    motion: str
    days: Days
    amount: Money
    unit: Money
    kind: Kind
    period: str
    number: str = ""
    problem: str = ""

    @property
    def negative(self) -> bool:
        """Whether it takes back: by its retail amount, else by its cost."""
        return (self.amount.retail or self.amount.cost) < 0

    @property
    def member(self) -> Member:
        """The same as far as it matters to its group."""
        return Member(self.key, self.days, self.negative, self.amount, self.unit, self.kind is Kind.UNKNOWN)


@dataclass(frozen=True, slots=True)
class RowTogether:
    """What a row is by its group. ``credit`` names the credit that all its rows have; its ``period`` is theirs."""

    kind: Kind
    period: str
    credit: str = ""
    problem: str = ""


def put_together(rows: Iterable[RowAlone], charged_before: Collection[Money] = ()) -> dict[RowKey, RowTogether]:
    """What the rows of one subscription on one invoice are, by their groups.

    ``charged_before``: unit prices of earlier charges of the subscription.
    """
    by_motion: dict[str, list[RowAlone]] = defaultdict(list)
    for row in rows:
        by_motion[row.motion].append(row)
    unclear = by_motion.pop("", [])  # of which change a row without a motion is, its days alone tell
    made = {row.key: RowTogether(Kind.UNKNOWN, row.period, problem=row.problem) for row in unclear}
    for some in by_motion.values():
        every = [*some, *unclear]
        made |= _settle(group_rows((row.member for row in every), charged_before), every)
    return made


def join_later(
    credits: Mapping[str, Sequence[RowAlone]], later: Sequence[RowAlone], charged_before: Collection[Money] = ()
) -> dict[RowKey, RowTogether]:
    """What becomes of waiting credits, by their names, and of later rows of the subscription and motion that they meet.

    Answers the rows of those that met; the others stay what they are.
    """
    waiting = [RowGroup(tuple(row.member for row in rows), GroupFate.CREDIT) for rows in credits.values()]
    groups = [
        group
        for some in _by_invoice(later).values()
        for group in group_rows((row.member for row in some), charged_before)
    ]
    names = {row.key: name for name, rows in credits.items() for row in rows}
    every = [row for rows in credits.values() for row in rows] + list(later)
    return _settle(join_waiting(waiting, groups, charged_before), every, names)


def _settle(
    groups: Iterable[RowGroup], rows: Sequence[RowAlone], names: Mapping[RowKey, str] | None = None
) -> dict[RowKey, RowTogether]:
    """``names``: of rows that are of a credit already, and that keep its name."""
    by_key = {row.key: row for row in rows}
    made: dict[RowKey, RowTogether] = {}
    for group in groups:
        mine = [by_key[one.key] for one in group.rows]
        if group.fate is GroupFate.CREDIT:
            made |= _as_credit(by_key[group.first.key], mine, rows, names or {})
        else:
            made |= {row.key: _in_its_period(row, group) for row in mine}
    return made


def _as_credit(
    first: RowAlone, mine: Iterable[RowAlone], rows: Iterable[RowAlone], names: Mapping[RowKey, str]
) -> dict[RowKey, RowTogether]:
    name = names.get(first.key) or _name_of(first, rows)
    return {row.key: RowTogether(Kind.CREDIT, first.period, name, row.problem) for row in mine}


def _in_its_period(row: RowAlone, group: RowGroup) -> RowTogether:
    if group.fate is GroupFate.UNKNOWN:
        return RowTogether(Kind.UNKNOWN, row.period, problem=row.problem or GROUP_UNKNOWN)
    return RowTogether(Kind.PRORATION if row.negative else row.kind, row.period, problem=row.problem)


def _name_of(first: RowAlone, rows: Iterable[RowAlone]) -> str:
    """The invoice's number; with the line where the invoice takes back more of the period before it."""
    same = [row for row in rows if row.negative and (row.key[0], row.period) == (first.key[0], first.period)]
    return first.number if min(same, key=lambda row: row.key) is first else f"{first.number}/{first.key[1]}"


def _by_invoice(rows: Iterable[RowAlone]) -> dict[int, list[RowAlone]]:
    found: dict[int, list[RowAlone]] = defaultdict(list)
    for row in rows:
        found[row.key[0]].append(row)
    return found
