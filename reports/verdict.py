"""Is the billing of a program right? Answered from what the last sync proved and what waits now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from invoices.models import SourceInvoice
from money.periods import day_label, period_label
from programs.models import Program
from reports.inbox import UnknownRows, Unmapped, held_invoices, unknown_rows, waiting_runs
from reports.overview import KindCard
from syncs.enums import Bucket, RunState, Verdict
from syncs.models import Run
from syncs.proving.month_accounts import MonthAccount
from syncs.proving.verdicts import JudgedMonth, JudgedProgram, ProgramState, Said

GOOD, WARN, BAD, UNKNOWN = "good", "warn", "bad", "info"
TONES = {
    Verdict.COMPLETE: GOOD,
    Verdict.NOT_COMPLETE: WARN,
    Verdict.NOT_RIGHT: BAD,
    Verdict.NOT_KNOWN: UNKNOWN,
}
WORDS = {
    Verdict.COMPLETE: "complete",
    Verdict.NOT_COMPLETE: "not complete",
    Verdict.NOT_RIGHT: "not right",
    Verdict.NOT_KNOWN: "not known",
}
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
DECIDE, MAP, ROWS, FAILED, LAST_RUN, MONTH = "decide", "map", "rows", "failed", "last_run", "month"


@dataclass(frozen=True, slots=True)
class Point:
    """One reason for a verdict; ``place`` says where it is put right. ``amount`` in currency units, signed."""

    place: str
    text: str
    amount: Decimal | None = None
    period: str = ""  # of the month that it is about, "2026-09"


@dataclass(frozen=True, slots=True)
class ProgramVerdict:
    """The answer, and why; without any reason it is right. ``month`` is the newest one."""

    tone: str
    currency: str
    points: list[Point]
    month: JudgedMonth | None = None

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


def verdict_of(card: KindCard, judged: JudgedProgram, unmapped: Unmapped, waiting: Waiting) -> ProgramVerdict:
    """Of the program's billing, whose ``card`` this is. No query."""
    month = judged.newest
    if card.last_success is None and card.last is None:
        return ProgramVerdict(UNKNOWN, unmapped.currency, [])
    account = month.account if month else None
    points = [
        *_wrong(judged.state, account),
        *_unproved(judged.state, month),
        *_left_out(judged.state),
        *_out_of_time(judged.state),
        *_to_decide(judged.state, account, _held(unmapped.program, waiting)),
        *_not_mapped(unmapped, account),
        *_unknown(unmapped.program, waiting, account),
        *_other_months(judged),
    ]
    return ProgramVerdict(_tone(card, judged, points), unmapped.currency, points, month)


def _tone(card: KindCard, judged: JudgedProgram, points: list[Point]) -> str:
    open_months = [month.verdict for month in judged.months if month.closing is None]
    if judged.state.is_wrong or Verdict.NOT_RIGHT in open_months:
        return BAD
    if judged.newest is not None and judged.newest.verdict is Verdict.NOT_KNOWN:
        return UNKNOWN
    if points or Verdict.NOT_COMPLETE in open_months:
        return WARN
    return GOOD if judged.newest is not None and card.last_success else UNKNOWN


def _wrong(state: ProgramState, account: MonthAccount | None) -> Iterator[Point]:
    number, failed = state.errors.number, _bucket(account, Bucket.FAILED)
    if number:
        yield Point(FAILED, f"{number} error{_s(number)}: what is concerned is not on the templates", failed)
    elif failed is not None:
        yield Point(FAILED, "Not, or not certainly, written: it is not on the templates", failed)
    if account is not None and not account.balanced:
        yield Point(LAST_RUN, "An invoice does not balance: this is a fault of the program, tell the operator")
    often = state.too_often
    if often.number:
        text = f"{often.number} warning{_s(often.number)} about months that are billed several times"
        yield Point(DECIDE, text, often.retail)


def _unproved(state: ProgramState, month: JudgedMonth | None) -> Iterator[Point]:
    if month is None or month.verdict is not Verdict.NOT_KNOWN:
        if state.broke_off.number:
            yield Point(LAST_RUN, "The last sync ended with an error")
        return
    why = "The last sync ended with an error: no" if state.broke_off.number else "No"
    since = month.account.proved_at
    day = f" since {day_label(timezone.localtime(since).date())}" if since else " yet"
    yield Point(LAST_RUN, f"{why} proof{day}")


def _left_out(state: ProgramState) -> Iterator[Point]:
    """What the last sync planned and did not write, because somebody stopped it."""
    if state.stopped:
        yield Point(LAST_RUN, f"{_STOPPED[state.stopped]}: what it would have written is not on the templates")


def _out_of_time(state: ProgramState) -> Iterator[Point]:
    """What stands without a charge, and what is not billed in its time."""
    found: list[tuple[Said, str]] = [
        (state.uncharged, "line{s} without a charge: the customer is billed and you are not"),
        (state.late, "warning{s} about money that is not billed in its time"),
    ]
    for said, text in found:
        if said.number:
            yield Point(DECIDE, f"{said.number} {text.format(s=_s(said.number))}", said.retail)


def _to_decide(state: ProgramState, account: MonthAccount | None, held: int) -> Iterator[Point]:
    """What is held of the month, and how many items wait."""
    number, amount = state.to_decide.number + state.plans + held, _bucket(account, Bucket.HELD)
    if number:
        yield Point(DECIDE, f"{number} item{_s(number)} wait{'' if number > 1 else 's'} for your decision", amount)
    elif amount is not None:
        yield Point(LAST_RUN, "Held until the next sync plans it", amount)


def _held(program: Program, waiting: Waiting) -> int:
    return sum((each.source_id, each.program_slug) == (program.source_id, program.slug) for each in waiting.held)


def _not_mapped(unmapped: Unmapped, account: MonthAccount | None) -> Iterator[Point]:
    amount = _bucket(account, Bucket.NOT_MAPPED)
    if unmapped.number:
        yield Point(MAP, f"{unmapped.number:,} not mapped: charged to you and billed to nobody", amount)
    elif amount is not None:
        yield Point(MAP, "Of the time before a mapping: charged to you and billed to nobody", amount)


def _unknown(program: Program, waiting: Waiting, account: MonthAccount | None) -> Iterator[Point]:
    amount = _bucket(account, Bucket.UNKNOWN)
    month = account.month if account else None
    number = sum(each.rows for each in waiting.unknown if each.of(program) and each.month == month)
    if number or amount is not None:
        text = f"{number:,} unknown row{_s(number)}: {'they fit' if number > 1 else 'it fits'} no rule"
        yield Point(ROWS, text, amount)


def _other_months(judged: JudgedProgram) -> Iterator[Point]:
    """Months beside the newest one of which something is open, unless an owner closed them."""
    for month in judged.months:
        account = month.account
        if not account.newest and month.closing is None and month.verdict is not Verdict.COMPLETE:
            period = f"{account.month:%Y-%m}"
            yield Point(MONTH, f"{period_label(period)} is {WORDS[month.verdict]}", account.open_retail, period)


def _bucket(account: MonthAccount | None, name: str) -> Decimal | None:
    """Retail of the bucket; None where nothing is in it."""
    return account.retail_of(name) if account is not None and name in account.occurs else None


def _s(number: int) -> str:
    return "s" if number > 1 else ""
