"""The verdict of each month, and whether it is closed. Inside the scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from invoices.models import Charge
from money.enums import Severity
from money.month.waiting import Wait
from money.words import ZERO
from programs.models import Program
from syncs.enums import Bucket, ChangeState, RunKind, RunState, Verdict
from syncs.facts.closings import load_closings
from syncs.facts.questions import open_questions
from syncs.models import Finding, MonthClosing, Run
from syncs.proving.again import find_billed_again
from syncs.proving.month_accounts import MonthAccount, load_accounts

LONGEST = dt.timedelta(days=2)  # without a proof: syncs are daily
_BROKE_OFF = "run"  # code of what a run reports that could not go on
_TOO_OFTEN = ("billed_again", str(Wait.OFTEN))
_UNCHARGED = ("stands_without_charge",)
_LATE = tuple(str(wait) for wait in Wait if wait is not Wait.OFTEN)
_STOPPED = (RunState.DISCARDED, RunState.CANCELLED)


@dataclass(frozen=True, slots=True)
class Said:
    """How many open findings or items say something, and their retail, signed."""

    number: int = 0
    retail: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class ProgramState:
    """What is to be said of a program beside its sums."""

    errors: Said = Said()
    broke_off: Said = Said()  # the last run could not go on
    too_often: Said = Said()  # billed more often than charged
    uncharged: Said = Said()
    late: Said = Said()  # for a run that is far, or that is not to come
    to_decide: Said = Said()
    plans: int = 0  # that wait
    stopped: str = ""  # state of the last run, where somebody stopped it and it left something out
    again: frozenset[dt.date] = frozenset()  # usage months of which a charge is billed several times

    @property
    def is_wrong(self) -> bool:
        """Whether what stands at the target, or was billed, is not right."""
        return bool(self.errors.number or self.too_often.number)

    @property
    def waits(self) -> bool:
        """Whether anything waits for a person."""
        found = (self.to_decide, self.uncharged, self.late)
        return bool(self.plans or self.stopped or any(said.number for said in found))


@dataclass(frozen=True, slots=True)
class JudgedMonth:
    """A usage month with its verdict; ``closing`` where an owner closed it."""

    account: MonthAccount
    verdict: Verdict
    closing: MonthClosing | None = None

    @property
    def closed(self) -> bool:
        """Whether it is over: an owner said so, or it is complete and invoices carry all of it."""
        return self.closing is not None or (self.verdict is Verdict.COMPLETE and not self.account.total.ready)


@dataclass(frozen=True, slots=True)
class JudgedProgram:
    """A program's months, the newest first, and what is said beside them."""

    state: ProgramState
    months: tuple[JudgedMonth, ...] = field(default=())

    @property
    def newest(self) -> JudgedMonth | None:
        """The newest regular month."""
        return next((month for month in self.months if month.account.newest), None)


def judge_programs(programs: list[Program]) -> dict[int, JudgedProgram]:
    """By program, from what is stored. A constant number of queries for each."""
    known = load_accounts(programs)
    return {program.pk: judge(program, known[program.pk].all) for program in programs}


def judge(program: Program, accounts: Iterable[MonthAccount]) -> JudgedProgram:
    """The verdicts of these months. Five queries, some more where something is billed again or closed."""
    state, closings = read_state(program), load_closings(program)
    months = (JudgedMonth(one, _verdict_of(program, one, state), closings.get(one.month)) for one in accounts)
    return JudgedProgram(state, tuple(months))


def closed_months(program: Program) -> set[dt.date]:
    """First days of the usage months that are closed."""
    return {month.account.month for month in judge_programs([program])[program.pk].months if month.closed}


def read_state(program: Program) -> ProgramState:
    """As it is now. Five queries, or some more."""
    error = Q(severity=Severity.ERROR)
    kinds = {
        "errors": error & ~Q(code=_BROKE_OFF),
        "broke_off": error & Q(code=_BROKE_OFF),
        "too_often": Q(code__in=_TOO_OFTEN),
        "uncharged": Q(code__in=_UNCHARGED),
        "late": Q(code__in=_LATE),
    }
    return ProgramState(
        to_decide=_sum_up(open_questions().filter(program=program), {"all": Q()})["all"],
        plans=Run.objects.filter(program=program, state=RunState.WAITING, preview=False).count(),
        stopped=_stopped(program),
        again=_months_again(program),
        **_sum_up(Finding.objects.filter(program=program, closed_at=None), kinds),
    )


def _sum_up(findings: QuerySet[Finding], kinds: dict[str, Q]) -> dict[str, Said]:
    sums: dict[str, Any] = {}
    for name, kind in kinds.items():
        sums |= {f"{name}_number": Count("pk", filter=kind), f"{name}_retail": Sum("retail", filter=kind)}
    found = findings.order_by().aggregate(**sums)
    return {name: Said(found[f"{name}_number"], found[f"{name}_retail"] or ZERO) for name in kinds}


def _stopped(program: Program) -> str:
    """Where somebody stopped the last billing run, and it would have written something."""
    runs = Run.objects.filter(program=program, kind=RunKind.BILLING, preview=False)
    last = runs.filter(state__in=(RunState.FINISHED, RunState.WAITING, *_STOPPED)).only("state").first()
    if last is None or last.state not in _STOPPED or not last.changes.filter(state=ChangeState.DROPPED).exists():
        return ""
    return str(last.state)


def _months_again(program: Program) -> frozenset[dt.date]:
    found: set[dt.date] = set()
    for one in find_billed_again(program):
        rows = Charge.objects.filter(
            customer=one.customer, motion=one.motion, period=one.period, invoice__program_slug=program.slug
        )
        found.update(rows.order_by().values_list("invoice__month", flat=True).distinct())
    return frozenset(found)


def _verdict_of(program: Program, account: MonthAccount, state: ProgramState) -> Verdict:
    if account.proved_at is None:
        return Verdict.NOT_KNOWN
    failed = Bucket.FAILED in account.occurs
    if failed or not account.balanced or account.month in state.again or (account.newest and state.is_wrong):
        return Verdict.NOT_RIGHT
    if account.newest and (state.broke_off.number or _is_overdue(program, account.proved_at)):
        return Verdict.NOT_KNOWN
    if account.waits or (account.newest and state.waits):
        return Verdict.NOT_COMPLETE
    return Verdict.COMPLETE


def _is_overdue(program: Program, proved_at: dt.datetime) -> bool:
    """Whether no daily sync has proved anything for too long."""
    return program.enabled and program.billing_enabled and timezone.now() - proved_at > LONGEST
