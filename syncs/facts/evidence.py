"""Which of our lines a generated invoice may have billed since, and from when on it is to be asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from connectors.records import id_order
from connectors.registry import get_target
from customers.models import Template
from customers.target_copy import template_record
from money.amounts import times
from money.enums import LineState, PartRole, PartState
from money.facts import RunAhead
from money.marks import find_mark
from money.periods import last_day_of, months_between
from money.words import Money, from_cents
from programs.models import Program
from syncs.enums import ChangeState
from syncs.facts.lines import as_seen_by
from syncs.models import BilledRun, Change, Line, Part, Posting, Run

# Generation happens in the account's time zone; a day of slack on either side.
SLACK = dt.timedelta(days=1)
RUNS_LOOKED_BACK = 20  # for what a line was before its last change
_AMOUNTS = ("quantity", "price", "written_quantity", "written_price")


@dataclass(frozen=True, slots=True)
class Sought:
    """A line that an invoice of this customer, dated at or after ``since``, should carry.

    ``after_invoice`` is the newest invoice that is known to carry it from an earlier run: one
    invoice proves one generation. ``next_run`` is the template's when this was asked.
    """

    mark: str
    customer: str  # the target's id
    since: dt.date
    product_id: str | None
    quantity: Decimal
    price: Decimal
    after_invoice: str = ""
    settled: bool = False  # what it stood for is billed: an invoice that carries it was a run ahead of its month
    more: bool = False  # the template may have run more than once since, so several invoices may carry it
    next_run: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """What a generated invoice carries of a line of ours; ``price`` per unit in currency units."""

    invoice_id: str
    quantity: Decimal
    price: Decimal
    number: str = ""
    again: tuple[Carried, ...] = ()  # by the runs after that one

    def at(self, quantity: Decimal, retail_cents: int) -> bool:
        """Whether it was billed at this quantity and price."""
        return (self.quantity, self.price) == (quantity, from_cents(retail_cents))


def lines_to_prove(program: Program, customers: Collection[int] | None = None) -> list[Sought]:
    """Our lines whose template's next run moved on since they were written, or were last looked for. Inside the scope.

    All of them, or those of these ``customers`` alone. Where a template names no next run, that a one-time line is gone
    is what tells of a run.
    """
    of = {} if customers is None else {"customer__in": customers}
    confirmed = _confirmed_runs(Posting.objects.filter(program=program, **of))
    lines = list(Line.objects.filter(program=program, state=LineState.STANDING, **of))
    rows = Template.objects.filter(target=program.target_id, gone=False)
    if customers is not None:
        rows = rows.filter(external_id__in={line.template_id for line in lines})
    columns = ("external_id", "next_run", "customer_external_id", "frequency")
    templates = {row.external_id: row for row in rows.only(*columns)}
    sought = []
    for line in lines:
        template = templates.get(line.template_id)
        if template is None:
            continue
        recurring = line.role == PartRole.RECURRING
        since = confirmed.get((line.subscription_id, line.motion)) if recurring else line.next_run
        ran = _may_have_run(program, template, line, since)
        again = recurring and since is None and line.billed_on is not None and _ran_since(template, seen_run_of(line))
        if ran or again:
            written = line.written_at.date()  # by our clock: the run it was written for is a day of the target's own
            sought.append(
                Sought(
                    mark=line.mark,
                    customer=template.customer_external_id,
                    since=min(since or line.next_run or written, written),
                    product_id=line.target_product_id,
                    quantity=line.quantity,
                    price=from_cents(line.retail_cents),
                    # A one-time line is billed once, whichever run of ours saw that first.
                    after_invoice=(line.billed_on or "") if recurring else "",
                    settled=not ran,
                    more=recurring and not _ran_once(program, template, seen_run_of(line)),
                    next_run=template.next_run,
                )
            )
    return sought


def seen_run_of(line: Line) -> dt.date | None:
    """The template's next run when the line was last written, or looked for on invoices."""
    runs = [run for run in (line.next_run, line.seen_run) if run is not None]
    return max(runs, default=None)


@dataclass(frozen=True, slots=True)
class SeenRun:
    """What an invoice carries of a recurring line, as a run keeps it until its plan is made.

    ``written_quantity`` and ``written_price`` are the line's own, as we wrote it.
    """

    mark: str
    invoice_id: str
    number: str
    quantity: Decimal
    price: Decimal
    written_quantity: Decimal
    written_price: Decimal
    is_ahead: bool  # it proves no month by itself

    @property
    def values(self) -> tuple[str, Decimal, Decimal]:
        """What it billed of which line."""
        return self.mark, self.quantity, self.price

    @property
    def as_written(self) -> bool:
        """Whether nobody seems to have edited the line."""
        return (self.quantity, self.price) == (self.written_quantity, self.written_price)

    def ahead(self) -> RunAhead:
        """As one that counts for no month yet."""
        return RunAhead(
            self.mark, self.invoice_id, self.quantity, self.price, self.written_quantity, self.written_price
        )


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the invoices of the target say of our lines; ``billed_by``: by mark, the invoice that may prove it.

    ``runs`` are all that carry a recurring line, ``looked`` says, by mark, the next run of its template then.
    ``billed_before`` is what of ``billed_by`` was billed just before our line was changed, by mark.
    """

    billed_by: dict[str, str]
    ahead: tuple[RunAhead, ...]  # runs that count for no month yet, whichever run of ours saw them first
    runs: tuple[SeenRun, ...] = ()
    looked: Mapping[str, dt.date] = field(default_factory=dict)
    billed_before: Mapping[str, Money] = field(default_factory=dict)


def keep_evidence(sought: Collection[Sought], carried: Mapping[str, Carried]) -> dict[str, Any]:
    """What was asked and found, as the basis of a run keeps it."""
    asked = {one.mark: one for one in sought}
    runs = [
        {
            "mark": mark,
            "invoice_id": one.invoice_id,
            "number": one.number,
            "quantity": str(one.quantity),
            "price": str(one.price),
            "written_quantity": str(asked[mark].quantity),
            "written_price": str(asked[mark].price),
            "ahead": asked[mark].settled or place > 0,
        }
        for mark, first in carried.items()
        for place, one in enumerate((first, *first.again))
    ]
    return {
        "billed_by": {mark: one.invoice_id for mark, one in carried.items() if not asked[mark].settled},
        "runs": runs,
        "looked": {mark: str(asked[mark].next_run) for mark in carried if asked[mark].next_run is not None},
    }


def add_evidence(
    basis: Mapping[str, Any], sought: Collection[Sought], carried: Mapping[str, Carried]
) -> dict[str, Any]:
    """What was asked and found before, and what was once more since."""
    more = keep_evidence(sought, carried)
    known = {(one["mark"], one["invoice_id"]) for one in more["runs"]}
    before = [one for one in basis.get("runs", ()) if (one["mark"], one["invoice_id"]) not in known]
    return {
        "billed_by": basis["billed_by"] | more["billed_by"],
        "runs": [*before, *more["runs"]],
        "looked": basis.get("looked", {}) | more["looked"],
    }


def load_evidence(program: Program, basis: Mapping[str, Any], customers: Collection[int] | None = None) -> Evidence:
    """What no planning has taken since. Two queries, one more where lines differ from ours; inside the scope.

    Of all lines, or of those of these ``customers`` alone: then ``billed_by`` may have more than theirs.

    One invoice proves one generation: a plan that is made again after it was broken off must not use it twice.
    """
    seen = basis.get("runs", ())
    told = {one["mark"]: one["invoice_id"] for one in seen} | basis["billed_by"]
    of = {} if customers is None else {"customer__in": customers}
    lines = Line.objects.filter(program=program, mark__in=told, role=PartRole.RECURRING, state=LineState.STANDING, **of)
    known = {mark: id_order(seen or "") for mark, seen in lines.values_list("mark", "billed_on")}
    fresh = [
        _seen_run(one) for one in seen if one["mark"] in known and known[one["mark"]] < id_order(one["invoice_id"])
    ]
    before = _written_before(program, fresh)
    fresh = [_as_written_then(run) if run.values in before else run for run in fresh]
    waiting = BilledRun.objects.filter(program=program, period="", **of).order_by("pk")
    ahead = [RunAhead(row.mark, row.invoice_id, row.quantity, row.price, *row.written) for row in waiting]
    ahead += [one.ahead() for one in fresh if one.is_ahead]
    return Evidence(
        billed_by={
            mark: invoice
            for mark, invoice in basis["billed_by"].items()
            if known.get(mark, id_order("")) < id_order(invoice)
        },
        ahead=tuple(ahead),
        runs=tuple(fresh),
        looked={mark: dt.date.fromisoformat(day) for mark, day in basis.get("looked", {}).items()},
        billed_before={
            run.mark: times(run.quantity, Money(before[run.values], run.price))
            for run in fresh
            if run.values in before and basis["billed_by"].get(run.mark) == run.invoice_id
        },
    )


def _seen_run(kept: Mapping[str, Any]) -> SeenRun:
    amounts = {name: Decimal(kept[name]) for name in _AMOUNTS}
    return SeenRun(kept["mark"], kept["invoice_id"], kept["number"], **amounts, is_ahead=kept["ahead"])


def _as_written_then(run: SeenRun) -> SeenRun:
    """A run that billed what we had written before the line's last change: nobody edited it."""
    return replace(run, written_quantity=run.quantity, written_price=run.price)


def _written_before(program: Program, runs: Iterable[SeenRun]) -> dict[tuple[str, Decimal, Decimal], Decimal]:
    """By mark, quantity and price, the cost that we wrote lately of lines that runs billed at other values."""
    differ = {run.mark for run in runs if not run.as_written}
    if not differ:
        return {}
    newest = Run.objects.filter(program=program, preview=False).order_by("-pk").values("pk")[:RUNS_LOOKED_BACK]
    made = Change.objects.filter(run__in=newest, state=ChangeState.DONE, mark__in=differ, after__isnull=False)
    return {
        (mark, Decimal(after["quantity"]), Decimal(after["retail"])): Decimal(after["cost"])
        for mark, after in made.order_by("pk").values_list("mark", "after")
        if after is not None
    }


def _may_have_run(program: Program, template: Template, line: Line, since: dt.date | None) -> bool:
    if since is not None and template.next_run is not None:
        return template.next_run > since
    return line.role != PartRole.RECURRING and not _stands(program, template, line)


def _stands(program: Program, template: Template, line: Line) -> bool:
    """By the target's id or by the mark, in our copy of the template. Three queries."""
    (seen,) = as_seen_by(program, [template_record(template)])
    return any(one.line_id == line.line_id or find_mark(one.description) == line.mark for one in seen.lines)


def _ran_since(template: Template, seen: dt.date | None) -> bool:
    return seen is not None and template.next_run is not None and template.next_run > seen


def _ran_once(program: Program, template: Template, seen: dt.date | None) -> bool:
    """Whether the next run is just one step of the template's rhythm later: its frequency may have been another one."""
    every = get_target(program.target.system).interval_of(template.frequency)
    if seen is None or template.next_run is None or every is None:
        return False
    if every.days:
        return template.next_run == seen + dt.timedelta(days=every.days)
    last = last_day_of(f"{template.next_run:%Y-%m}")
    same_day = template.next_run.day == seen.day or template.next_run == last
    return months_between(seen, template.next_run) == every.months and same_day


def _confirmed_runs(postings: QuerySet[Posting]) -> dict[tuple[int, str], dt.date]:
    """When the recurring amount that is not known to be billed was to run."""
    waiting = postings.filter(
        next_run__isnull=False,
        pk__in=Part.objects.filter(role=PartRole.RECURRING, state__in=(PartState.SYNCED, PartState.HELD)).values(
            "posting"
        ),
    )
    return {
        (posting.subscription_id, posting.motion): posting.next_run
        for posting in waiting.order_by("period")
        if posting.next_run is not None
    }
