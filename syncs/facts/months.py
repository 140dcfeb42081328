"""Which month of the invoices is the regular one, and whom it charges, as planning is told. Inside the scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, islice
from typing import Self

from django.db.models import Max, Q, QuerySet

from invoices.counted import countable_invoices
from invoices.models import Charge, InvoiceState, SourceInvoice
from invoices.months import Of, months_with_seats, newest_first
from money.days import DAY
from money.enums import Chosen, LineState, PartRole
from money.holds import month_of_subject, month_subject
from money.month.months import Holder, MonthCharges, Months, months_since, read_months
from money.motions import REGULAR
from money.words import from_cents
from programs.models import Program
from syncs.models import Decision, Line, Posting

DAYS_TO_INVOICE = dt.timedelta(days=10)  # after a month, until its invoice is missing


def load_months(program: Program) -> Months:
    """The newest months of the program's counted invoices, down to the newest regular one."""
    return _List.of(program).read(program)


def load_and_keep_months(program: Program) -> tuple[Months, dict[str, str] | None]:
    """The same, and what ``load_months_of`` needs of them, as the basis of a run keeps it."""
    found = _List.of(program)
    months = found.read(program)
    return months, {"regular": months.regular, "digest": found.digest} if months.regular else None


def load_months_of(program: Program, customers: Collection[int], kept: Mapping[str, str] | None) -> Months:
    """The same of these customers alone, where ``kept`` says which month was regular, and nothing of it changed since.

    It is a matter of all customers, so it is judged once a run, when its plan is made: the lines that were written
    since make no other month regular. What is read besides is theirs, and what others have of their subscriptions.
    """
    found = _List.of(program)
    if kept is None or found.digest != kept["digest"]:
        return found.read(program)
    own = _subscriptions_of(program, customers)
    holders = load_holders(program, Q(customer__in=customers) | Q(subscription__in=own))
    of = Of({*customers, *(one.customer for one in holders)}, own)
    since = [month for month in found.months if f"{month:%Y-%m}" >= kept["regular"]]
    rows = islice(newest_first(found.invoices, found.months, of), len(since))
    return months_since(chain(found.nothing, rows), holders, found.complete)


@dataclass(frozen=True, slots=True)
class _List:
    """The months that there are, the newest first; ``nothing``: the one of which a person said that none is to come."""

    invoices: QuerySet[SourceInvoice]
    months: list[dt.date]
    nothing: list[MonthCharges]
    complete: frozenset[str]

    @classmethod
    def of(cls, program: Program) -> Self:
        invoices, complete = countable_invoices(program), complete_months(program)
        listed = months_with_seats(invoices)
        ended = month_without_invoice(program, f"{listed[0]:%Y-%m}" if listed else "")
        return cls(invoices, listed, [MonthCharges(ended, ())] if ended in complete else [], complete)

    def read(self, program: Program) -> Months:
        rows = newest_first(self.invoices, self.months)
        return read_months(chain(self.nothing, rows), load_holders(program), self.complete)

    @property
    def digest(self) -> str:
        """Of what a regular month follows from, beside the lines that the run itself writes. One query."""
        known = sorted(self.invoices.order_by().values_list("pk", "month", "row_count"))
        told = [self.months, [one.month for one in self.nothing], sorted(self.complete), known]
        return sha256(repr(told).encode()).hexdigest()


def _subscriptions_of(program: Program, customers: Collection[int]) -> set[int]:
    """Whatever these customers were charged for, or that was planned for them."""
    charged = Charge.objects.filter(customer__in=customers, motion__in=REGULAR, subscription__isnull=False)
    planned = Posting.objects.filter(program=program, customer__in=customers)
    lines = Line.objects.filter(program=program, customer__in=customers)
    every = (rows.order_by().values_list("subscription", flat=True).distinct() for rows in (charged, planned, lines))
    return {number for rows in every for number in rows}


def month_without_invoice(program: Program, newest: str) -> str:
    """The last month that ended, by the target's own day, where the ``newest`` with an invoice is older; else "".

    In its first days nothing is late: an invoice in arrears comes then.
    """
    today = program.target.target_day
    if today is None or not newest:
        return ""
    ended = f"{(today - DAYS_TO_INVOICE).replace(day=1) - DAY:%Y-%m}"
    return ended if ended > newest else ""


def month_to_bill(program: Program, months: Months) -> str:
    """The newest regular month, else of the newest invoice that is to be billed, else of any cancelled; or ""."""
    if months.regular:
        return months.regular
    month = _newest(countable_invoices(program)) or _newest(_cancelled(program))
    return f"{month:%Y-%m}" if month else ""


def _newest(invoices: QuerySet[SourceInvoice]) -> dt.date | None:
    newest: dt.date | None = invoices.aggregate(newest=Max("month"))["newest"]
    return newest


def _cancelled(program: Program) -> QuerySet[SourceInvoice]:
    """Invoices and their exact reversals: what was billed of them is still to be settled."""
    of_program = {"source": program.source_id, "program_slug": program.slug, "past": False}
    return SourceInvoice.objects.filter(**of_program, state=InvoiceState.REVERSED)


def load_holders(program: Program, which: Q | None = None) -> list[Holder]:
    """Subscriptions with a standing recurring line of ours, whatever mapping it belongs to."""
    lines = Line.objects.filter(which or Q(), program=program, state=LineState.STANDING, role=PartRole.RECURRING)
    columns = ("mark", "subscription", "customer", "product", "quantity", "retail_cents", "cost_cents")
    return [
        Holder(
            mark, subscription, customer, product, quantity, quantity * from_cents(retail), free=not (retail or cost)
        )
        for mark, subscription, customer, product, quantity, retail, cost in lines.filter(motion__in=REGULAR)
        .order_by("pk")
        .values_list(*columns)
    ]


def complete_months(program: Program) -> frozenset[str]:
    """Months of which a person said that all of their invoices are there."""
    said = Decision.objects.filter(program=program, choice=Chosen.COMPLETE, subject__startswith=month_subject(""))
    return frozenset(map(month_of_subject, said.values_list("subject", flat=True)))
