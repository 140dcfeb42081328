"""When our lines will be billed: money that waits for a run that is far, or that is not to come. Inside the scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from connectors.records import MONTHLY
from connectors.registry import get_target
from customers.models import TargetCustomer, Template
from customers.services import rhythm_of
from money.enums import LineState, PartRole, Severity
from money.month.waiting import MOST_DAYS, Rhythm, Wait
from money.periods import day_label, first_day_of
from money.plan import Note
from money.words import ZERO, from_cents, shown
from programs.models import Program
from syncs.models import Line

_CURES = {
    Wait.DISABLED: "Enable the customer in {target}, or map to another one.",
    Wait.PAUSED: "Resume the invoice template in {target}.",
    Wait.ENDED: "Set its next run in {target}, or choose another invoice template.",
    Wait.PAST: "Look in {target} why it did not run, and set its next run.",
    Wait.OFTEN: "Set its frequency to monthly in {target}, or choose another invoice template.",
    Wait.RARE: "Set its frequency to monthly in {target}, or choose another invoice template.",
    Wait.LONG: "Bring its next run forward in {target}, or choose an invoice template that runs monthly.",
}


@dataclass(slots=True)
class WaitingMoney:
    """What a customer's motion has on a template out of its time. ``retail`` in currency units."""

    wait: Wait
    customer: int
    customer_name: str
    motion: str
    template: Template
    rhythm: Rhythm
    retail: Decimal = ZERO

    @property
    def text(self) -> str:
        """What it is, with date and amount."""
        name, money, run = f"the invoice template “{self.template.name}”", shown(self.retail), self.rhythm.next_run
        often = self.template.frequency.lower()
        match self.wait:
            case Wait.DISABLED:
                return f"{money} waits: the customer of {name} is disabled."
            case Wait.PAUSED:
                return f"{money} waits: {name} is paused."
            case Wait.ENDED:
                return f"{money} waits: {name} names no next run."
            case Wait.OFTEN:
                times = self.rhythm.times_a_month
                return f"T{name[1:]} runs {often}: {money} is billed about {times} times a month."
        assert run is not None
        if self.wait is Wait.PAST:
            return f"{money} waits: the next run of {name}, {day_label(run)}, is past."
        rare = ", less often than the charge comes" if self.wait is Wait.RARE else ""
        return f"{money} waits until {day_label(run)}: {name} runs {often}{rare}."

    def note(self, target: str) -> Note:
        """What people are told; ``target`` is what they call it."""
        return Note(
            Severity.WARNING,
            self.wait,
            f"{self.wait}:{self.template.external_id}:{self.customer}:{self.motion}:{self.rhythm.next_run}",
            f"{self.customer_name}: {self.text}",
            _CURES[self.wait].format(target=target),
            customer_id=self.customer,
            retail=self.retail,
            motion=self.motion,
        )


def note_day(program: Program) -> None:
    """One-time lines that were written since the last time were planned on the target's day of now."""
    lines = Line.objects.filter(program=program, state=LineState.STANDING, planned_on=None)
    lines.exclude(role=PartRole.RECURRING).update(planned_on=program.target.target_day)


def find_waiting(program: Program) -> list[WaitingMoney]:
    """By customer, motion and template. Five queries, two where every template is in step."""
    disabled = set(
        TargetCustomer.objects.filter(target=program.target_id, disabled=True).values_list("external_id", flat=True)
    )
    templates = _out_of_step(program, disabled)
    if not templates:
        return []
    rhythms = {
        number: rhythm_of(program, row, disabled=row.customer_external_id in disabled)
        for number, row in templates.items()
    }
    lines = Line.objects.filter(program=program, state=LineState.STANDING, template_id__in=templates)
    found: dict[tuple[Wait, int, str, str], WaitingMoney] = {}
    for line in lines.select_related("customer").order_by("pk"):
        rhythm = rhythms[line.template_id]
        wait = rhythm.wait_of(recurring=line.role == PartRole.RECURRING, since=_since(line, rhythm.today))
        if wait is not None:
            key = wait, line.customer_id, line.motion, line.template_id
            customer, template = line.customer, templates[line.template_id]
            one = found.setdefault(key, WaitingMoney(wait, customer.pk, customer.name, line.motion, template, rhythm))
            one.retail += line.quantity * from_cents(line.retail_cents)
    return [one for one in found.values() if one.retail]


def _out_of_step(program: Program, disabled: set[str]) -> Mapping[str, Template]:
    """By the target's id, the templates that do not simply run each month within the next weeks."""
    rows = Template.objects.filter(target=program.target_id, gone=False)
    interval_of = get_target(program.target.system).interval_of
    words = rows.order_by().values_list("frequency", flat=True).distinct()
    in_step = Q(frequency__in=[word for word in words if interval_of(word) == MONTHLY], paused=False)
    today = program.target.target_day
    if today is not None:
        in_step &= Q(next_run__range=(today, today + dt.timedelta(days=MOST_DAYS)))
    else:
        in_step &= Q(next_run__isnull=False)
    found = rows.exclude(in_step & ~Q(customer_external_id__in=disabled)).defer("lines")
    return {row.external_id: row for row in found}


def _since(line: Line, today: dt.date | None) -> dt.date | None:
    """The day on which a line was planned, or the start of its charge where that is later."""
    days = [line.planned_on or today]
    if line.period:
        days.append(first_day_of(line.period))
    return max((day for day in days if day is not None), default=None)
