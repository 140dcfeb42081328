"""Remember which generated invoices carry our lines, and for which period each counts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from connectors.records import id_order
from money.amounts import times
from money.enums import LineState, PartRole
from money.facts import MappingFacts, OwnLine, RunAhead
from money.month.ahead import mark_ahead
from money.plan import Plan
from money.words import ZERO, Money
from programs.models import Program
from syncs.facts.evidence import Evidence, SeenRun
from syncs.models import BilledRun, Line


@dataclass(frozen=True, slots=True)
class _Counted:
    """The period that a run counts for, "" where it is ahead; ``beyond``: more than the period charges.

    ``by_hand`` is the retail that it billed beside what counts, as somebody had edited the line.
    """

    period: str
    beyond: bool = False
    by_hand: Decimal = ZERO


def remember_proof(program: Program, planned: Iterable[MappingFacts], made: Plan, evidence: Evidence) -> None:
    """Note on our lines which invoices carry them, as the plan took them. Inside the scope.

    In the transaction that stores what follows from it: an invoice that is noted proves nothing again. A mapping in
    trouble concludes nothing, so it uses nothing up.
    """
    sound = [facts for facts in planned if not facts.mapping.trouble and facts.template is not None]
    lines = _standing_lines(sound)
    recurring = {mark: own for mark, own in lines.items() if own.role is PartRole.RECURRING}
    counted = _counted_ahead(recurring, made, evidence.ahead)
    told = _told(evidence, recurring, made, {mark for mark, _ in counted})
    _count_waiting(program, counted)
    proving = counted | _counted_first(sound, told, made, evidence)
    rows = [
        _row(program, recurring[run.mark], run, made, proving.get((run.mark, run.invoice_id), _Counted("")))
        for run in told
    ]
    BilledRun.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    newest = {run.mark: run.invoice_id for run in sorted(told, key=lambda run: id_order(run.invoice_id))}
    billed = {mark: evidence.billed_by[mark] for mark in made.billed_marks & evidence.billed_by.keys() & lines.keys()}
    _note_on_lines(program, billed | newest, evidence.looked)


def _standing_lines(sound: Iterable[MappingFacts]) -> dict[str, OwnLine]:
    """By mark, our lines of the mappings that a plan could be made of."""
    return {own.mark: own for facts in sound for own in facts.own_lines if own.state is LineState.STANDING}


def _told(evidence: Evidence, lines: Collection[str], made: Plan, counted: Collection[str]) -> list[SeenRun]:
    """Runs of these lines that are settled: what counts for a month now must not count again."""
    runs = (run for run in evidence.runs if run.mark in lines)
    return [run for run in runs if run.mark in counted or _is_concluded(run, made, evidence)]


def _is_concluded(run: SeenRun, made: Plan, evidence: Evidence) -> bool:
    return run.mark not in evidence.billed_by or run.mark in made.proved


def _counted_ahead(
    lines: Mapping[str, OwnLine], made: Plan, ahead: Iterable[RunAhead]
) -> dict[tuple[str, str], _Counted]:
    """By mark and invoice, the runs ahead that the plan counts for a period; those after its first are beyond it."""
    counting = {part.mark: (posting.period, part.retail) for posting in made.postings for part in posting.parts}
    found: dict[tuple[str, str], _Counted] = {}
    taken: set[tuple[str, str]] = set()
    for run in sorted(ahead, key=lambda run: id_order(run.invoice_id)):
        own = lines.get(run.mark)
        count = counting.get(mark_ahead(own, run)) if own is not None else None
        if own is not None and count is not None:
            period, retail = count
            beyond = (run.mark, period) in taken or period == own.period
            billed = times(run.quantity, Money(ZERO, run.price)).retail
            found[run.mark, run.invoice_id] = _Counted(period, beyond, billed - retail)
            taken.add((run.mark, period))
    return found


def _counted_first(
    sound: Iterable[MappingFacts], told: Iterable[SeenRun], made: Plan, evidence: Evidence
) -> dict[tuple[str, str], _Counted]:
    """By mark and invoice, the runs that prove the period that their line stood for."""
    lines = {own.mark: (own, facts.mapping) for facts in sound for own in facts.own_lines}
    found: dict[tuple[str, str], _Counted] = {}
    for run in told:
        if evidence.billed_by.get(run.mark) == run.invoice_id:
            own, mapping = lines[run.mark]
            by_hand = _beside_ours(run, synced=mapping.sync_retail)
            found[run.mark, run.invoice_id] = _Counted(_stood_for(own, made), by_hand=by_hand)
    return found


def _stood_for(own: OwnLine, made: Plan) -> str:
    return made.proved.get(own.mark, own.period)


def _beside_ours(run: SeenRun, *, synced: bool) -> Decimal:
    """What the run that proves a period billed beside our line. A price that is not synced is what people make it."""
    price = run.written_price if synced else run.price
    billed, ours = times(run.quantity, Money(ZERO, run.price)), times(run.written_quantity, Money(ZERO, price))
    return (billed - ours).retail


def _row(program: Program, own: OwnLine, run: SeenRun, made: Plan, count: _Counted) -> BilledRun:
    return BilledRun(
        program=program,
        customer_id=own.customer_id,
        subscription_id=own.subscription_id,
        motion=own.motion,
        mark=run.mark,
        invoice_id=run.invoice_id,
        invoice_number=run.number[:60],
        quantity=run.quantity,
        price=run.price,
        written_quantity=run.written_quantity,
        written_price=run.written_price,
        stood_for=_stood_for(own, made),
        period=count.period,
        beyond=count.beyond,
        by_hand=count.by_hand,
    )


def _count_waiting(program: Program, counted: Mapping[tuple[str, str], _Counted]) -> None:
    """Runs that earlier plans found ahead of their month, and that this one counts."""
    waiting = BilledRun.objects.filter(program=program, period="", mark__in={mark for mark, _ in counted})
    changed = [row for row in waiting if (row.mark, row.invoice_id) in counted]
    for row in changed:
        count = counted[row.mark, row.invoice_id]
        row.period, row.beyond, row.by_hand = count.period, count.beyond, count.by_hand
    BilledRun.objects.bulk_update(changed, ["period", "beyond", "by_hand"], batch_size=500)


def _note_on_lines(program: Program, billed_on: Mapping[str, str], looked: Mapping[str, date]) -> None:
    standing = Line.objects.filter(program=program, state=LineState.STANDING, mark__in=billed_on)
    lines = list(standing)
    for line in lines:
        line.billed_on = billed_on[line.mark]
        line.seen_run = looked.get(line.mark, line.seen_run)
    Line.objects.bulk_update(lines, ["billed_on", "seen_run"], batch_size=500)
