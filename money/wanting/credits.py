"""Credits: one negative one-time line per invoice that credits the subscription."""

from __future__ import annotations

from money.amounts import sum_charges
from money.enums import PartRole
from money.facts import ChargeFact, MappingFacts, PeriodFact
from money.holds import held_credit
from money.marks import line_mark
from money.present import own_line
from money.wanting.wants import (
    ONE,
    PeriodWants,
    Wanted,
    charge_ids,
    refusal,
)
from money.wording import credit_text
from money.words import NOTHING


def want_credits(facts: MappingFacts, period: PeriodFact, wants: PeriodWants) -> None:
    """One negative one-time line per invoice that credits the subscription."""
    settled = {part.mark for part in wants.fixed}
    by_invoice: dict[int, list[ChargeFact]] = {}
    for charge in period.charges:
        if charge.credit:
            by_invoice.setdefault(charge.invoice_id, []).append(charge)
    numbers: set[str] = set()
    for invoice_id, charges in by_invoice.items():
        number = charges[0].invoice_number  # a corrected invoice may bear that of the one before
        wanted = _credit_line(facts, period, charges, f"{number}#{invoice_id}" if number in numbers else number)
        numbers.add(number)
        wants.rounding += sum_charges(charges) - wanted.amount
        if wanted.mark not in settled and wanted.amount:
            wants.wanted.append(wanted)


def _credit_line(facts: MappingFacts, period: PeriodFact, charges: list[ChargeFact], ordinal: str) -> Wanted:
    amount = sum_charges(charges).in_cents()
    number = charges[0].invoice_number
    mark = line_mark(period.subscription, facts.mapping.motion, PartRole.CREDIT, period.period, ordinal)
    subject = f"credit:{mark}"
    choice = facts.choices.get(subject)
    standing = own_line(facts, mark) is not None  # applied before, whatever the setting is now
    apply = choice.choice == "apply" if choice else facts.rules.apply_credits or standing
    hold = refusal(facts, amount, subject)
    if not apply:
        hold = held_credit(amount.retail, number, subject)
    return Wanted(
        role=PartRole.CREDIT,
        mark=mark,
        quantity=ONE,
        unit=amount,
        amount=amount,
        rules=NOTHING,
        text=credit_text(period),
        reason=f"Credit on invoice {number}",
        charge_ids=charge_ids(charges),
        hold=hold,
    )
