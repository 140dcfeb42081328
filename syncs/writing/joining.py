"""Credits that wait join later rows of their days, before anything is planned: their sum decides anew.

A change is taken back on one invoice and charged again on a later one. What was answered, or written, stays.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from invoices.counted import countable_invoices
from invoices.models import Charge
from invoices.together import COLUMNS, alone, take_over
from money.enums import Kind, PartRole, PartState
from money.marks import line_mark
from money.rows.together import RowAlone, join_later
from money.words import NOTHING, Money
from programs.models import Program
from syncs.models import Decision, Part, Posting

Place = tuple[int, str]  # subscription, motion


@dataclass(frozen=True, slots=True)
class Planned:
    """From what a period was planned: so many rows, which come to so much, of invoices since that month."""

    rows: int
    amount: Money
    since: dt.date | None

    def counts(self, row: Charge) -> bool:
        """Whether the row is one of them, or came to be one since."""
        return self.since is None or row.invoice.month >= self.since


def join_waiting_credits(program: Program) -> int:
    """Judge waiting credits together with later rows of their days; how many rows changed. Inside the scope."""
    places = _places(program)
    if not places:
        return 0
    by_place: dict[Place, list[Charge]] = defaultdict(list)
    for charge in _counted(program).filter(_in(places)).select_related("invoice", "subscription").defer("raw"):
        by_place[charge.subscription_id or 0, charge.motion].append(charge)
    waiting, planned = _waiting_marks(program, by_place), _planned(program, by_place)
    changed = [charge for place, rows in by_place.items() for charge in _join(rows, waiting, planned.get(place, {}))]
    Charge.objects.bulk_update(changed, COLUMNS, batch_size=500)
    return len(changed)


def _counted(program: Program) -> QuerySet[Charge]:
    rows = Charge.objects.filter(invoice__in=countable_invoices(program), subscription__isnull=False, set_aside="")
    return rows.exclude(kind=Kind.UNKNOWN)


def _places(program: Program) -> set[Place]:
    """Subscriptions with a credit that is not settled and a later row that shares its days."""
    later = _counted(program).filter(
        subscription=OuterRef("subscription"),
        motion=OuterRef("motion"),
        invoice_id__gt=OuterRef("invoice_id"),
        first_day__lte=OuterRef("last_day"),
        last_day__gte=OuterRef("first_day"),
    )
    posted = Posting.objects.filter(
        program=program, subscription=OuterRef("subscription"), motion=OuterRef("motion"), period=OuterRef("period")
    )
    held = posted.filter(parts__role=PartRole.CREDIT, parts__state=PartState.HELD)
    credits = _counted(program).filter(kind=Kind.CREDIT).filter(Exists(held) | ~Exists(posted))
    met = credits.filter(Exists(later.exclude(credit=OuterRef("credit")))).order_by()
    return {
        (subscription or 0, motion) for subscription, motion in met.values_list("subscription", "motion").distinct()
    }


def _in(places: Iterable[Place]) -> Q:
    by_motion: dict[str, list[int]] = defaultdict(list)
    for subscription, motion in places:
        by_motion[motion].append(subscription)
    found = Q(pk__in=())
    for motion, subscriptions in by_motion.items():
        found |= Q(motion=motion, subscription__in=subscriptions)
    return found


def _mark_of(charge: Charge) -> str:
    assert charge.subscription is not None
    return line_mark(charge.subscription.external_id, charge.motion, PartRole.CREDIT, charge.period, charge.credit)


def _waiting_marks(program: Program, by_place: Mapping[Place, Sequence[Charge]]) -> set[str]:
    """Marks of credits of which nothing is written and that nobody has answered."""
    marks = {_mark_of(row) for rows in by_place.values() for row in rows if row.credit}
    parts = Part.objects.filter(posting__program=program, mark__in=marks).exclude(state=PartState.HELD)
    settled = set(parts.values_list("mark", flat=True))
    subjects = Decision.objects.filter(program=program, subject__in=[f"credit:{mark}" for mark in marks])
    answered = {subject.removeprefix("credit:") for subject in subjects.values_list("subject", flat=True)}
    return marks - settled - answered


def _planned(program: Program, by_place: Iterable[Place]) -> dict[Place, dict[str, Planned]]:
    """From what the periods of these subscriptions were planned last."""
    postings = Posting.objects.filter(program=program, subscription__in={place[0] for place in by_place})
    found: dict[Place, dict[str, Planned]] = defaultdict(dict)
    columns = ("subscription", "motion", "period", "charge_count", "source_cost", "source_retail", "since")
    for subscription, motion, period, number, cost, retail, since in postings.values_list(*columns):
        found[subscription, motion][period] = Planned(number, Money(cost, retail), since)
    return found


def _join(every: Sequence[Charge], waiting: set[str], planned: Mapping[str, Planned]) -> list[Charge]:
    """Those of the rows of one subscription and motion that become something else."""
    rows = [row for row in every if row.period not in planned or planned[row.period].counts(row)]
    credits = _waiting_credits(rows, waiting)
    if not credits:
        return []
    later = _later(rows, credits, _not_planned(rows, planned))
    prices = {Money(abs(row.unit_cost), abs(row.unit_retail)) for row in rows if (row.retail or row.cost) > 0}
    found = join_later({name: _alone(some) for name, some in credits.items()}, _alone(later), prices)
    keyed = {(row.invoice_id, row.line): row for row in rows}
    return [keyed[key] for key, together in found.items() if take_over(keyed[key], together)]


def _later(rows: Iterable[Charge], credits: Mapping[str, Sequence[Charge]], periods: set[str]) -> list[Charge]:
    """Rows of these periods that came after the first of the credits."""
    first = min(row.invoice_id for some in credits.values() for row in some)
    beside = (row for row in rows if row.credit not in credits and row.period in periods)
    return [row for row in beside if row.invoice_id > first]


def _waiting_credits(rows: Iterable[Charge], waiting: set[str]) -> dict[str, list[Charge]]:
    credits: dict[str, list[Charge]] = defaultdict(list)
    for row in rows:
        if row.credit and _mark_of(row) in waiting:
            credits[row.credit].append(row)
    return credits


def _alone(rows: Iterable[Charge]) -> list[RowAlone]:
    return [alone(row, row.invoice.number) for row in rows]


def _not_planned(rows: Iterable[Charge], planned: Mapping[str, Planned]) -> set[str]:
    """Periods with rows that came since they were planned: others are billed as they are."""
    now: dict[str, list[Money]] = defaultdict(list)
    for row in rows:
        now[row.period].append(Money(row.cost, row.retail))
    return {
        period
        for period, amounts in now.items()
        if period not in planned
        or (planned[period].rows, planned[period].amount) != (len(amounts), sum(amounts, NOTHING))
    }
