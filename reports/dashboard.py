"""What the dashboard of a partner and the overview of a program say: is the billing right, and what waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from connections.models import Connection, ConnectionStatus
from invoices.models import SourceInvoice
from invoices.selectors import listed_invoices
from programs.models import Program
from reports.inbox import Unmapped, decidable, notable, unmapped_of, waiting_runs
from reports.months import MonthReport, newest_report, newest_reports
from reports.overview import KindCard, ProgramCards, has_written, program_cards
from reports.trend import Trend, trends_of
from reports.verdict import ProgramVerdict, Waiting, verdict_of
from syncs.enums import RunKind
from syncs.models import Finding, Run
from syncs.proving.verdicts import JudgedProgram, judge_programs

MOST_NAMED = 3  # of each kind that waits
# What is named of a finding: reading whole rows takes longer than finding them.
_NAMED = ("text", "cure", "severity", "retail")


@dataclass(frozen=True, slots=True)
class Board:
    """One program: is its billing right, its newest month and invoice, its syncs, and what they came to."""

    program: Program
    verdict: ProgramVerdict | None  # None while billing is off
    unmapped: Unmapped
    month: MonthReport | None  # the newest one that a sync has proved
    months: list[MonthReport]  # the newest ones, and those that came after it
    invoice: SourceInvoice | None
    cards: list[KindCard]
    trend: Trend | None


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All programs of a partner; of what waits the first few."""

    boards: list[Board]
    written: bool  # whether a sync has ever written something: until then the set-up is shown
    waiting_runs: list[Run]
    held_invoices: list[SourceInvoice]
    decidable: QuerySet[Finding]
    notable: QuerySet[Finding]
    connections: list[Connection]

    @property
    def failing(self) -> list[Connection]:
        """Connections that need attention."""
        return [each for each in self.connections if each.status == ConnectionStatus.ATTENTION]


@dataclass(frozen=True, slots=True)
class ProgramOverview:
    """One program; of what waits the first few."""

    cards: list[KindCard]
    month: MonthReport | None
    months: list[MonthReport]
    invoice: SourceInvoice | None
    waiting_runs: QuerySet[Run]
    decidable: QuerySet[Finding]
    notable: QuerySet[Finding]


def read_dashboard(programs: Sequence[Program], today: dt.date) -> Dashboard:
    """All programs of the open partner. A constant number of queries for each."""
    waiting = Waiting.read()
    boards = program_boards(programs, waiting, today)
    connections = Connection.objects.exclude(status=ConnectionStatus.NOT_ENABLED).order_by("pk")
    return Dashboard(
        boards=boards,
        written=has_written(programs),
        waiting_runs=waiting.plans[:MOST_NAMED],
        held_invoices=waiting.held[:MOST_NAMED],
        decidable=decidable().select_related(None).only(*_NAMED)[:MOST_NAMED],
        notable=notable().select_related(None).only(*_NAMED)[:MOST_NAMED],
        connections=list(connections),
    )


def read_overview(program: Program) -> ProgramOverview:
    """One program: its two cards, the newest month or else invoice, and what most needs a person."""
    judged = judge_programs([program])[program.pk]
    return ProgramOverview(
        cards=program_cards([program])[0].cards,
        month=newest_report(judged),
        months=newest_reports(judged),
        invoice=newest_invoice(program),
        waiting_runs=waiting_runs().filter(program=program)[:MOST_NAMED],
        decidable=decidable().filter(program=program).select_related(None)[:MOST_NAMED],
        notable=notable().filter(program=program).select_related(None)[:MOST_NAMED],
    )


def program_boards(programs: Sequence[Program], waiting: Waiting, today: dt.date) -> list[Board]:
    """The boards of these programs. A constant number of queries for each."""
    trends, judged = trends_of([program.pk for program in programs], today), judge_programs(list(programs))
    return [
        _board(each, judged[each.program.pk], waiting, trends.get(each.program.pk)) for each in program_cards(programs)
    ]


def newest_invoice(program: Program) -> SourceInvoice | None:
    """The newest one that is to be billed."""
    return listed_invoices(program).filter(past=False).first()


def _board(each: ProgramCards, judged: JudgedProgram, waiting: Waiting, trend: Trend | None) -> Board:
    unmapped = unmapped_of(each.program)
    billing = next(card for card in each.cards if card.kind is RunKind.BILLING)
    return Board(
        program=each.program,
        verdict=verdict_of(billing, judged, unmapped, waiting) if billing.on else None,
        unmapped=unmapped,
        month=newest_report(judged),
        months=newest_reports(judged),
        invoice=newest_invoice(each.program),
        cards=each.cards,
        trend=trend,
    )
