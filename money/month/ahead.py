"""Runs that billed a line once more before the next month's invoice came: they count for that month.

What they billed beyond it is given back as one credit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from connectors.records import id_order
from money.amounts import times
from money.enums import PartRole, PartState
from money.facts import OwnLine, Posted, PostingPart, RunAhead
from money.marks import PeriodMarks, line_mark
from money.postings import Postings, has_stood
from money.wanting.brief import PeriodBrief
from money.words import NOTHING, Money, from_cents


class RunsAhead:
    """The runs by the line that they billed, each of which one month takes."""

    def __init__(self, runs: Iterable[RunAhead]) -> None:
        self._by_mark: dict[str, list[RunAhead]] = defaultdict(list)
        for run in sorted(runs, key=lambda run: id_order(run.invoice_id)):
            self._by_mark[run.mark].append(run)

    def take(self, brief: PeriodBrief, postings: Postings, known: Posted | None) -> list[PostingPart]:
        """What counts for this period of what runs billed ahead: the oldest, and of the newest period all that is left.

        It takes none before its month is regular, or once the line stands for the period.
        Where nothing more comes that they could count for, they are of the last period.
        """
        period, own = brief.period, brief.present.own.standing(brief.marks.recurring)
        runs = self._by_mark.get(brief.marks.recurring, [])
        if not runs or own is None or any(charge.one_time for charge in period.charges):
            return []
        waits = own.period >= period.period or brief.early or (known is not None and has_stood(known))
        if waits and not (period.current and period.gone):
            return []
        number = len(runs) if period.current else 1
        taken, self._by_mark[brief.marks.recurring] = runs[:number], runs[number:]
        return [_part(own, run, postings) for run in taken]


def credit_mark(marks: PeriodMarks, ordinal: int = 1) -> str:
    """Of the credit of what runs billed beyond the period."""
    return marks.of(PartRole.CREDIT, f"ahead {ordinal}")


def gives_back(brief: PeriodBrief, posted: Posted | None) -> bool:
    """Whether what runs billed beyond the period was a credit of it before."""
    return posted is not None and any(part.mark == credit_mark(brief.marks) for part in posted.parts)


def mark_ahead(own: OwnLine, run: RunAhead) -> str:
    """Of the amount that a run billed of a line beside the month that it stood for."""
    return line_mark(own.subscription, own.motion, PartRole.RECURRING, "", f"ahead {run.invoice_id}")


def _part(own: OwnLine, run: RunAhead, postings: Postings) -> PostingPart:
    amount = times(run.quantity, Money(from_cents(own.cost_cents), run.price))
    posted = postings.at(own.subscription_id, own.period)
    before = next((part for part in posted.parts if part.mark == own.mark), None) if posted else None
    rules = before.amount - before.source if before is not None and before.amount == amount else NOTHING
    return PostingPart(
        PartRole.RECURRING,
        mark_ahead(own, run),
        PartState.BILLED,
        amount.cost,
        amount.retail,
        rules.cost,
        rules.retail,
    )
