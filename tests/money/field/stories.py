"""Random months of a few customers: seats that come and go, and one thing a month that is special."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tests.bookkeeping.source import Row
from tests.money.field.lives import (
    CENT,
    DAY,
    Days,
    Form,
    Level,
    Life,
    charge,
    cycle_of,
    month_days,
    order_rows,
    refund,
    regular_rows,
    used,
)

MONTHS = ("2026-08", "2026-09", "2026-10", "2026-11")
CUSTOMERS = ("Northwind", "Northwind", "Northwind", "Fabrikam", "Fabrikam", "Contoso", "Contoso", "Litware")
MOST_LIVES = len(CUSTOMERS) + 1  # fewer lines than those of which a great change of the sum would be asked
PRICES = st.integers(6, 60).map(lambda halves: halves * Decimal("0.50"))
REBATES = st.integers(1, 400).map(lambda whole: whole + Decimal("0.77"))  # the price of no seat
REFUNDS = st.sampled_from(["seats", "price", "amount"])
NEW, ENDED, RAN_OUT, RENEWED, REBATE, LATE, ORDERED, TRIAL = (
    "new", "ended", "ran out", "renewed", "rebate", "late", "ordered", "trial",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issue:
    """An invoice of the distributor; ``regular`` is the month's own."""

    month: str
    rows: list[Row]
    regular: bool


@dataclass(frozen=True, slots=True)
class Redo:
    """A month's invoice that is issued once more: first wrong, so much cheaper a unit, then as it must be.

    The right one waits until a person says that it replaces the other; or the wrong one is taken back by an invoice of
    its own before, ``reversed``. ``billed``: the templates run before that.
    """

    less: Decimal
    billed: bool
    reversed: bool = False


@dataclass(slots=True)
class Story:
    """A form of billing, the lives that are billed so, and what is special in each month but the first."""

    form: Form
    lives: list[Life]
    special: dict[str, str] = field(default_factory=dict)
    redone: dict[str, Redo] = field(default_factory=dict)

    def issues(self) -> list[Issue]:
        """All invoices in their order."""
        found = []
        for month in MONTHS:
            ordered = [row for life in self.lives for row in order_rows(life, self.form, month)]
            if ordered:
                found.append(Issue(month, ordered, regular=False))
            found.append(Issue(month, [r for life in self.lives for r in regular_rows(life, self.form, month)], True))
        return found

    def __repr__(self) -> str:
        """As it is read where an example fails."""
        rows = [
            f"  {row.subscription:4} {row.start:%d %b} to {row.end:%d %b}  {row.seats:>4} x {row.retail:>6} "
            f"x {row.ratio}  {row.retail_amount:>9}"
            for issue in self.issues()
            for row in [None, *issue.rows]
            if row
        ]
        lives = [f"  {life}" for life in self.lives]
        return "\n".join([f"{self.form} {self.special} {self.redone}", *lives, *rows])


@st.composite
def redone(draw: Any, story: st.SearchStrategy[Story]) -> Story:
    """Some of the months but the first are invoiced twice."""
    found: Story = draw(story)
    less = st.sampled_from([Decimal(0), Decimal("0.50")])
    redo = st.builds(Redo, less, st.just(False)) | st.just(Redo(Decimal(0), True))  # cheaper refunds bill more
    found.redone = draw(st.dictionaries(st.sampled_from(MONTHS[1:]), redo, min_size=1))
    return found


@st.composite
def taken_back(draw: Any, story: st.SearchStrategy[Story]) -> Story:
    """Some of the months' invoices but the first are taken back whole, and issued once more."""
    found: Story = draw(story)
    less = st.sampled_from([Decimal(0), Decimal("0.50"), Decimal("-0.50")])
    redo = st.builds(Redo, less, st.just(False), st.just(True)) | st.just(Redo(Decimal(0), True, True))
    found.redone = draw(st.dictionaries(st.sampled_from(MONTHS[1:]), redo, min_size=1))
    return found


def forms(*, advance: bool, own_cycles: bool, changes: tuple[str, ...]) -> st.SearchStrategy[Form]:
    """Forms of one kind."""
    anchors = st.integers(2, 28) if own_cycles else st.just(1)
    return st.builds(Form, st.just(advance), anchors, st.sampled_from(changes), REFUNDS)


@st.composite
def stories(draw: Any, form: st.SearchStrategy[Form], specials: tuple[str, ...]) -> Story:
    """Eight lives that began long ago; then in each month changes, and at most one special thing."""
    chosen = draw(form)
    begin = dt.date(2026, 1, chosen.anchor)
    seats = st.integers(1, 20)
    lives = [
        Life(f"s{number}", customer, (Level(begin, draw(seats), draw(PRICES)),))
        for number, customer in enumerate(CUSTOMERS, start=1)
    ]
    story = Story(chosen, lives)
    for month in MONTHS[1:]:
        story.special[month] = draw(st.sampled_from(("nothing", *specials)))
        taken = SPECIALS[story.special[month]](draw, story, month)
        for number in draw(st.sets(st.integers(0, len(story.lives) - 1), max_size=3)):
            life = story.lives[number]
            if life.name not in taken and life.last is None and _is_paid_before(life, month):
                story.lives[number] = _changed(draw, life, month)
    return story


def _changed(draw: Any, life: Life, month: str) -> Life:
    days = {draw(_days(month)) for _ in range(draw(st.integers(1, 2)))}
    for day in sorted(days):
        life = _with_level(draw, life, day)
    return life


def _days(month: str) -> st.SearchStrategy[dt.date]:
    first, last = month_days(month)
    return st.integers(1, (last - first).days).map(lambda days: first + days * DAY)


def _with_level(draw: Any, life: Life, day: dt.date, *, more: bool = False) -> Life:
    before = life.at(day)
    if before.start == day or day == cycle_of(day, life.first.day)[0]:
        return life
    if not more and draw(st.integers(0, 3)) == 0:
        level = Level(day, before.seats, before.price + draw(st.sampled_from((1, -1))) * Decimal("0.50"))
    else:
        lowest = before.seats + 1 if more else 1
        other = draw(st.integers(lowest, lowest + 20))
        level = Level(day, other if other != before.seats else other + 1, before.price)
    return replace(life, levels=(*life.levels, level))


# --- What is special ----------------------------------------------------------------------------------

Special = Callable[[Any, Story, str], set[str]]  # it names the lives to which nothing else happens in the month


def _nothing(draw: Any, story: Story, month: str) -> set[str]:
    return set()


def _begin(draw: Any, story: Story, month: str, *, ordered: bool = False) -> set[str]:
    if len(story.lives) == MOST_LIVES:
        return set()
    day = month_days(month)[0].replace(day=story.form.anchor)
    if story.form.anchor == 1:
        day = draw(_days(month))
    name = f"s{len(story.lives) + 1}"
    level = Level(day, draw(st.integers(1, 20)), draw(PRICES))
    customer = draw(st.sampled_from(CUSTOMERS))
    story.lives.append(Life(name, customer, (level,), ordered=frozenset({day} if ordered else ())))
    return {name}


def _end(draw: Any, story: Story, month: str) -> set[str]:
    number, life = draw(_running(story, month))
    day = draw(_days(month))
    if day == cycle_of(day, story.form.anchor)[1]:
        day -= DAY
    story.lives[number] = replace(life, last=day)
    return {life.name}


def _run_out(draw: Any, story: Story, month: str) -> set[str]:
    number, life = draw(_running(story, month))
    first, last = month_days(month)
    story.lives[number] = replace(life, last=cycle_of(first, story.form.anchor)[1] if story.form.anchor > 1 else last)
    return {life.name}


def _renew(draw: Any, story: Story, month: str) -> set[str]:
    if len(story.lives) == MOST_LIVES:
        return set()
    (name,) = _run_out(draw, story, month)
    old = next(life for life in story.lives if life.name == name)
    assert old.last is not None
    level = old.at(old.last)
    following = Level(old.last + DAY, level.seats + draw(st.integers(0, 3)), level.price)
    new = f"s{len(story.lives) + 1}"
    story.lives.append(Life(new, old.customer, (following,)))
    return {name, new}


def _give_a_rebate(draw: Any, story: Story, month: str) -> set[str]:
    number, life = draw(_running(story, month))
    story.lives[number] = replace(life, rebates=(*life.rebates, (month, draw(REBATES))))
    return set()


def _tell_late(draw: Any, story: Story, month: str) -> set[str]:
    number, life = draw(_running(story, month))
    day = draw(_days(month))
    changed = _with_level(draw, life, day)
    story.lives[number] = replace(changed, late=changed.late | {day})
    return {life.name}


def _order(draw: Any, story: Story, month: str) -> set[str]:
    if draw(st.booleans()):
        return _begin(draw, story, month, ordered=True)
    number, life = draw(_running(story, month))
    day = draw(_days(month))
    changed = _with_level(draw, life, day, more=True)
    story.lives[number] = replace(changed, ordered=changed.ordered | {day})
    return {life.name}


def _try_out(draw: Any, story: Story, month: str) -> set[str]:
    """Seats at nothing; some day of the month or of the next one begins what is paid for.

    In arrears by a cycle of its own that is a cycle's first day: rows of a part alone do not tell where cycles end.
    """
    taken = _begin(draw, story, month)
    if taken:
        life = story.lives[-1]
        free, day = replace(life.levels[0], price=Decimal(0)), life.first + draw(st.integers(1, 45)) * DAY
        if story.form.anchor > 1 and not story.form.advance:
            day = cycle_of(life.first, story.form.anchor)[1] + DAY
        story.lives[-1] = replace(life, levels=(free, Level(day, draw(st.integers(1, 20)), draw(PRICES))))
    return taken


def _running(story: Story, month: str) -> st.SearchStrategy[tuple[int, Life]]:
    running = [(n, one) for n, one in enumerate(story.lives) if one.last is None and _is_paid_before(one, month)]
    return st.sampled_from(running)


def _is_paid_before(life: Life, month: str) -> bool:
    first = month_days(month)[0]
    return life.first < first and life.at(first - DAY).price > 0


SPECIALS: dict[str, Special] = {
    "nothing": _nothing,
    NEW: _begin,
    ENDED: _end,
    RAN_OUT: _run_out,
    RENEWED: _renew,
    REBATE: _give_a_rebate,
    LATE: _tell_late,
    ORDERED: _order,
    TRIAL: _try_out,
}


# --- Usage and years ----------------------------------------------------------------------------------

MONEY = st.integers(100, 50_000).map(lambda cents: cents * CENT)  # a cent alone may be rounding
YEAR: Days = (dt.date(2026, 8, 5), dt.date(2027, 8, 4))


@st.composite
def issues_of_usage_and_years(draw: Any) -> list[Issue]:
    """A month of Azure usage on each invoice, some of it late, some of it back; and a year, of which seats change."""
    year = Life("y1", "Northwind", (Level(YEAR[0], draw(st.integers(1, 20)), 10 * draw(PRICES)),))
    form = Form(advance=True, anchor=YEAR[0].day, change="pairs", refund=draw(REFUNDS))
    issues = [Issue(MONTHS[0], [*_usage(draw, 0), charge(year, year.levels[0], YEAR, YEAR)], True)]
    for number, month in enumerate(MONTHS[1:], start=1):
        rows = _usage(draw, number)
        if draw(st.booleans()):
            before, day = year.levels[-1], draw(_days(month))
            other = draw(st.integers(1, 20))
            after = Level(day, other if other != before.seats else other + 1, before.price)
            year = replace(year, levels=(*year.levels, after))
            rows += [refund(year, form, before, (day, YEAR[1]), YEAR), charge(year, after, (day, YEAR[1]), YEAR)]
        issues.append(Issue(month, rows, True))
    return issues


def _usage(draw: Any, number: int) -> list[Row]:
    azure = Life("a1", "Northwind", (Level(YEAR[0], 1, Decimal("1.00")),))
    rows = [used(azure, draw(MONEY), month_days(MONTHS[number]))]
    if number and draw(st.booleans()):
        rows.append(used(azure, draw(MONEY), month_days(draw(st.sampled_from(MONTHS[:number])))))
    if number and draw(st.booleans()):
        rows.append(used(azure, -draw(MONEY), month_days(draw(st.sampled_from(MONTHS[: number + 1])))))
    return rows
