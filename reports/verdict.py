"""Is the billing of a program right? Answered from what the last sync proved and what waits now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import Abs

from invoices.models import SourceInvoice
from money.enums import Severity
from money.month.waiting import Wait
from money.words import ZERO
from reports.inbox import UnknownRows, Unmapped, decidable, held_invoices, unknown_rows, waiting_runs
from reports.overview import KindCard
from syncs.enums import ChangeState, RunState, RunStatus
from syncs.models import Finding, Run

GOOD, WARN, BAD, UNKNOWN = "good", "warn", "bad", "info"
HEADLINES = {
    GOOD: "Your billing is right.",
    WARN: "Your billing is not complete.",
    BAD: "Your billing is not right.",
    UNKNOWN: "Not known yet.",
}
_STOPPED: dict[str, str] = {
    RunState.DISCARDED: "The last plan was discarded",
    RunState.CANCELLED: "The last sync was cancelled",
}
_TOO_OFTEN = ("billed_again", str(Wait.OFTEN))
_UNCHARGED = "stands_without_charge"
_WAITING = tuple(str(wait) for wait in Wait if wait is not Wait.OFTEN)
DECIDE, MAP, ROWS, FAILED, LAST_RUN = "decide", "map", "rows", "failed", "last_run"


@dataclass(frozen=True, slots=True)
class Point:
    """One reason for a verdict; ``place`` says where it is put right. ``amount`` in currency units."""

    place: str
    text: str
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, and why; without any reason it is right."""

    tone: str
    currency: str
    points: list[Point]

    @property
    def headline(self) -> str:
        """The answer in a sentence."""
        return HEADLINES[self.tone]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits at the partner besides findings, over all programs; read once for all verdicts."""

    plans: list[Run]
    held: list[SourceInvoice]
    unknown: list[UnknownRows]

    @classmethod
    def read(cls) -> Waiting:
        """As it is now. Three queries."""
        held = held_invoices().prefetch_related(None).only("number", "source_id", "program_slug")
        return cls(list(waiting_runs().only("program_id", "waiting_for")), list(held), unknown_rows())


def verdict_of(card: KindCard, unmapped: Unmapped, waiting: Waiting) -> Verdict:
    """Of the program's billing, whose ``card`` this is. At most three queries."""
    if card.last_success is None and card.last is None:
        return Verdict(UNKNOWN, unmapped.currency, [])
    said = _Said.read(unmapped.program.pk)
    wrong = _wrong(card, said)
    open_points = [*_left_out(card), *_out_of_time(said), *_to_decide(unmapped, waiting), *_not_mapped(unmapped)]
    open_points += _unknown(unmapped, waiting)
    tone = BAD if wrong else WARN if open_points else GOOD if card.last_success else UNKNOWN
    return Verdict(tone, unmapped.currency, [*wrong, *open_points])


@dataclass(frozen=True, slots=True)
class _Said:
    """What open findings come to, each as number and retail."""

    errors: tuple[int, Decimal]
    too_often: tuple[int, Decimal]  # billed more often than charged
    uncharged: tuple[int, Decimal]
    waiting: tuple[int, Decimal]  # for a run that is far, or that is not to come

    @classmethod
    def read(cls, program_id: int) -> _Said:
        """Of one program. One query."""
        kinds = (Q(severity=Severity.ERROR), Q(code__in=_TOO_OFTEN), Q(code=_UNCHARGED), Q(code__in=_WAITING))
        sums: dict[str, Any] = {}
        for place, kind in enumerate(kinds):
            sums |= {f"number{place}": Count("pk", filter=kind), f"retail{place}": Sum(Abs("retail"), filter=kind)}
        found = Finding.objects.filter(program=program_id, closed_at=None).aggregate(**sums)
        return cls(*((found[f"number{place}"], found[f"retail{place}"] or ZERO) for place in range(len(kinds))))


def _out_of_time(said: _Said) -> list[Point]:
    """What stands without a charge, and what is not billed in its time."""
    found = [
        (said.uncharged, "line{s} without a charge: the customer is billed and you are not"),
        (said.waiting, "warning{s} about money that is not billed in its time"),
    ]
    return [
        Point(DECIDE, f"{number} {text.format(s=_s(number))}", retail) for (number, retail), text in found if number
    ]


def _wrong(card: KindCard, said: _Said) -> list[Point]:
    found = []
    number, retail = said.errors
    if number:
        text = f"{number} error{_s(number)}: what is concerned is not on the templates"
        found.append(Point(FAILED, text, retail))
    number, retail = said.too_often
    if number:
        found.append(Point(DECIDE, f"{number} warning{_s(number)} about months that are billed several times", retail))
    if found:
        return found
    if card.last is not None and card.last.status == RunStatus.ERROR:
        return [Point(LAST_RUN, "The last sync ended with an error")]
    return []


def _left_out(card: KindCard) -> list[Point]:
    """What the last sync planned and did not write, because somebody stopped it."""
    if card.last is None or card.last.state not in _STOPPED:
        return []
    if not card.last.changes.filter(state=ChangeState.DROPPED).exists():
        return []
    return [Point(LAST_RUN, f"{_STOPPED[card.last.state]}: what it would have written is not on the templates")]


def _to_decide(unmapped: Unmapped, waiting: Waiting) -> list[Point]:
    program = unmapped.program
    found = decidable().filter(program=program).order_by().aggregate(number=Count("pk"), retail=Sum(Abs("retail")))
    held = sum((each.source_id, each.program_slug) == (program.source_id, program.slug) for each in waiting.held)
    plans = sum(plan.program_id == program.pk for plan in waiting.plans)
    number = found["number"] + held + plans
    if not number:
        return []
    return [
        Point(DECIDE, f"{number} item{_s(number)} wait{'' if number > 1 else 's'} for your decision", found["retail"])
    ]


def _not_mapped(unmapped: Unmapped) -> list[Point]:
    if not unmapped.number:
        return []
    return [Point(MAP, f"{unmapped.number:,} not mapped: charged to you and billed to nobody", unmapped.retail or ZERO)]


def _unknown(unmapped: Unmapped, waiting: Waiting) -> list[Point]:
    found = [each for each in waiting.unknown if each.of(unmapped.program)]
    number = sum(each.rows for each in found)
    if not number:
        return []
    text = f"{number:,} unknown row{_s(number)}: {'they fit' if number > 1 else 'it fits'} no rule"
    return [Point(ROWS, text, sum((each.retail for each in found), ZERO))]


def _s(number: int) -> str:
    return "s" if number > 1 else ""
