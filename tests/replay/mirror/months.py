"""Which month is regular, and which waiting credits later rows join."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from money.amounts import amount_of_values
from money.classifying import own_kind
from money.days import covers_cycle, is_whole
from money.enums import Chosen, Kind, LineState, Motion, PartRole
from money.facts import Choice, OwnLine
from money.holds import month_of_subject
from money.marks import line_mark
from money.month.months import Charged, Holder, MonthCharges, Months, read_months
from money.motions import REGULAR
from money.periods import period_of
from money.rows.together import RowAlone, RowTogether, join_later, put_together
from money.words import Money
from tests.replay import form
from tests.replay.mirror.rows import Charge, Imported


def months_of(done: Imported, own_lines: Iterable[OwnLine], choices: Mapping[str, Choice]) -> Months:
    """``syncs.facts.months.load_months``."""
    rows: dict[str, list[Charged]] = defaultdict(list)
    for one in done.countable:
        if one.motion in REGULAR and one.kind != Kind.UNKNOWN and one.subscription and not one.fact.one_time:
            rows[done.months[one.invoice]].append(_charged(one))
    products = {one.subscription: one.product for one in done.charges if one.product is not None}
    complete = {month_of_subject(subject) for subject, choice in choices.items() if choice.choice == Chosen.COMPLETE}
    return read_months(_newest_first(rows), list(_holders(own_lines, products)), complete)


def _charged(one: Charge) -> Charged:
    fact = one.fact
    return Charged(
        one.subscription or 0,
        one.customer or 0,
        one.product,
        fact.days,
        -abs(fact.quantity) if fact.negative else abs(fact.quantity),
        negative=fact.negative,
        zero=fact.of_nothing,
        whole=covers_cycle(fact.days, fact.ratio),
    )


def _holders(own_lines: Iterable[OwnLine], products: Mapping[int | None, int | None]) -> Iterator[Holder]:
    for own in own_lines:
        if own.state is LineState.STANDING and own.role is PartRole.RECURRING and own.motion in REGULAR:
            yield Holder(
                own.mark,
                own.subscription_id,
                own.customer_id,
                products.get(own.subscription_id),
                own.quantity,
                amount_of_values(own).retail,
                free=not (own.retail_cents or own.cost_cents),
            )


def _newest_first(rows: Mapping[str, list[Charged]]) -> Iterator[MonthCharges]:
    charging = {month: [one for one in some if not one.negative and not one.zero] for month, some in rows.items()}
    for month in sorted(filter(charging.get, charging), reverse=True):
        before = [one for other in charging if other < month for one in charging[other]]
        before.sort(key=lambda one: one.days.last)
        yield MonthCharges(month, tuple(rows[month]), {one.subscription: one.days.last for one in before})


# --- Groups -----------------------------------------------------------------------------------------


def by_groups(done: Imported, charges: Sequence[Charge]) -> list[Charge]:
    """``invoices.together``: what the rows of one invoice are because of each other."""
    by_ref: dict[str, list[Charge]] = defaultdict(list)
    for one in charges:
        by_ref[one.ref].append(one)
    by_ref.pop("", None)
    found: dict[int, RowTogether] = {}
    for ref, some in by_ref.items():
        together = put_together(map(alone, some), _prices(done, ref))
        found |= {one.fact.pk: together[one.invoice, one.fact.line] for one in some}
    return [_taken_over(one, found[one.fact.pk]) if one.fact.pk in found else one for one in charges]


def _prices(done: Imported, ref: str) -> list[Money]:
    """Unit prices of earlier charges of a subscription."""
    same = (one for one in done.charges if one.ref == ref and one.kind != Kind.UNKNOWN)
    return [one.fact.unit for one in same if one.fact.positive]


def alone(one: Charge) -> RowAlone:
    """A row without the others."""
    fact, motion = one.fact, Motion(one.motion) if one.motion else None
    return RowAlone(
        key=(one.invoice, fact.line),
        motion=one.motion,
        days=fact.days,
        amount=Money(fact.cost, fact.retail),
        unit=fact.unit,
        kind=Kind.UNKNOWN if one.kind == Kind.UNKNOWN else own_kind(motion, one.cause, recurring=is_whole(fact.ratio)),
        period=period_of(fact.days, motion, one.cause) if fact.credit else one.period,
        number=fact.invoice_number,
        problem=one.problem,
    )


def _taken_over(one: Charge, found: RowTogether) -> Charge:
    fact = replace(one.fact, credit=found.credit, period="" if found.credit else found.period)
    return replace(one, fact=fact, kind=found.kind, period=found.period, problem=found.problem)


def join_waiting_credits(record: form.Record, done: Imported, choices: Mapping[str, Choice]) -> None:
    """``syncs.writing.joining.join_waiting_credits``."""
    settled = {part.mark for one in record.posted for part in one.parts if part.state != "held"}
    places: dict[tuple[str, str], list[Charge]] = defaultdict(list)
    for one in done.countable:
        if one.kind != Kind.UNKNOWN and one.ref:
            places[one.ref, one.motion].append(one)
    for rows in places.values():
        credits: dict[str, list[Charge]] = defaultdict(list)
        for one in filter(lambda one: _waits(one, settled, choices), rows):
            credits[one.fact.credit].append(one)
        if credits:
            _join(done, rows, credits)


def _waits(one: Charge, settled: Collection[str], choices: Mapping[str, Choice]) -> bool:
    mark = line_mark(one.ref, one.motion, PartRole.CREDIT, one.period, one.fact.credit)
    return bool(one.fact.credit) and mark not in settled and f"credit:{mark}" not in choices


def _join(done: Imported, rows: Sequence[Charge], credits: Mapping[str, Sequence[Charge]]) -> None:
    first = min(one.invoice for some in credits.values() for one in some)
    later = [one for one in rows if one.invoice > first and one.fact.credit not in credits]
    prices = [one.fact.unit for one in rows if one.fact.positive]
    told = {name: list(map(alone, some)) for name, some in credits.items()}
    found = join_later(told, list(map(alone, later)), prices)
    done.charges = [
        _taken_over(one, found[one.invoice, one.fact.line]) if (one.invoice, one.fact.line) in found else one
        for one in done.charges
    ]
