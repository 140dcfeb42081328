"""When an invoice is one that was imported before: issued again, or taken back. Plain records in, answers out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from money.days import Days
from money.words import NOTHING, ZERO, Money

FEWEST_ROWS = 2  # that charge something: an invoice of one row is nobody's second issue


@dataclass(frozen=True, slots=True)
class RowSeen:
    """A row as far as it can repeat another one. Amounts in currency units."""

    pk: int
    ref: str  # its subscription's id
    days: Days
    quantity: Decimal
    unit: Money
    amount: Money
    usage: bool = False

    @property
    def positive(self) -> bool:
        """Whether it charges something."""
        return (self.amount.retail or self.amount.cost) > ZERO

    @property
    def negative(self) -> bool:
        """Whether it takes something back."""
        return (self.amount.retail or self.amount.cost) < ZERO

    @property
    def likeness(self) -> tuple[object, ...]:
        """What two rows have in common that are the same charge, at whatever price; of usage the amount too."""
        return self.ref, self.days, abs(self.quantity), self.negative, self.amount if self.usage else None

    @property
    def identity(self) -> tuple[object, ...]:
        """What two rows have in common that are the same to the cent."""
        return self.likeness, self.unit, self.amount


@dataclass(slots=True)
class Meeting:
    """How often rows of an invoice repeat those of another one."""

    rows: int = 0
    refs: set[str] = field(default_factory=set)

    def add(self, ref: str, rows: int) -> None:
        """So many rows more, of one subscription."""
        if rows:
            self.rows += rows
            self.refs.add(ref)


def repeated_rows(mine: Sequence[RowSeen], theirs: Iterable[RowSeen]) -> list[RowSeen]:
    """Rows of a subscription on one invoice that those on another one charge already, at whatever price.

    Each of theirs is repeated once. A row that shares a day with a negative row of its invoice repeats only
    where that negative row repeats too: what was taken back may be charged again.
    """
    matched = _matched(mine, theirs, key=lambda row: row.likeness)
    pks = {row.pk for row in matched}
    fresh = [row for row in mine if row.negative and row.pk not in pks]
    return [row for row in matched if not any(row.days.share_a_day_with(other.days) for other in fresh)]


def same_rows(mine: Sequence[RowSeen], theirs: Iterable[RowSeen]) -> list[RowSeen]:
    """Those of ``repeated_rows`` that are the same to the cent; rows of 0.00 are nobody's second charge."""
    others = list(theirs)
    repeated = {row.pk for row in repeated_rows(mine, others)}
    same = _matched(mine, others, key=lambda row: row.identity)
    return [row for row in same if row.pk in repeated and (row.positive or row.negative)]


def is_issued_again(meeting: Meeting, *, positive_rows: int, several: bool) -> bool:
    """Whether an invoice is another one issued again: at least half of the rows that charge something repeat its rows.

    ``several``: both charge more than one subscription; then the repeated rows must, too.
    """
    if positive_rows < FEWEST_ROWS or meeting.rows * 2 < positive_rows:
        return False
    return len(meeting.refs) > 1 if several else True


def reverses(mine: Iterable[RowSeen], theirs: Iterable[RowSeen]) -> bool:
    """Whether rows are, one for one, the negatives of these."""
    return Counter(map(_opposite, mine)) == Counter(map(_as_it_is, theirs))


def mirrored_rows(mine: Sequence[RowSeen], theirs: Iterable[RowSeen]) -> list[RowSeen]:
    """The negative rows that take back, one for one, a row of theirs exactly."""
    left = Counter(map(_as_it_is, theirs))
    found = []
    for row in (row for row in mine if row.negative):
        if left[_opposite(row)] > 0:
            left[_opposite(row)] -= 1
            found.append(row)
    return found


def by_ref(rows: Iterable[RowSeen]) -> Mapping[str, list[RowSeen]]:
    """Rows by their subscription."""
    grouped: dict[str, list[RowSeen]] = defaultdict(list)
    for row in rows:
        grouped[row.ref].append(row)
    return grouped


def _matched(mine: Sequence[RowSeen], theirs: Iterable[RowSeen], key: Callable[[RowSeen], object]) -> list[RowSeen]:
    left = Counter(map(key, theirs))
    found = []
    for row in mine:
        if left[key(row)] > 0:
            left[key(row)] -= 1
            found.append(row)
    return found


def _as_it_is(row: RowSeen) -> tuple[object, ...]:
    return row.ref, row.days, abs(row.quantity), row.amount


def _opposite(row: RowSeen) -> tuple[object, ...]:
    return row.ref, row.days, abs(row.quantity), NOTHING - row.amount
