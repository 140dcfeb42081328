"""The target: invoice templates with lines, which generate invoices. It knows no rule of ours."""

from __future__ import annotations

import datetime as dt
import itertools
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from tests.bookkeeping.product import Interval, InvoiceTemplate, LineValues, TemplateLine, id_order

Amount = tuple[Decimal, Decimal]  # cost, retail
NOTHING: Amount = (Decimal(0), Decimal(0))
WEEK = dt.timedelta(days=7)
MONTHS_BETWEEN = {"Monthly": 1, "Quarterly": 3, "Annually": 12}
FREQUENCIES = ("Weekly", *MONTHS_BETWEEN)


class Unclear(Exception):
    """What is asked for is not there, or more than once; with the cure."""

    def __init__(self, problem: str, cure: str) -> None:
        super().__init__(problem)
        self.problem, self.cure = problem, cure


def half_up(amount: Decimal) -> Decimal:
    """In whole cents."""
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def amount_of(line: TemplateLine | LineValues) -> Amount:
    """Cost and retail that an invoice with this line bills."""
    cost, retail = (Decimal(cents) / 100 for cents in (line.cost_cents, line.retail_cents))
    return half_up(line.quantity * cost), half_up(line.quantity * retail)


def add_up(amounts: Iterable[Amount]) -> Amount:
    """Sums of both sides."""
    cost = retail = Decimal(0)
    for one in amounts:
        cost, retail = cost + one[0], retail + one[1]
    return cost, retail


@dataclass(slots=True)
class Standing:
    """A template as it stands, without its lines."""

    template_id: str
    name: str
    customer_id: str  # the target's
    next_run: dt.date | None
    frequency: str = "Monthly"
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Generated:
    """An invoice that a template made of all its lines."""

    template_id: str
    customer_id: str
    date: dt.date
    lines: tuple[TemplateLine, ...]


@dataclass(slots=True)
class Target:
    """All templates, their lines by id, and the invoices made of them."""

    templates: dict[str, Standing] = field(default_factory=dict)
    lines: dict[str, TemplateLine] = field(default_factory=dict)
    invoices: list[Generated] = field(default_factory=list)
    one_time_lines_vanish: bool = True  # when their template generates
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1000))
    template_ids: itertools.count[int] = field(default_factory=lambda: itertools.count(5001))

    def open_template(self, name: str, customer_id: str, next_run: dt.date) -> Standing:
        """The template of that name; made where there is none."""
        for standing in self.templates.values():
            if standing.name == name:
                return standing
        made = Standing(str(next(self.template_ids)), name, customer_id, next_run)
        self.templates[made.template_id] = made
        return made

    def close_template(self, template_id: str) -> None:
        """The template is gone with its lines; its invoices stay."""
        del self.templates[template_id]
        self.lines = {number: line for number, line in self.lines.items() if line.template_id != template_id}

    def find_template(self, name: str) -> Standing:
        """By its name, or by the end of its name where that tells it: ``monthly``."""
        found = [one for one in self.templates.values() if one.name == name]
        found = found or [one for one in self.templates.values() if one.name.endswith(f" {name}")]
        if len(found) != 1:
            names = ", ".join(one.name for one in self.templates.values()) or "none yet: an invoice makes them"
            raise Unclear(f"“{name}” is not the name of one template", f"Templates: {names}")
        return found[0]

    def lines_of(self, template_id: str) -> list[TemplateLine]:
        """Its lines, in the order of their ids."""
        lines = [line for line in self.lines.values() if line.template_id == template_id]
        return sorted(lines, key=lambda line: id_order(line.line_id))

    def record(self, template_id: str) -> InvoiceTemplate | None:
        """The template as it is read; None where it is gone."""
        one = self.templates.get(template_id)
        if one is None:
            return None
        return InvoiceTemplate(
            template_id=one.template_id,
            customer_id=one.customer_id,
            name=one.name,
            frequency=one.frequency,
            next_run=one.next_run,
            paused=one.paused,
            lines=tuple(self.lines_of(template_id)),
            every=Interval(days=7) if one.frequency == "Weekly" else Interval(months=MONTHS_BETWEEN[one.frequency]),
        )

    def write(self, template_id: str, values: LineValues, line_id: str | None = None) -> TemplateLine:
        """Add a line, or change the one with this id."""
        line = TemplateLine(
            line_id=str(next(self.ids)) if line_id is None else line_id,
            template_id=template_id,
            product_id=values.product_id,
            name=values.name,
            description=values.description,
            quantity=values.quantity,
            retail_cents=values.retail_cents,
            cost_cents=values.cost_cents,
            taxable=values.taxable,
            one_time=values.one_time,
            position=values.position,
        )
        self.lines[line.line_id] = line
        return line

    def copy_line(self, line: TemplateLine) -> None:
        """A second line of the same values, mark and all."""
        line_id = str(next(self.ids))
        self.lines[line_id] = replace(line, line_id=line_id)

    def generate(self, template_ids: Iterable[str]) -> list[Generated]:
        """Each of these templates makes an invoice of all its lines and moves on."""
        made = []
        for template_id in template_ids:
            one = self.templates[template_id]
            if one.paused or one.next_run is None:
                raise Unclear(f"“{one.name}” does not run", "Resume it, or give it a next run.")
            made.append(Generated(template_id, one.customer_id, one.next_run, tuple(self.lines_of(template_id))))
            one.next_run = _run_after(one.next_run, one.frequency)
            if self.one_time_lines_vanish:
                self.lines = {
                    line_id: line
                    for line_id, line in self.lines.items()
                    if line.template_id != template_id or not line.one_time
                }
        self.invoices += made
        return made


def _run_after(day: dt.date, frequency: str) -> dt.date:
    if frequency == "Weekly":
        return day + WEEK
    year, month = divmod(day.year * 12 + day.month - 1 + MONTHS_BETWEEN[frequency], 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
