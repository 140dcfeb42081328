"""What people are told about a plan, in the field's words."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from connectors.records import MONTHLY
from money.enums import Severity
from money.facts import MappingFact, OwnLine, PeriodFact, Posted, ProductFact
from money.motions import MOTIONS
from money.periods import day_label, month_after, period_label
from money.plan import Hold, Note
from money.present import PresentLines
from money.wanting.wants import Wanted
from money.words import Money, plain


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
    return Note(
        Severity.WARNING,
        "excluded",
        f"excluded:{wanted.mark}",
        f"{mapping.customer}: {wanted.text}: {plain(wanted.amount.retail)} is not billed ({wanted.excluded}).",
        customer_id=mapping.customer_id,
        retail=wanted.amount.retail,
        subscription_id=period.subscription_id,
    )


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
    """A line is written without a product link."""
    return Note(
        Severity.WARNING,
        "no_product",
        f"no_product:{product.key}",
        f"{mapping.customer}: {product.name} has no product in the target; its line for "
        f"{period_label(period.period)} is written without a product link.",
        "Switch the product sync on, or create the product.",
        customer_id=mapping.customer_id,
        subscription_id=period.subscription_id,
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
    start = max(charge.start for charge in period.charges if not charge.credit)
    sides = (("cost", last.unit_cost, unit.cost), ("retail", last.unit_retail, unit.retail))
    return [
        Note(
            Severity.WARNING,
            "price_changed",
            f"price:{word}:{period.subscription}:{period.period}",
            f"{mapping.customer}, {_product_name(period)}: Subscription {word} unit price changed from "
            f"{plain(old)} to {plain(new)} on {day_label(start.date())}",
            customer_id=mapping.customer_id,
            subscription_id=period.subscription_id,
        )
        for word, old, new in sides
        if old != new
    ]


def note_template(mapping: MappingFact, present: PresentLines, newest: str, *, target: str, writes: bool) -> list[Note]:
    """A paused template, or one that ran before the invoice came, bills later than expected.

    Pausing is told as long as it lasts; running early when the plan ``writes`` something, and again until it runs.
    """
    template = present.here.template
    if template is None:
        return []
    notes = []
    if template.paused and (writes or _stands_on(present, mapping.template_id)):
        text = f"The invoice template “{template.name}” is paused: nothing is billed until it runs."
        notes.append(_template_note(mapping, "paused", newest, text, f"Resume it in {target}."))
    if _ran_early(mapping, newest, template.next_run) and template.every == MONTHLY:
        assert template.next_run is not None
        text = (
            f"The invoice template “{template.name}” ran before the invoice for "
            f"{period_label(newest)} came; it is billed on {day_label(template.next_run)}."
        )
        key = f"{newest}:{template.next_run}"
        notes.append(_template_note(mapping, "ran_early", key, text, news=writes))
    return notes


def _stands_on(present: PresentLines, template_id: int) -> bool:
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


def _template_note(mapping: MappingFact, code: str, key: str, text: str, cure: str = "", *, news: bool = True) -> Note:
    return Note(
        Severity.WARNING,
        code,
        f"{code}:{mapping.template_id}:{key}",
        f"{mapping.customer}: {text}",
        cure,
        customer_id=mapping.customer_id,
        news=news,
    )
