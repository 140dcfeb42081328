"""Which month is the month of the field: who goes on in it, and whose recurring line it leaves without a charge."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property

from money.days import DAY, Days
from money.words import ZERO

LEAST_SHARE = Decimal("0.5")  # of the subscriptions with a line that must go on in a regular month


@dataclass(frozen=True, slots=True)
class Charged:
    """A row of monthly seats on an invoice. ``quantity`` is below zero where it takes back."""

    subscription: int
    customer: int
    product: int | None
    days: Days
    quantity: Decimal
    negative: bool = False
    zero: bool = False  # it charges nothing: a trial, a conversion
    whole: bool = False  # a whole cycle with ratio 1


@dataclass(frozen=True, slots=True)
class Holder:
    """A subscription with a recurring line of ours. ``retail``: what the line bills, in currency units."""

    mark: str
    subscription: int
    customer: int
    product: int | None
    quantity: Decimal
    retail: Decimal
    free: bool = False  # neither its cost nor its retail is anything: its rows of 0.00 say that it goes on


@dataclass(frozen=True)
class MonthCharges:
    """What the invoices of one usage month charge.

    ``ended``: the last day of what earlier months charged, by subscription.
    """

    month: str
    rows: tuple[Charged, ...]
    ended: Mapping[int, dt.date] = field(default_factory=dict)

    @cached_property
    def by_subscription(self) -> Mapping[int, list[Charged]]:
        """The rows of each subscription."""
        found: dict[int, list[Charged]] = defaultdict(list)
        for row in self.rows:
            found[row.subscription].append(row)
        return found

    @cached_property
    def by_product(self) -> Mapping[tuple[int, int | None], list[Charged]]:
        """The rows that charge, of each customer and product."""
        found: dict[tuple[int, int | None], list[Charged]] = defaultdict(list)
        for row in self.rows:
            if _charges(row):
                found[row.customer, row.product].append(row)
        return found

    def charges(self, holder: Holder) -> list[Charged]:
        """The subscription's rows that charge it, at whatever customer."""
        return [row for row in self.by_subscription.get(holder.subscription, ()) if _charges(row, holder)]

    def goes_on(self, holder: Holder) -> bool:
        """Whether the subscription goes on, here or at another customer, or under a new id."""
        return self._continues(holder) or self.is_followed(holder)

    def is_followed(self, holder: Holder) -> bool:
        """Whether a new subscription of the customer takes its place the day after it ended."""
        ends = [row.days.last for row in self.charges(holder)]
        ends += [self.ended[holder.subscription]] if holder.subscription in self.ended else []
        if not ends or holder.product is None:
            return False
        next_day, seats = max(ends) + DAY, defaultdict[int, Decimal](Decimal)
        for row in self.by_product.get((holder.customer, holder.product), ()):
            if row.subscription not in self.ended and row.days.first == next_day:
                seats[row.subscription] += row.quantity
        return any(quantity >= holder.quantity for quantity in seats.values())

    def _continues(self, holder: Holder) -> bool:
        ended = self.ended.get(holder.subscription)
        negative = [row for row in self.by_subscription.get(holder.subscription, ()) if row.negative]
        return any(
            row.whole
            or (
                ended is not None
                and row.days.first == ended + DAY
                and not any(row.days.share_a_day_with(other.days) for other in negative)
            )
            for row in self.charges(holder)
        )


@dataclass(frozen=True, slots=True)
class Missing:
    """A line that the invoices do not charge (any more)."""

    holder: Holder
    elsewhere: bool  # it goes on at another customer or under a new id


@dataclass(frozen=True, slots=True)
class Months:
    """The newest months, down to the newest regular one.

    ``gone`` lose their line: the newest regular month and those after it charge them nothing more. ``not_yet``:
    charged by the newest regular month, but by no later one. ``early``: subscriptions that a month charges
    which is not regular yet, without going on in it: what it charges them is an adjustment.
    """

    newest: str = ""
    regular: str = ""
    gone: tuple[Missing, ...] = ()
    not_yet: tuple[Holder, ...] = ()
    early: frozenset[int] = frozenset()
    holders: int = 0
    complete: frozenset[str] = frozenset()  # months of which a person said so

    @property
    def places_gone(self) -> frozenset[tuple[int, int]]:
        """Customer and subscription of those that lose their line."""
        return frozenset((one.holder.customer, one.holder.subscription) for one in self.gone)

    @property
    def open_month(self) -> str:
        """The newest month where it is not regular yet, else ""."""
        return self.newest if self.newest > self.regular else ""


def is_regular(month: MonthCharges, before: Collection[Holder]) -> bool:
    """Whether at least half of those that were charged before the month go on in it."""
    return sum(month.goes_on(one) for one in before) >= LEAST_SHARE * len(before)


def is_regular_after(month: MonthCharges, earlier: MonthCharges) -> bool:
    """The same where nobody had a recurring line yet: whom the month before charged."""
    before = charged_in(earlier)
    ended = {one.subscription: max(row.days.last for row in earlier.charges(one)) for one in before}
    return is_regular(replace(month, ended=ended), before)


def newest_regular(newest_first: Iterable[MonthCharges]) -> str:
    """The newest of these months that is regular where nobody has a line, judged by the one before it; else ""."""
    newer: MonthCharges | None = None
    for month in newest_first:
        if newer is not None and is_regular_after(newer, month):
            return newer.month
        newer = month
    return ""


def charged_in(month: MonthCharges) -> list[Holder]:
    """Whom a month charges, as if each had a line for it."""
    found = []
    for number, rows in month.by_subscription.items():
        charging = [row for row in rows if _charges(row)]
        if charging:
            last = max(charging, key=lambda row: (row.days.last, row.days.first))
            quantity = sum((row.quantity for row in rows if row.days.last == last.days.last), ZERO)
            found.append(Holder("", number, last.customer, last.product, quantity, ZERO))
    return found


def read_months(
    newest_first: Iterable[MonthCharges], holders: Sequence[Holder], complete: Collection[str] = ()
) -> Months:
    """What the newest months say, the newest first; only as many are taken as it needs to find a regular one.

    ``complete``: months of which a person said that all of their invoices are there.
    """
    taken: list[MonthCharges] = []
    for month in newest_first:
        if taken and not _with_line_before(taken[-1], holders) and is_regular_after(taken[-1], month):
            break
        taken.append(month)
        before = _with_line_before(month, holders)
        if month.month in complete or (before and is_regular(month, before)):
            break
    if not taken:
        return Months()
    return replace(_sort_out(taken, holders), complete=frozenset(complete))


def months_since(newest_first: Iterable[MonthCharges], holders: Sequence[Holder], complete: Collection[str]) -> Months:
    """The same of some holders alone, where it is known which month is regular: the last of ``newest_first``."""
    return replace(_sort_out(list(newest_first), holders), complete=frozenset(complete))


def _sort_out(taken: Sequence[MonthCharges], holders: Sequence[Holder]) -> Months:
    """Of these months, the newest first, the last is taken for the regular one."""
    *later, regular = taken
    charged = {one.mark: _is_charged(one, taken) for one in holders}
    gone = [one for one in holders if not charged[one.mark]]
    return Months(
        newest=taken[0].month,
        regular=regular.month,
        gone=tuple(Missing(one, any(_goes_elsewhere(month, one) for month in taken)) for one in gone),
        not_yet=tuple(one for one in holders if charged[one.mark] and later and not _is_named(one, later)),
        early=_early(later, {one.subscription: one for one in holders}),
        holders=len(holders),
    )


def _with_line_before(month: MonthCharges, holders: Iterable[Holder]) -> list[Holder]:
    return [one for one in holders if one.subscription in month.ended]


def _is_charged(holder: Holder, since: Iterable[MonthCharges]) -> bool:
    """Whether a month charges the customer for it beyond what earlier ones did: late rows keep no line."""
    for month in since:
        ended = month.ended.get(holder.subscription)
        mine = [row.days.last for row in month.charges(holder) if row.customer == holder.customer]
        if mine and (ended is None or max(mine) > ended):
            return True
    return False


def _goes_elsewhere(month: MonthCharges, holder: Holder) -> bool:
    moved = any(row.customer != holder.customer for row in month.charges(holder))
    return moved or month.is_followed(holder)


def _is_named(holder: Holder, months: Iterable[MonthCharges]) -> bool:
    return any(month.charges(holder) or month.is_followed(holder) for month in months)


def _early(later: Iterable[MonthCharges], holders: Mapping[int, Holder]) -> frozenset[int]:
    """Those that months which are not regular charge, without going on there with what they have."""
    found = set()
    for month in later:
        for number in month.by_subscription:
            if number in month.ended and not _follows_line(month, number, holders.get(number)):
                found.add(number)
    return frozenset(found)


def _follows_line(month: MonthCharges, number: int, holder: Holder | None) -> bool:
    """Whether the month charges a whole cycle of at least what the line has."""
    whole = [row.quantity for row in month.by_subscription[number] if row.whole and _charges(row)]
    return bool(whole) and (holder is None or sum(whole, ZERO) >= holder.quantity)


def _charges(row: Charged, holder: Holder | None = None) -> bool:
    return not row.negative and (not row.zero or (holder is not None and holder.free))
