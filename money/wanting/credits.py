"""Credits: one negative one-time line for each, of the sum of all its rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from money.amounts import sum_charges
from money.enums import Chosen, PartRole, PartState
from money.facts import ChargeFact, PostingPart
from money.holds import held_credit
from money.month.ahead import credit_mark
from money.periods import period_label
from money.plan import Hold
from money.steps.amounts import ONE, LineAmount
from money.wanting.brief import PeriodBrief
from money.wanting.wants import PeriodWants, Wanted, refusal
from money.wording import credit_text, made_of_text
from money.words import NOTHING, Money


def want_credits(brief: PeriodBrief, credited: Sequence[ChargeFact]) -> PeriodWants:
    """One negative one-time line for each credit, of the sum of its rows."""
    by_credit: dict[str, list[ChargeFact]] = {}
    for charge in credited:
        by_credit.setdefault(charge.credit, []).append(charge)
    given = _given_for_others(brief, by_credit)
    return sum((_want_credit(brief, charges, ordinal, given) for ordinal, charges in by_credit.items()), PeriodWants())


def _given_for_others(brief: PeriodBrief, names: Collection[str]) -> list[Money]:
    """What runs gave back already for invoices that count no more: the one that replaces them gives the rest alone."""
    known = {brief.marks.of(PartRole.CREDIT, name) for name in names} | {part.mark for part in settled_back(brief)}
    billed = (part for part in brief.settled if part.role is PartRole.CREDIT and part.state is PartState.BILLED)
    return [part.source for part in billed if part.mark not in known]


def _want_credit(brief: PeriodBrief, charges: Sequence[ChargeFact], ordinal: str, given: list[Money]) -> PeriodWants:
    total = sum_charges(charges)
    amount = total.in_cents()
    rounding = total - amount
    mark = brief.marks.of(PartRole.CREDIT, ordinal)
    if not amount or any(part.mark == mark for part in brief.settled):
        return PeriodWants(rounding=rounding)
    if given:
        amount -= given.pop(0)
        if not amount.negative:  # what was given beyond the credit is left for a person
            return PeriodWants(rounding=rounding)
    made_of = made_of_text(charges)
    wanted = Wanted.of(
        LineAmount(ONE, amount, amount),
        PartRole.CREDIT,
        mark,
        charges,
        text=credit_text(brief.period),
        reason=f"Credit on {made_of}",
        hold=_hold(brief, amount, made_of, mark),
    )
    if not amount.negative:  # less than a cent is given back, and it costs something: the customer sees nothing of it
        wanted = replace(wanted, hold=None, excluded="Only the cost differs", only_cost=True)
    return PeriodWants(wanted=[wanted], rounding=rounding)


def settle_reversal(brief: PeriodBrief, wants: PeriodWants) -> PeriodWants:
    """Of a period that was taken back after it was billed: lines that its other rows still ask for settle it.

    What would be given back beyond them is a credit.
    """
    others = [one.amount for one in wants.wanted if _stays(one)]
    charged = sum(others, NOTHING)
    settled = replace(wants, wanted=[])
    for wanted in wants.wanted:
        settled += _settled(brief, wanted, charged) if _gives_back(wanted) else PeriodWants(wanted=[wanted])
    return settled


def _stays(wanted: Wanted) -> bool:
    return wanted.counts and wanted.hold is None and not wanted.excluded and not wanted.amount.negative


def _gives_back(wanted: Wanted) -> bool:
    return wanted.one_time and wanted.amount.negative and wanted.hold is None


def _settled(brief: PeriodBrief, wanted: Wanted, charged: Money) -> PeriodWants:
    beyond = wanted.amount + charged
    if not beyond.negative:
        return PeriodWants(wanted=[wanted])
    reversal = f"invoice {brief.period.reversed_by}"
    if not charged:
        return PeriodWants(wanted=[replace(wanted, hold=_hold(brief, wanted.amount, reversal, wanted.mark))])
    of_it = replace(wanted, unit=NOTHING - charged, amount=NOTHING - charged)
    return PeriodWants(wanted=[of_it, want_reversed(brief, beyond)])


def want_reversed(brief: PeriodBrief, beyond: Money) -> Wanted:
    """What was billed of a period that was taken back, beyond what it charges still: one credit, held or applied."""
    number, amount = brief.period.reversed_by, beyond.in_cents()
    mark = _reversal_mark(brief)
    return Wanted.of(
        LineAmount(ONE, amount, amount),
        PartRole.CREDIT,
        mark,
        (),
        text=credit_text(brief.period),
        reason=f"Invoice {number} takes back what was billed",
        hold=_hold(brief, amount, f"invoice {number}", mark),
    )


def settled_back(brief: PeriodBrief) -> list[PostingPart]:
    """What was given back already of what was billed beyond the period: by runs, or before an invoice was reversed."""
    reversed_by = {_reversal_mark(brief)} if brief.period.reversed_by else set()
    return [part for part in brief.settled if part.mark in _marks_ahead(brief) | reversed_by]


def want_back(brief: PeriodBrief, line: LineAmount, charges: Sequence[ChargeFact]) -> PeriodWants:
    """What runs of the template billed beyond the period: one credit, held or applied."""
    ordinal = sum(part.mark in _marks_ahead(brief) for part in brief.settled) + 1
    mark = credit_mark(brief.marks, ordinal)
    made_of = f"what the template billed beyond {period_label(brief.period.period)}"
    wanted = Wanted.of(
        line,
        PartRole.CREDIT,
        mark,
        charges,
        text=credit_text(brief.period),
        reason=f"Credit of {made_of}",
        hold=_hold(brief, line.amount, made_of, mark),
    )
    return PeriodWants(wanted=[wanted])


def _marks_ahead(brief: PeriodBrief) -> set[str]:
    return {credit_mark(brief.marks, ordinal) for ordinal in range(1, len(brief.settled) + 1)}


def _reversal_mark(brief: PeriodBrief) -> str:
    return brief.marks.of(PartRole.CREDIT, brief.period.reversed_by)


def _hold(brief: PeriodBrief, amount: Money, made_of: str, mark: str) -> Hold | None:
    """Whether it is applied: by a person's answer, else by the program's setting; what stands was applied before."""
    subject = f"{PartRole.CREDIT}:{mark}"
    choice = brief.chosen(subject)
    standing = brief.present.own.standing(mark) is not None
    apply = choice == Chosen.APPLY if choice else brief.rules.apply_credits or standing
    return refusal(brief.rules, amount, subject) if apply else held_credit(amount.retail, made_of, subject)
