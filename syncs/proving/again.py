"""Periods that more invoices carry than should: a template ran more often than the charge comes. Inside the scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from money.amounts import times
from money.enums import PartState, Severity
from money.marks import PeriodMarks
from money.month.ahead import credit_mark
from money.periods import period_label
from money.plan import Note
from money.words import ZERO, Money, shown
from programs.models import Program
from syncs.models import BilledRun, Part

_GIVEN_BACK = (PartState.SYNCED, PartState.BILLED, PartState.EXCLUDED)


@dataclass(slots=True)
class BilledAgain:
    """A period of a customer's motion that several invoices carry.

    ``times`` is the most of any of its subscriptions, ``retail`` what they bill beyond the first, ``invoices`` the
    numbers of those that bill it again.
    """

    customer: int
    customer_name: str
    motion: str
    period: str
    times: int = 1
    retail: Decimal = ZERO
    invoices: dict[str, None] = field(default_factory=dict)  # in their order

    @property
    def text(self) -> str:
        """What it is, with its invoices and the money."""
        once_more = f"{'bill' if len(self.invoices) > 1 else 'bills'} it once more, {shown(self.retail)} in all."
        return f"{period_label(self.period)} is billed {self.times} times: {', '.join(self.invoices)} {once_more}"

    def note(self) -> Note:
        """What people are told."""
        return Note(
            Severity.WARNING,
            "billed_again",
            f"billed_again:{self.customer}:{self.motion}:{self.period}:{self.times}",
            f"{self.customer_name}: {self.text}",
            "Set the frequency of the invoice template right. What was billed ahead is taken off the next amounts; "
            "what is left once a later month is regular is a credit.",
            customer_id=self.customer,
            retail=self.retail,
            motion=self.motion,
        )


def find_billed_again(program: Program) -> list[BilledAgain]:
    """Each period with runs that count for no month (yet), and that no credit gave back. Two queries."""
    rows = BilledRun.objects.filter(Q(period="") | Q(beyond=True), program=program)
    open_runs = _not_given_back(program, rows.select_related("customer", "subscription").order_by("pk"))
    found: dict[tuple[int, str, str], BilledAgain] = {}
    numbers: dict[tuple[str, str], int] = defaultdict(lambda: 1)
    for run in open_runs:
        period = run.period or run.stood_for
        key = run.customer_id, run.motion, period
        one = found.setdefault(key, BilledAgain(run.customer_id, run.customer.name, run.motion, period))
        numbers[run.mark, period] += 1
        one.times = max(one.times, numbers[run.mark, period])
        one.retail += _as_written(run)
        one.invoices[run.invoice_number] = None
    return list(found.values())


def _as_written(run: BilledRun) -> Decimal:
    quantity, price = run.written
    return times(quantity, Money(ZERO, price)).retail


def _not_given_back(program: Program, runs: Iterable[BilledRun]) -> list[BilledRun]:
    """Without those of periods whose credit was applied, or answered."""
    every = list(runs)
    credits = {
        credit_mark(PeriodMarks(run.subscription.external_id, run.motion, run.period)): run
        for run in every
        if run.period
    }
    parts = Part.objects.filter(posting__program=program, mark__in=credits)
    states = dict(parts.values_list("mark", "state"))
    settled = {
        (credits[mark].mark, credits[mark].period) for mark in credits if states.get(mark) in (None, *_GIVEN_BACK)
    }
    return [run for run in every if not run.period or (run.mark, run.period) not in settled]
