"""What people are asked about a month that is not complete yet, and told of lines that nobody charges."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from money.enums import HoldCode, Severity
from money.holds import month_question
from money.month.months import Holder, Months
from money.periods import period_label
from money.plan import Hold, Note
from money.words import ZERO, shown


def note_not_invoiced(months: Months) -> list[Note]:
    """Lines that the newest month does not charge while it is not regular yet."""
    if not months.open_month or not months.not_yet:
        return []
    retail = sum((one.retail for one in months.not_yet), ZERO)
    text = (
        f"{len(months.not_yet)} of {months.holders} subscriptions, {shown(retail)}, "
        f"are not invoiced for {period_label(months.open_month)} yet."
    )
    return [note_of_removals(month_question(HoldCode.NOT_INVOICED, text, months.open_month), retail)]


def note_not_any_invoice(month: str, holders: Sequence[Holder]) -> list[Note]:
    """All lines, of a month that has ended without any invoice; none where ``month`` is ""."""
    if not month or not holders:
        return []
    retail = sum((one.retail for one in holders), ZERO)
    text = (
        f"{len(holders)} of {len(holders)} subscriptions, {shown(retail)}, are not invoiced for "
        f"{period_label(month)} yet: the month has ended without an invoice."
    )
    return [note_of_removals(month_question(HoldCode.NOT_INVOICED, text, month), retail)]


def note_of_removals(hold: Hold, retail: Decimal) -> Note:
    """So many lines would go that a person must look first; ``retail`` is what they bill."""
    return Note(
        Severity.WARNING, hold.code, f"{hold.code}:{hold.subject}", hold.text, hold.cure, hold.subject, retail=retail
    )
