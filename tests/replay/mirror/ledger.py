"""What the product has in its own tables: lines that it wrote, answers of people, first months of mappings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from connectors.records import InvoiceTemplate, TemplateLine
from connectors.syncro.frequency import interval_of
from money.facts import Choice, OwnLine, RunAhead
from money.holds import conflict_subject
from money.marks import line_mark
from money.month.ahead import begins_with
from money.month.months import Months
from money.words import to_cents
from tests.replay import form
from tests.replay.mirror.periods import Owner, earliest_unbilled, newest_month
from tests.replay.mirror.products import name_behind
from tests.replay.mirror.rows import Imported
from tests.replay.words import LINE_STATES, ROLES, period_of

# What a decision is about, in the product's words, and the role and ordinal of the mark that names it.
_SUBJECTS = {
    "credit": ("credit", "credit", ""),
    "not billed yet": ("catch_up", "not billed before", ""),
    "quantity": ("quantity", "recurring", "held"),
    "refused adjustment": ("adjustment", "adjustment", ""),
    "refused usage": ("usage", "usage", ""),
    "refused annual charge": ("charge", "annual charge", ""),
}


def templates_of(record: form.Record) -> dict[str, InvoiceTemplate]:
    """``syncs.facts.target.load_templates``."""
    return {
        one.id: InvoiceTemplate(
            template_id=one.id,
            customer_id=one.customer,
            name=one.name,
            frequency=one.frequency,
            next_run=one.next_run,
            paused=one.paused,
            lines=tuple(_line(one.id, line) for line in one.lines),
            every=interval_of(one.frequency),
        )
        for one in record.target.templates
    }


def _line(template: str, line: form.TemplateLine) -> TemplateLine:
    return TemplateLine(
        line_id=line.id,
        template_id=template,
        product_id=line.product,
        name=line.name,
        description=line.description,
        quantity=line.quantity,
        retail_cents=to_cents(line.retail),
        cost_cents=to_cents(line.cost),
        taxable=line.taxable,
        one_time=line.one_time,
        position=line.position,
        counted_by_target=line.counted_by_target,
    )


def own_lines_of(record: form.Record, done: Imported) -> list[OwnLine]:
    """``syncs.facts.lines.own_line_of``, of every line that we wrote, in the order of the record."""
    return [
        OwnLine(
            mark=one.mark,
            line_id=one.line,
            template_id=one.template,
            role=ROLES[one.what],
            motion=one.motion,
            customer_id=customer_of(record, one.customer),
            subscription_id=done.subscriptions[one.subscription.lower()].pk or 0,
            subscription=one.subscription.lower(),
            period=period_of(one.motion, one.days),
            quantity=one.quantity,
            retail_cents=to_cents(one.retail),
            cost_cents=to_cents(one.cost),
            state=LINE_STATES[one.state],
            next_run=one.next_run,
            target_product_id=one.product,
            name=name_behind(record, one.product),
        )
        for one in record.written
    ]


def customer_of(record: form.Record, tenant: str) -> int:
    """The place of a tenant, from 1."""
    return next(n for n, one in enumerate(record.source.tenants, 1) if one.id.lower() == tenant.lower())


def starts_of(
    record: form.Record,
    done: Imported,
    months: Months,
    choices: Mapping[str, Choice],
    *,
    own_lines: Collection[OwnLine],
    ahead: Collection[RunAhead],
) -> dict[int, tuple[form.Mapping, Owner, str]]:
    """``syncs.facts.mappings.active_mappings``, and ``syncs.running.opening.open_months``.

    By the mapping's place, from 1: the mappings that sync, whose they are, and their first month.
    """
    newest = newest_month(done, months)
    found: dict[int, tuple[form.Mapping, Owner, str]] = {}
    for place, mapping in enumerate(record.mappings, 1):
        if mapping.sync and mapping.motion in record.program.billing.motions:
            owner = customer_of(record, mapping.customer), mapping.motion
            start = mapping.start or begins_with(newest, _lines_of(owner, own_lines), ahead)
            choice = choices.get(f"older:{place}:{start}")
            if choice is not None and choice.choice == "take_up":
                start = earliest_unbilled(record, done, owner, start)
            found[place] = mapping, owner, start
    return found


def _lines_of(owner: Owner, own_lines: Iterable[OwnLine]) -> Iterator[OwnLine]:
    return (line for line in own_lines if (line.customer_id, line.motion) == owner)


def choices_of(record: form.Record) -> dict[str, Choice]:
    """``syncs.facts.program.load_choices``."""
    return {_subject(record, one): Choice(one.answer, one.line, one.retail, one.cost) for one in record.decisions}


def _subject(record: form.Record, one: form.Decision) -> str:
    if one.about == "already on the template":
        return conflict_subject(one.motion, one.subscription)
    if one.about == "line gone":
        return f"lost:{one.mark}:{one.line}"
    if one.about == "not proven":
        return f"unproven:{one.mark}:{period_of(one.motion, one.days)}"
    if one.about == "line left behind":
        return f"left_behind:{one.mark}"
    if one.about == "months before the start":
        return next(_older(record, one))
    kind, what, ordinal = _SUBJECTS[one.about]
    period = period_of(one.motion, one.days)
    number = next((invoice.number for invoice in record.source.invoices if invoice.id == one.invoice), ordinal)
    mark = one.mark or line_mark(one.subscription, one.motion, ROLES[what], period, number)
    return f"{kind}:{mark}"


def _older(record: form.Record, one: form.Decision) -> Iterator[str]:
    for place, mapping in enumerate(record.mappings, 1):
        if (mapping.customer, mapping.motion) == (one.customer, one.motion):
            yield f"older:{place}:{mapping.start}"
