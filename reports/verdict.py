"""Is the billing of a program right? Answered from what the last sync proved and what waits now."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Sum
from django.db.models.functions import Abs

from invoices.models import SourceInvoice
from money.enums import Severity
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
    wrong = _wrong(card, unmapped.program.pk)
    open_points = [*_left_out(card), *_to_decide(unmapped, waiting), *_not_mapped(unmapped)]
    open_points += _unknown(unmapped, waiting)
    tone = BAD if wrong else WARN if open_points else GOOD if card.last_success else UNKNOWN
    return Verdict(tone, unmapped.currency, [*wrong, *open_points])


def _wrong(card: KindCard, program_id: int) -> list[Point]:
    errors = Finding.objects.filter(program=program_id, closed_at=None, severity=Severity.ERROR)
    found = errors.aggregate(number=Count("pk"), retail=Sum(Abs("retail")))
    number = found["number"]
    if number:
        return [
            Point(FAILED, f"{number} error{_s(number)}: what is concerned is not on the templates", found["retail"])
        ]
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
