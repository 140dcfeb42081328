"""Which gaps the product accounts for: what it counts as held or not mapped, line by line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement
from math import comb

from chaos.expected import CellKey, Cents, Expected, Level, Part

EVERY_MONTH = ""  # in place of a month: what is held of a tenant and motion all in all
MOST_WAYS = 20_000
MOST_LOOKS = 3_000_000  # some seconds
MOST_PARTS = 36  # two halves of them have 2 ** 18 choices each
MOST_CREDITS = 3  # of subscriptions and months, each once
MOST_RUNS = 2  # that count for one month
NOTHING = Cents()


@dataclass(frozen=True)
class Waiting:
    """One way to read the held amounts: so many cents of what is owed lack, and these subscriptions' recurring lines
    of the newest month may."""

    owed: Cents = NOTHING
    recurring: frozenset[str] = frozenset()

    def __add__(self, other: Waiting) -> Waiting:
        return Waiting(self.owed + other.owed, self.recurring | other.recurring)


def ways_to_wait(wanted: Expected, held: Mapping[CellKey, Cents]) -> set[Waiting]:
    """Every choice of whole lines that comes to exactly what is held, with each line there or not.

    Empty where no choice does, or more than can be looked through: then nothing is explained.
    """
    ways = {Waiting()}
    for key, amount in held.items():
        parts = _parts_of(wanted, key)
        choices = _choices(wanted, key, parts, amount) if parts else {Waiting()}
        if len(ways) * len(choices) > MOST_LOOKS:
            return set()
        ways = {way + choice for way in ways for choice in choices}
        if len(ways) > MOST_WAYS:
            return set()
    return ways


def _choices(wanted: Expected, key: CellKey, parts: Sequence[tuple[str, Part]], amount: Cents) -> set[Waiting]:
    if len(parts) > MOST_PARTS:
        return set()
    chosen = list(_chosen(_halves(parts), amount)) or _chosen_with_credit(parts, _too_much(wanted, key), amount)
    return {way for one in chosen for way in _readings(one, wanted)}


def explains(wanted: Expected, way: Waiting, there: Mapping[int, Counter[Level]]) -> bool:
    """Whether the recurring lines are right on every template but for those that wait.

    In the place of a line that waits may stand nothing, or one line of a level that its subscription has had.
    """
    for template_id in wanted.templates:
        standing = wanted.standing(template_id)
        due = Counter(level for name, level in standing.items() if name not in way.recurring)
        surplus = there[template_id] - due
        if due - there[template_id] or not _fits(surplus, wanted, sorted(way.recurring & standing.keys())):
            return False
    return True


def _fits(surplus: Counter[Level], wanted: Expected, waiting: Sequence[str]) -> bool:
    free = list(waiting)
    for level in surplus.elements():
        name = next((name for name in free if level in wanted.levels_of(name)), None)
        if name is None:
            return False
        free.remove(name)
    return True


def _parts_of(wanted: Expected, key: CellKey) -> list[tuple[str, Part]]:
    """The lines that a held amount can be of, with their months; of a subscription that is over also a credit.

    A run that billed it once more is given back with its last month.
    """
    of_cells = _lines_of(wanted, key)
    again = [
        (month, _credit(part.subscription_id, NOTHING - part.own)) for month, part in _over(wanted, key[1], of_cells)
    ]
    return of_cells + again


def _over(wanted: Expected, motion: str, cells: Iterable[tuple[str, Part]]) -> list[tuple[str, Part]]:
    """The last recurring lines of subscriptions that are charged no more in that motion."""
    last = wanted.last_months()
    recurring = [(month, part) for month, part in cells if part.level is not None]
    return [(month, part) for month, part in recurring if last[motion, part.subscription_id] == month < wanted.newest]


def _lines_of(wanted: Expected, key: CellKey) -> list[tuple[str, Part]]:
    tenant, motion, month = key
    return [
        (cell[2], part)
        for cell, parts in wanted.cells.items()
        if cell[:2] == (tenant, motion) and month in (EVERY_MONTH, cell[2])
        for part in parts
    ]


def _too_much(wanted: Expected, key: CellKey) -> list[tuple[str, Part]]:
    """What runs that came before the lines of their month may have billed too much of it, also of one in which the
    subscription ended."""
    of_cells = _lines_of(wanted, key)
    found = {
        (month, _credit(part.subscription_id, excess))
        for month, part in of_cells
        for excess in _excesses(wanted, part.subscription_id, month, of_cells)
    }
    found |= {
        (month, _credit(part.subscription_id, NOTHING - billed))
        for month, part in _over(wanted, key[1], of_cells)
        for billed in _billed_by_runs(wanted, part.subscription_id)
    }
    return sorted(found, key=repr)


def _chosen_with_credit(
    parts: Sequence[tuple[str, Part]], credits: Sequence[tuple[str, Part]], amount: Cents
) -> Iterable[tuple[tuple[str, Part], ...]]:
    """With as few of these credits as explain it: a template seldom runs before its month's invoice."""
    halves = _halves(parts)
    for number in range(1, MOST_CREDITS + 1):
        if comb(len(credits), number) * len(halves.other) > MOST_LOOKS:
            return []
        some = (one for one in combinations(credits, number) if _are_apart(one))
        found = [(*one, *rest) for one in some for rest in _chosen(halves, amount - _source(one))]
        if found:
            return found
    return []


def _are_apart(credits: Sequence[tuple[str, Part]]) -> bool:
    """A month of a subscription has one credit."""
    return len({(month, part.subscription_id) for month, part in credits}) == len(credits)


def _credit(subscription_id: str, amount: Cents) -> Part:
    return Part(subscription_id, amount, amount)


def _excesses(wanted: Expected, subscription_id: str, month: str, cells: Sequence[tuple[str, Part]]) -> set[Cents]:
    """What a month is below the levels that the line may have had when it was run: amounts below zero.

    Where the month's one-time lines were written before the run, its recurring line alone is below.
    """
    mine = [part for cell_month, part in cells if (cell_month, part.subscription_id) == (month, subscription_id)]
    owed = {sum((part.own for part in mine), NOTHING), *(part.own for part in mine if part.level is not None)}
    levels = sorted(_billed_by_runs(wanted, subscription_id), key=repr)
    runs = (some for number in range(1, MOST_RUNS + 1) for some in combinations_with_replacement(levels, number))
    found = {one - sum(some, NOTHING) for some in runs for one in owed}
    return {excess for excess in found if excess.retail < 0}


def _billed_by_runs(wanted: Expected, subscription_id: str) -> set[Cents]:
    """What a run may have billed of a subscription: at each of its levels, and what a person typed in their place."""
    levels = wanted.levels_of(subscription_id)
    ours = {Cents(int(quantity * retail), int(quantity * cost)) for quantity, retail, cost in levels}
    return ours | {since for until, since in wanted.typed if until in ours}


@dataclass(frozen=True)
class _Halves:
    """Lines in two halves, each with all the choices of it and what they come to."""

    one: Mapping[Cents, Sequence[tuple[tuple[str, Part], ...]]]
    other: Sequence[tuple[Cents, tuple[tuple[str, Part], ...]]]


def _halves(parts: Sequence[tuple[str, Part]]) -> _Halves:
    """Halves are added up apart, or there would be too many choices."""
    middle = len(parts) // 2
    one: dict[Cents, list[tuple[tuple[str, Part], ...]]] = defaultdict(list)
    for chosen in _subsets(parts[:middle]):
        one[_source(chosen)].append(chosen)
    return _Halves(one, [(_source(chosen), chosen) for chosen in _subsets(parts[middle:])])


def _chosen(halves: _Halves, amount: Cents) -> Iterable[tuple[tuple[str, Part], ...]]:
    """The choices of lines that come to the amount."""
    for source, chosen in halves.other:
        for other in halves.one.get(amount - source, ()):
            yield (*other, *chosen)


def _readings(chosen: Sequence[tuple[str, Part]], wanted: Expected) -> set[Waiting]:
    """What is held because nobody can tell whether it was written may be there all the same."""
    names = frozenset(part.subscription_id for month, part in chosen if part.level and month == wanted.newest)
    sums = {NOTHING}
    for month, part in chosen:
        if wanted.is_owed(part, month):
            sums |= {amount + part.own for amount in sums}
        if len(sums) > MOST_WAYS:
            return set()
    return {Waiting(amount, names) for amount in sums}


def _subsets(parts: Sequence[tuple[str, Part]]) -> Iterable[tuple[tuple[str, Part], ...]]:
    for number in range(len(parts) + 1):
        yield from combinations(parts, number)


def _source(chosen: Iterable[tuple[str, Part]]) -> Cents:
    return sum((part.source for _, part in chosen), NOTHING)
