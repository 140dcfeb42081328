"""Runs that billed a line once more before the next month's invoice came: they count for that month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from connectors.records import id_order
from money.amounts import times
from money.enums import PartRole, PartState
from money.facts import OwnLine, PostingPart, RunAhead
from money.marks import line_mark
from money.postings import Postings
from money.wanting.brief import PeriodBrief
from money.words import NOTHING, Money, from_cents


class RunsAhead:
    """The runs by the line that they billed, each of which one month takes."""

    def __init__(self, runs: Iterable[RunAhead]) -> None:
        self._by_mark: dict[str, list[RunAhead]] = defaultdict(list)
        for run in sorted(runs, key=lambda run: id_order(run.invoice_id)):
            self._by_mark[run.mark].append(run)

    def take(self, brief: PeriodBrief, postings: Postings) -> PostingPart | None:
        """What a run billed of a period that was never planned; of several runs the oldest."""
        own = brief.present.own.standing(brief.marks.recurring)
        runs = self._by_mark.get(brief.marks.recurring, [])
        if not runs or own is None or own.period >= brief.period.period:
            return None
        if any(charge.one_time for charge in brief.period.charges):
            return None
        return _part(own, runs.pop(0), postings)


def mark_ahead(own: OwnLine, run: RunAhead) -> str:
    """Of the amount that a run billed of a line beside the month that it stood for."""
    return line_mark(own.subscription, own.motion, PartRole.RECURRING, "", f"ahead {run.invoice_id}")


def taken(runs: Sequence[RunAhead], own_lines: Iterable[OwnLine], parts: Iterable[PostingPart]) -> dict[str, str]:
    """By the line's mark, the newest invoice whose run counts for a month now."""
    marks = {part.mark for part in parts}
    own = {one.mark: one for one in own_lines if one.role is PartRole.RECURRING}
    found = [run for run in runs if run.mark in own and mark_ahead(own[run.mark], run) in marks]
    return {run.mark: run.invoice_id for run in sorted(found, key=lambda run: id_order(run.invoice_id))}


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
