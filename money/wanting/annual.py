"""Seat Based Annual and what is bought once: one one-time line per charge."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from money.amounts import sum_charges, unit_of_row, units_charged
from money.enums import PartRole, Style
from money.facts import ChargeFact, source_of
from money.steps import go_through
from money.steps.amounts import ONE, Amounts
from money.wanting.brief import PeriodBrief
from money.wanting.wants import PeriodWants, Wanted, refusal
from money.wording import charge_text, rows_text
from money.words import NOTHING, ZERO, Money

_NAMES = {False: "Annual charge", True: "One-time charge"}


def want_annual(brief: PeriodBrief, charges: Sequence[ChargeFact]) -> PeriodWants:
    """One one-time line per charge; one for the net of them where that is not possible, or where they are metered."""
    ordered = sorted(charges, key=lambda charge: (charge.invoice_id, charge.line))
    marked = {brief.marks.nth(PartRole.CHARGE, place): charge for place, charge in enumerate(ordered)}
    amounts = {mark: sum_charges([charge]).in_cents() for mark, charge in marked.items()}
    settled = {part.mark: part.source for part in brief.settled_as(PartRole.CHARGE)}
    refused = not brief.rules.negative_lines and any(amount.negative for amount in amounts.values())
    metered = len(charges) > 1 and any(one.one_time and str(one.days) != brief.period.period for one in charges)
    if refused or metered or any(amounts.get(mark) != amount for mark, amount in settled.items()):
        return _want_net(brief, ordered)
    lines = (_want_charge(brief, charge, mark, billed=mark in settled) for mark, charge in marked.items())
    return sum(lines, PeriodWants())


def _want_charge(brief: PeriodBrief, charge: ChargeFact, mark: str, *, billed: bool) -> PeriodWants:
    """Quantity and unit price of the row where they come to exactly its amount, else the amount."""
    charged = sum_charges([charge])
    amount = charged.in_cents()
    if billed or not amount:
        return PeriodWants(rounding=charged - amount)
    unit = unit_of_row(charge, amount)
    quantity = ZERO if unit is None else charge.signed_quantity
    return _annual_line(brief, [charge], charged, mark, quantity=quantity, unit=unit or amount)


def _want_net(brief: PeriodBrief, charges: Sequence[ChargeFact]) -> PeriodWants:
    """One line for all charges, less what was billed: where single lines are refused or came out otherwise."""
    billed = brief.settled_as(PartRole.CHARGE)
    charged = sum_charges(charges) - source_of(billed)
    amount = charged.in_cents()
    if not amount:
        return PeriodWants(rounding=charged)
    own = sum((part.amount for part in billed), NOTHING)
    mark = brief.free_mark(PartRole.CHARGE)
    return _annual_line(brief, charges, charged, mark, quantity=ZERO, unit=amount, billed=own)


def _annual_line(
    brief: PeriodBrief,
    charges: Sequence[ChargeFact],
    charged: Money,
    mark: str,
    *,
    quantity: Decimal,
    unit: Money,
    billed: Money = NOTHING,
) -> PeriodWants:
    """The line of a charge, or of the rest of all; ``billed`` in the lines' own prices."""
    standing = brief.present.unit_under(mark)
    if standing is None:
        units, terms = units_charged(charges), brief.terms(None, billed)
    else:  # what stands on the line is the price of all its units
        units, terms = ONE, brief.terms(standing)
    begun = Amounts(Style.LINE_PER_CHARGE, tuple(charges), charged, quantity, unit, units)
    amounts, reasons = go_through(begun, terms)
    line = amounts.main if quantity else amounts.difference
    text = charge_text(brief.period)
    wanted = Wanted.of(
        line,
        PartRole.CHARGE,
        mark,
        charges,
        text=text if quantity else f"{text}, {rows_text(charges)}",
        reason=f"{_NAMES[charges[0].one_time]} on invoice {charges[0].invoice_number}, line {charges[0].line}",
        hold=refusal(brief.rules, line.amount, f"{PartRole.CHARGE}:{mark}"),
    )
    return PeriodWants(wanted=[wanted], rounding=amounts.rounding, reasons=reasons)
