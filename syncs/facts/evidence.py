"""Which of our lines a generated invoice may have billed since, and from when on it is to be asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from customers.models import Template
from customers.target_copy import template_record
from money.enums import LineState, PartRole, PartState
from money.marks import find_mark
from money.words import from_cents
from programs.models import Program
from syncs.facts.lines import as_seen_by
from syncs.models import Line, Part, Posting

# Generation happens in the account's time zone; a day of slack on either side.
SLACK = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sought:
    """A line that an invoice of this customer, dated at or after ``since``, should carry.

    ``after_invoice`` is the newest invoice that is known to carry it from an earlier run: one
    invoice proves one generation.
    """

    mark: str
    customer: int  # the target's id
    since: dt.date
    product_id: int | None
    quantity: Decimal
    price: Decimal
    after_invoice: int = 0


@dataclass(frozen=True, slots=True)
class Carried:
    """What a generated invoice carries of a line of ours; ``price`` per unit in currency units."""

    invoice_id: int
    quantity: Decimal
    price: Decimal

    def at(self, quantity: Decimal, retail_cents: int) -> bool:
        """Whether it was billed at this quantity and price."""
        return (self.quantity, self.price) == (quantity, from_cents(retail_cents))


def lines_to_prove(program: Program) -> list[Sought]:
    """Our lines whose template's next run moved on since they were written. Inside the scope.

    Where a template names no next run, that a one-time line is gone is what tells of a run.
    """
    templates = {
        row.external_id: row
        for row in Template.objects.filter(target=program.target_id, gone=False).only(
            "external_id", "next_run", "customer_external_id"
        )
    }
    confirmed = _confirmed_runs(program)
    sought = []
    lines = Line.objects.filter(program=program, state=LineState.STANDING)
    for line in lines:
        since = line.next_run
        if line.role == PartRole.RECURRING:
            since = confirmed.get((line.subscription_id, line.motion))
        template = templates.get(line.template_id)
        if template is not None and _may_have_run(program, template, line, since):
            written = line.written_at.date()
            sought.append(
                Sought(
                    mark=line.mark,
                    customer=template.customer_external_id,
                    since=min(since or written, written),
                    product_id=line.target_product_id,
                    quantity=line.quantity,
                    price=from_cents(line.retail_cents),
                    # A one-time line is billed once, whichever run of ours saw that first.
                    after_invoice=(line.billed_on or 0) if line.role == PartRole.RECURRING else 0,
                )
            )
    return sought


def still_proving(program: Program, billed_by: Mapping[str, int]) -> dict[str, int]:
    """By mark, the invoices that were asked for and that no planning has taken as proof since. Inside the scope.

    One invoice proves one generation: a plan that is made again after it was broken off must not use it twice.
    """
    lines = Line.objects.filter(program=program, mark__in=billed_by, role=PartRole.RECURRING)
    known = dict(lines.filter(state=LineState.STANDING).values_list("mark", "billed_on"))
    return {mark: invoice for mark, invoice in billed_by.items() if (known.get(mark) or 0) < invoice}


def _may_have_run(program: Program, template: Template, line: Line, since: dt.date | None) -> bool:
    if since is not None and template.next_run is not None:
        return template.next_run > since
    return line.role != PartRole.RECURRING and not _stands(program, template, line)


def _stands(program: Program, template: Template, line: Line) -> bool:
    """By the target's id or by the mark, in our copy of the template. Three queries."""
    (seen,) = as_seen_by(program, [template_record(template)])
    return any(one.line_id == line.line_id or find_mark(one.description) == line.mark for one in seen.lines)


def _confirmed_runs(program: Program) -> dict[tuple[int, str], dt.date]:
    """When the recurring amount that is not known to be billed was to run."""
    postings = Posting.objects.filter(
        program=program,
        next_run__isnull=False,
        pk__in=Part.objects.filter(role=PartRole.RECURRING, state__in=(PartState.SYNCED, PartState.HELD)).values(
            "posting"
        ),
    )
    return {
        (posting.subscription_id, posting.motion): posting.next_run
        for posting in postings.order_by("period")
        if posting.next_run is not None
    }
