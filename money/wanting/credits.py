"""Credits: one negative one-time line per invoice that credits the subscription."""

from __future__ import annotations

from collections.abc import Sequence

from money.amounts import sum_charges
from money.enums import Chosen, PartRole
from money.facts import ChargeFact
from money.holds import held_credit
from money.plan import Hold
from money.steps.amounts import ONE, LineAmount
from money.wanting.brief import PeriodBrief
from money.wanting.wants import PeriodWants, Wanted, refusal
from money.wording import credit_text
from money.words import Money


def want_credits(brief: PeriodBrief, credited: Sequence[ChargeFact]) -> PeriodWants:
    """One negative one-time line per invoice that credits the subscription."""
    by_invoice: dict[int, list[ChargeFact]] = {}
    for charge in credited:
        by_invoice.setdefault(charge.invoice_id, []).append(charge)
    wants = PeriodWants()
    numbers: set[str] = set()
    for invoice_id, charges in by_invoice.items():
        number = charges[0].invoice_number  # a corrected invoice may bear that of the one before
        wants += _want_credit(brief, charges, f"{number}#{invoice_id}" if number in numbers else number)
        numbers.add(number)
    return wants


def _want_credit(brief: PeriodBrief, charges: Sequence[ChargeFact], ordinal: str) -> PeriodWants:
    total = sum_charges(charges)
    amount = total.in_cents()
    mark = brief.marks.of(PartRole.CREDIT, ordinal)
    if not amount or any(part.mark == mark for part in brief.settled):
        return PeriodWants(rounding=total - amount)
    number = charges[0].invoice_number
    wanted = Wanted.of(
        LineAmount(ONE, amount, amount),
        PartRole.CREDIT,
        mark,
        charges,
        text=credit_text(brief.period),
        reason=f"Credit on invoice {number}",
        hold=_hold(brief, amount, number, mark),
    )
    return PeriodWants(wanted=[wanted], rounding=total - amount)


def _hold(brief: PeriodBrief, amount: Money, number: str, mark: str) -> Hold | None:
    subject = f"{PartRole.CREDIT}:{mark}"
    choice = brief.chosen(subject)
    standing = brief.present.own.standing(mark) is not None  # applied before, whatever the setting is now
    apply = choice == Chosen.APPLY if choice else brief.rules.apply_credits or standing
    return refusal(brief.rules, amount, subject) if apply else held_credit(amount.retail, number, subject)
