"""The second proof, from the target's side: which recurring lines of ours stand without a charge. Inside the scope.

It looks at the lines as they stand and at the charges as they are stored, and shares no code with planning, which
decides what is taken off: what planning gets wrong shows here.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from django.db.models import DateField, Max, Q, QuerySet
from django.db.models.functions import Coalesce, TruncDate

from connectors.records import InvoiceTemplate
from invoices.models import Charge, InvoiceState, SetAside, SourceInvoice
from money.days import Days, covers_cycle
from money.enums import Kind, LineState, MotionCause, PartRole, PartState, Severity
from money.marks import find_mark
from money.periods import period_label
from money.plan import Note
from money.words import ZERO, from_cents, shown
from programs.models import Program
from syncs.facts.months import complete_months
from syncs.facts.target import load_templates
from syncs.models import Line, Part

_FIRST, _LAST = (
    Coalesce(f"{name}_day", TruncDate(edge, tzinfo=dt.UTC), output_field=DateField())
    for name, edge in (("first", "start"), ("last", "end"))
)
_CHARGING = Q(retail__gt=ZERO) | Q(retail=ZERO, cost__gt=ZERO)
_FREE = Q(retail=ZERO, cost=ZERO)


@dataclass(frozen=True, slots=True)
class StandingLine:
    """A recurring line of ours. ``retail``: what each run bills of it, in currency units."""

    mark: str
    subscription: int
    motion: str
    customer: int
    customer_name: str
    product: int | None
    product_name: str
    template: str
    line: str
    quantity: Decimal
    retail: Decimal
    free: bool  # neither its cost nor its retail is anything


@dataclass(frozen=True, slots=True)
class StandingProof:
    """What the lines come to against the charges of the newest regular ``month``, "2026-09"."""

    month: str = ""
    without_charge: tuple[StandingLine, ...] = ()

    @property
    def retail(self) -> Decimal:
        """What the lines without a charge bill with each run, in currency units."""
        return sum((line.retail for line in self.without_charge), ZERO)

    def notes(self) -> list[Note]:
        """Each line that stands without a charge, with its money."""
        since = f" of {period_label(self.month)} or later" if self.month else ""
        nobody = f"No invoice{since} charges it."
        return [
            Note(
                Severity.WARNING,
                "stands_without_charge",
                f"stands_without_charge:{line.mark}",
                f"{line.customer_name}, {line.product_name}: stands without a charge: {shown(line.retail)}. {nobody}",
                "Compare it with the distributor's invoice. Where it is right that nobody charges it, remove the line.",
                customer_id=line.customer,
                retail=line.retail,
            )
            for line in self.without_charge
        ]


def prove_standing(program: Program) -> StandingProof:
    """Every recurring line needs a row in the newest regular month or later, or waits for the run of its last one."""
    uncharged = _lines(program)
    lines, month = tuple(uncharged), ""
    complete = complete_months(program)
    for month in _months(program, complete):
        if not uncharged:
            break
        rows = _MonthRows.read(program, month, {line.subscription for line in lines})
        uncharged = [line for line in uncharged if not rows.charges(line)]
        if month in complete or rows.is_regular(lines):
            break
    return StandingProof(month, tuple(_without_run(program, uncharged)))


def _without_run(program: Program, lines: Sequence[StandingLine]) -> list[StandingLine]:
    """Those that stand at the target, and do not wait for the run that bills their last amount."""
    templates, last_runs = load_templates(program, {line.template for line in lines}), _last_runs(program, lines)
    standing = _at_the_target(lines, templates)
    return [line for line in standing if not _waits(last_runs.get(line.mark), templates[line.template])]


def _lines(program: Program) -> list[StandingLine]:
    rows = Line.objects.filter(program=program, state=LineState.STANDING, role=PartRole.RECURRING)
    columns = ("mark", "subscription", "motion", "customer", "customer__name", "product", "product__name")
    values = ("template_id", "line_id", "quantity", "retail_cents", "cost_cents", "subscription__external_id")
    return [
        StandingLine(
            mark, subscription, motion, customer, name, product, product_name or number, template, line, quantity,
            quantity * from_cents(retail), not retail and not cost,
        )
        for mark, subscription, motion, customer, name, product, product_name, template, line, quantity, retail, cost,
        number in rows.order_by("pk").values_list(*columns, *values)
    ]  # fmt: skip


def _months(program: Program, complete: Collection[str]) -> list[str]:
    """Usage months with rows of a motion that has recurring lines, or called complete, the newest first."""
    motions = Line.objects.filter(program=program, role=PartRole.RECURRING).values("motion").distinct()
    charging = _rows(program).filter(_CHARGING, motion__in=motions)
    months = charging.order_by("-invoice__month").values_list("invoice__month", flat=True).distinct()
    return sorted({*(f"{month:%Y-%m}" for month in months), *complete}, reverse=True)


def _rows(program: Program) -> QuerySet[Charge]:
    """Rows that count, of invoices that count."""
    invoices = SourceInvoice.objects.filter(
        source=program.source_id, program_slug=program.slug, state=InvoiceState.COUNTED, past=False
    )
    rows = Charge.objects.filter(invoice__in=invoices, subscription__isnull=False, customer__isnull=False)
    rows = rows.exclude(set_aside__in=SetAside.values).exclude(kind=Kind.UNKNOWN)
    return rows.exclude(motion_by__in=[cause for cause in MotionCause if cause.once])


class _Row(NamedTuple):
    """A row of the month. ``sign``: 1 charges, -1 takes back, 0 says 0.00."""

    customer: int
    product: int | None
    days: Days
    quantity: Decimal
    sign: int
    whole: bool


@dataclass(frozen=True, slots=True)
class _MonthRows:
    """Rows of one month by subscription and motion, and until when earlier months charged each."""

    of: Mapping[tuple[int, str], Sequence[_Row]]
    ended: Mapping[tuple[int, str], dt.date]
    began: Mapping[tuple[int, int | None, str], Sequence[tuple[dt.date, Decimal]]] = field(default_factory=dict)

    @classmethod
    def read(cls, program: Program, month: str, subscriptions: Collection[int]) -> _MonthRows:
        """Three queries."""
        day = dt.date.fromisoformat(f"{month}-01")
        rows, earlier = _rows(program).filter(invoice__month=day), _rows(program).filter(invoice__month__lt=day)
        ends = earlier.filter(_CHARGING | _FREE, subscription__in=subscriptions).order_by()
        of: dict[tuple[int, str], list[_Row]] = defaultdict(list)
        for key, row in _read(rows.filter(subscription__in=subscriptions)):
            of[key].append(row)
        known = ends.values_list("subscription", "motion").annotate(last=Max(_LAST))
        ended = {(number, motion): last for number, motion, last in known}
        found = cls(of, ended)
        return replace(found, began=_began(rows, earlier)) if any(key not in of for key in ended) else found

    def charges(self, line: StandingLine) -> bool:
        """Whether the month charges the customer for the line beyond what earlier months did."""
        ended = self.ended.get((line.subscription, line.motion))
        mine = (row for row in self._charging(line) if row.customer == line.customer)
        return any(ended is None or row.days.last > ended for row in mine)

    def is_regular(self, lines: Iterable[StandingLine]) -> bool:
        """Whether at least half of the lines that were charged before the month go on in it."""
        before = [line for line in lines if (line.subscription, line.motion) in self.ended]
        return bool(before) and 2 * sum(self._goes_on(line) for line in before) >= len(before)

    def _charging(self, line: StandingLine) -> list[_Row]:
        rows = self.of.get((line.subscription, line.motion), ())
        return [row for row in rows if row.sign > 0 or (row.sign == 0 and line.free)]

    def _goes_on(self, line: StandingLine) -> bool:
        next_day = self.ended[line.subscription, line.motion] + dt.timedelta(days=1)
        back = [row.days for row in self.of.get((line.subscription, line.motion), ()) if row.sign < 0]
        return self._is_followed(line) or any(
            row.whole or (row.days.first == next_day and not any(row.days.share_a_day_with(one) for one in back))
            for row in self._charging(line)
        )

    def _is_followed(self, line: StandingLine) -> bool:
        """Whether a new id of the customer and product begins the day after it ended, with at least as many."""
        ends = [self.ended[line.subscription, line.motion], *(row.days.last for row in self._charging(line))]
        begun = self.began.get((line.customer, line.product, line.motion), ())
        return any((first - max(ends)).days == 1 and quantity >= line.quantity for first, quantity in begun)


def _read(rows: QuerySet[Charge]) -> Iterator[tuple[tuple[int, str], _Row]]:
    columns = ("subscription", "motion", "customer", "product", "quantity", "ratio", "cost", "retail")
    for number, motion, customer, product, quantity, ratio, cost, retail, first, last in (
        rows.order_by().values_list(*columns, _FIRST, _LAST).iterator(chunk_size=2000)
    ):
        days, amount = Days(first, last), retail or cost
        sign = (amount > 0) - (amount < 0)
        yield (number, motion), _Row(customer, product, days, abs(quantity), sign, covers_cycle(days, ratio))


def _began(
    rows: QuerySet[Charge], earlier: QuerySet[Charge]
) -> dict[tuple[int, int | None, str], list[tuple[dt.date, Decimal]]]:
    """By customer, product and motion: when subscriptions began that no earlier month charged, and with how many."""
    fresh = rows.filter(_CHARGING).exclude(subscription__in=earlier.filter(_CHARGING).values("subscription"))
    seats: dict[tuple[int, int, int | None, str, dt.date], Decimal] = defaultdict(Decimal)
    for (number, motion), row in _read(fresh):
        seats[number, row.customer, row.product, motion, row.days.first] += row.quantity
    found: dict[tuple[int, int | None, str], list[tuple[dt.date, Decimal]]] = defaultdict(list)
    for (_, customer, product, motion, first), quantity in seats.items():
        found[customer, product, motion].append((first, quantity))
    return found


def _at_the_target(lines: Sequence[StandingLine], templates: Mapping[str, InvoiceTemplate]) -> list[StandingLine]:
    """Those that the copy of the target has, at what they bill there; a line set to quantity 0 bills nothing."""
    found = []
    for line in lines:
        there = templates[line.template].lines if line.template in templates else ()
        seen = [one for one in there if line.line == one.line_id]
        seen = seen or [one for one in there if find_mark(one.description) == line.mark]
        if seen and seen[0].quantity:
            found.append(replace(line, retail=seen[0].quantity * from_cents(seen[0].retail_cents)))
    return found


def _last_runs(program: Program, lines: Iterable[StandingLine]) -> dict[str, dt.date]:
    """By mark, the run for which the last amount was put on a line that no run is known to have billed. One query."""
    parts = Part.objects.filter(
        posting__program=program,
        posting__next_run__isnull=False,
        mark__in=[line.mark for line in lines],
        role=PartRole.RECURRING,
        state=PartState.SYNCED,
    )
    rows = parts.order_by("posting__period").values_list("mark", "posting__next_run")
    return {mark: next_run for mark, next_run in rows if next_run is not None}


def _waits(last_run: dt.date | None, template: InvoiceTemplate) -> bool:
    """Whether the run that bills the line's last amount is still to come."""
    return last_run is not None and (template.next_run is None or template.next_run <= last_run)
