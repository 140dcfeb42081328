"""What people are told about a plan, in the field's words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from connectors.records import MONTHLY
from money.enums import Severity
from money.facts import MappingFact, OwnLine, PeriodFact, Posted, PostingPart, ProductFact
from money.motions import MOTIONS
from money.periods import day_label, month_after, period_label
from money.plan import Hold, Note
from money.present import PresentLines
from money.wanting.wants import Wanted
from money.words import ZERO, Money, plain, shown

NO_PRODUCT = "no_product"  # code of a line without a product link


def note_of_hold(mapping: MappingFact, period: PeriodFact, hold: Hold, mark: str, retail: Decimal) -> Note:
    """An amount waits for a person; ``retail`` in currency units."""
    return Note(
        Severity.WARNING,
        hold.code,
        f"{hold.code}:{hold.subject}" if hold.subject else f"{hold.code}:{mark}:{period.period}",
        f"{mapping.customer}: {hold.text}",
        hold.cure,
        hold.subject,
        mapping.customer_id,
        retail,
    )


def note_excluded(mapping: MappingFact, period: PeriodFact, wanted: Wanted) -> Note:
    """An amount is not billed, and why."""
    if wanted.only_cost:
        return Note(
            Severity.INFO,
            "only_cost",
            f"only_cost:{wanted.mark}",
            f"{mapping.customer}: {wanted.text}: the customer's amount is right, your cost differs by "
            f"{shown(wanted.amount.cost)}. No line is written for it.",
            customer_id=mapping.customer_id,
            subscription_id=period.subscription_id,
        )
    return Note(
        Severity.WARNING,
        "excluded",
        f"excluded:{wanted.mark}",
        f"{mapping.customer}: {wanted.text}: {shown(wanted.amount.retail)} is not billed ({wanted.excluded}).",
        customer_id=mapping.customer_id,
        retail=wanted.amount.retail,
        subscription_id=period.subscription_id,
    )


def note_billed_ahead(mapping: MappingFact, period: PeriodFact, early: Sequence[PostingPart]) -> list[Note]:
    """Runs came before the invoice: what they billed counts for the period, and only the difference is billed."""
    if not early:
        return []
    retail = sum((part.retail for part in early), ZERO)
    times = f" {len(early)} times" if len(early) > 1 else ""
    return [
        Note(
            Severity.WARNING,
            "billed_ahead",
            f"billed_ahead:{period.subscription}:{period.period}",
            f"{mapping.customer}, {_product_name(period)}: the template ran{times} before the lines for "
            f"{period_label(period.period)} were written, and billed {shown(retail)} as the line stood. That counts "
            "for the month.",
            "Let the template run after the day on which the invoices come.",
            customer_id=mapping.customer_id,
            subscription_id=period.subscription_id,
            retail=retail,
        )
    ]


def note_given_away(mapping: MappingFact, period: PeriodFact, tolerance: Decimal) -> list[Note]:
    """Rows that cost the partner something and the customer nothing: that may be meant, and is said with the cost."""
    given = [charge for charge in period.charges if charge.positive and not charge.retail and not charge.credit]
    cost = sum((charge.cost for charge in given), ZERO)
    if cost <= tolerance:
        return []
    return [
        Note(
            Severity.WARNING,
            "given_away",
            f"given_away:{period.subscription}:{period.period}",
            f"{mapping.customer}, {_product_name(period)}: {shown(cost)} of cost is invoiced at a retail price of 0.00 "
            f"for {period_label(period.period)}.",
            "Nothing needs to be done where that is meant. Else set the retail price in the source.",
            customer_id=mapping.customer_id,
            subscription_id=period.subscription_id,
        )
    ]


def note_fallback(mapping: MappingFact, period: PeriodFact, target: str) -> Note:
    """Negative amounts are refused: the line has a decimal quantity for this period."""
    return Note(
        Severity.WARNING,
        "decimal_quantity",
        f"decimal_quantity:{period.subscription}:{period.period}",
        f"{mapping.customer}, {_product_name(period)}: {target} refuses negative amounts, so the line for "
        f"{period_label(period.period)} has a decimal quantity.",
        customer_id=mapping.customer_id,
        subscription_id=period.subscription_id,
    )


def note_without_product(mapping: MappingFact, period: PeriodFact, product: ProductFact) -> Note:
    """A line is, or will be, on the template without a product link: said until it has one."""
    return Note(
        Severity.WARNING,
        NO_PRODUCT,
        f"{NO_PRODUCT}:{product.key}",
        f"{mapping.customer}: {product.name} has no product in the target; its line for "
        f"{period_label(period.period)} is written without a product link.",
        "Switch the product sync on, or create the product.",
        customer_id=mapping.customer_id,
        product_id=product.product_id,
    )


def note_uncertain(customer: str, own: OwnLine, newest: str) -> Note:
    """A line stays although no row asks for it, because rows of the month are not settled."""
    return Note(
        Severity.WARNING,
        "removal_held",
        f"removal_held:{own.mark}:{newest}",
        f"{customer}: {own.name or own.subscription} has rows for "
        f"{period_label(newest)} that are held or unknown; its line stays.",
        "Decide about the held invoice or rows first.",
        customer_id=own.customer_id,
    )


def note_prices(mapping: MappingFact, period: PeriodFact, unit: Money, last: Posted | None) -> list[Note]:
    """Price changes against the ``last`` period, in the field's words; ``unit`` are the prices now."""
    if not period.current or not unit or last is None:
        return []
    sides = (("cost", last.unit_cost, unit.cost), ("retail", last.unit_retail, unit.retail))
    return [
        Note(
            Severity.WARNING,
            "price_changed",
            f"price:{word}:{period.subscription}:{period.period}",
            f"{mapping.customer}, {_product_name(period)}: Subscription {word} unit price changed from "
            f"{plain(old)} to {plain(new)} on {day_label(_first_day_at(period, word, new))}",
            customer_id=mapping.customer_id,
            subscription_id=period.subscription_id,
        )
        for word, old, new in sides
        if old != new
    ]


def _first_day_at(period: PeriodFact, side: str, price: Decimal) -> dt.date:
    """The day from which the period's rows have that unit price, in currency units.

    Rows that wait in a credit may be all that tells of it.
    """
    charges = [charge for charge in period.charges if not charge.credit] or period.rows
    at_price = [charge for charge in charges if charge.positive and getattr(charge.unit, side) == price]
    return min(charge.days.first for charge in at_price or charges)


def note_template(
    mapping: MappingFact, present: PresentLines, newest: str, *, target: str, writes: bool, waits: Decimal
) -> list[Note]:
    """A paused template, or one that ran before the invoice came, bills later than expected.

    ``waits`` is the retail of our lines on it. Pausing is told as long as it lasts; running early when the plan
    ``writes`` something, and again until it runs.
    """
    template = present.here.template
    if template is None:
        return []
    notes = []
    if template.paused and (writes or _stands_on(present, mapping.template_id)):
        text = f"The invoice template “{template.name}” is paused: {shown(waits)} is not billed until it runs."
        notes.append(_template_note(mapping, "paused", newest, text, f"Resume it in {target}.", retail=waits))
    if _ran_early(mapping, newest, template.next_run) and template.every == MONTHLY:
        assert template.next_run is not None
        text = (
            f"The invoice template “{template.name}” ran before the invoice for "
            f"{period_label(newest)} came; it is billed on {day_label(template.next_run)}."
        )
        key = f"{newest}:{template.next_run}"
        notes.append(_template_note(mapping, "ran_early", key, text, news=writes))
    return notes


def _stands_on(present: PresentLines, template_id: str) -> bool:
    """True when a line of ours stands on the template."""
    return any(own.template_id == template_id for own in present.own.all_standing)


def _ran_early(mapping: MappingFact, newest: str, next_run: dt.date | None) -> bool:
    if not newest or next_run is None or MOTIONS[mapping.motion].dated:
        return False
    return next_run >= month_after(month_after(newest).strftime("%Y-%m"))


def note_foreign_lines(mapping: MappingFact, present: PresentLines) -> list[Note]:
    """A mapping's first plan lists the recurring lines that others put on its template."""
    template = present.here.template
    lines = template.lines if template else ()
    foreign = [line for line in lines if line.line_id in present.foreign_ids and not line.one_time]
    if template is None or not foreign:
        return []
    named = ", ".join(f"“{line.name}” ({line.quantity.normalize():f})" for line in foreign[:5])
    more = f" and {len(foreign) - 5} more" if len(foreign) > 5 else ""
    return [
        Note(
            Severity.INFO,
            "foreign_lines",
            f"foreign_lines:{mapping.template_id}",
            f"{mapping.customer}: other recurring lines on “{template.name}”: {named}{more}.",
            "They are never touched. Remove what the sync now bills.",
            customer_id=mapping.customer_id,
        )
    ]


def _product_name(period: PeriodFact) -> str:
    return period.product.name if period.product else period.subscription


def _template_note(
    mapping: MappingFact, code: str, key: str, text: str, cure: str = "", *, news: bool = True, retail: Decimal = ZERO
) -> Note:
    return Note(
        Severity.WARNING,
        code,
        f"{code}:{mapping.template_id}:{key}",
        f"{mapping.customer}: {text}",
        cure,
        customer_id=mapping.customer_id,
        retail=retail,
        news=news,
    )
