"""The plan of one mapping: wanted lines against present lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.records import LineValues, TemplateLine
from core.money import to_cents
from syncs.models.lines import PartRole, PartState
from syncs.models.review import Severity
from syncs.models.runs import Action
from syncs.planning.amounts import NOTHING, Money, sum_charges
from syncs.planning.facts import MappingFacts, PeriodFact, Posted, PostedPart
from syncs.planning.fingerprints import charges_digest, digest
from syncs.planning.holds import already_on_template, conflict_subject, counted_by_target
from syncs.planning.marks import with_mark
from syncs.planning.notes import (
    note_excluded,
    note_fallback,
    note_foreign_lines,
    note_of_hold,
    note_prices,
    note_template,
    note_without_product,
)
from syncs.planning.periods import period_label
from syncs.planning.present import (
    Fate,
    adopted_line,
    changed_values,
    foreign_lines_of_product,
    own_line,
    standing_line,
    values_of,
)
from syncs.planning.results import Hold, Note, Plan, PlannedChange, PlannedPart, PlannedPosting
from syncs.planning.settling import (
    recurring_mark,
    settle_one_time_lines,
    settled_parts,
)
from syncs.planning.taking_off import (
    remove_duplicates,
    remove_missing,
    remove_recurring,
    remove_unwanted,
    take_off_old_template,
)
from syncs.planning.wanted import PeriodWants, Wanted, as_planned, want_period

NO_PRODUCT = "Could not find source product or multiple matches"


def plan_mapping(facts: MappingFacts) -> Plan:
    """Everything to write for one mapping, and everything that waits for a person.

    Planning again after the plan was carried out gives a plan without changes.
    """
    plan = Plan()
    if facts.mapping.trouble or facts.template is None:
        _hold_everything(facts, plan)
        return plan
    settlement = settle_one_time_lines(facts)
    plan.changes += settlement.removals
    plan.billed_marks |= {m for m, fate in settlement.fates.items() if fate is Fate.BILLED}
    plan.lost_marks |= {m for m, fate in settlement.fates.items() if fate is Fate.LOST}
    wanted_marks: set[str] = set()
    posted = {(p.subscription_id, p.period): p for p in facts.posted}
    for period in sorted(facts.periods, key=lambda p: (p.subscription, p.period)):
        wanted_marks |= _plan_period(
            facts,
            period,
            posted.get((period.subscription_id, period.period)),
            settlement.fates,
            plan,
        )
    remove_missing(facts, plan)
    remove_unwanted(facts, settlement.fates, wanted_marks, plan)
    remove_duplicates(facts, plan)
    note_template(facts, plan)
    note_foreign_lines(facts, plan)
    plan.changes.sort(key=_writing_order)
    return plan


def _plan_period(
    facts: MappingFacts,
    period: PeriodFact,
    posted: Posted | None,
    fates: dict[str, Fate],
    plan: Plan,
) -> set[str]:
    """Plan one period of one subscription; answers the marks that shall stand."""
    settled = settled_parts(facts, period, posted, fates)
    for part, hold in settled:
        if hold is not None:
            plan.notes.append(note_of_hold(facts, period, hold, part.mark, part.retail))
    if posted is not None and not _must_plan(facts, period, posted, settled):
        return _leave_as_posted(facts, period, posted, settled, plan)
    wants = want_period(facts, period, [part for part, _ in settled])
    if period.product is None and wants.wanted:
        return _fail_without_product(facts, period, posted, wants, plan)
    parts, marks = list(wants.fixed), set()
    for wanted in wants.wanted:
        placed = _place(facts, period, wanted, plan)
        if placed.state is not PartState.EXCLUDED:
            marks.add(wanted.mark)
        if wanted.counts:
            parts.append(placed)
    if wants.fell_back:
        plan.notes.append(note_fallback(facts, period))
    if wants.no_recurring:
        remove_recurring(facts, period, plan)
    note_prices(facts, period, wants, plan)
    plan.postings.append(
        _posting(
            facts,
            period,
            parts,
            fingerprint=fingerprint_of(facts, period),
            unit=wants.unit,
            rounding=wants.rounding,
            confirms_run=period.current,
        )
    )
    return marks


def _posting(
    facts: MappingFacts,
    period: PeriodFact,
    parts: Sequence[PlannedPart],
    *,
    fingerprint: str,
    unit: Money = NOTHING,
    rounding: Money = NOTHING,
    confirms_run: bool = False,
) -> PlannedPosting:
    source = sum_charges(period.charges)
    return PlannedPosting(
        customer_id=facts.mapping.customer_id,
        subscription_id=period.subscription_id,
        motion=facts.mapping.motion,
        period=period.period,
        fingerprint=fingerprint,
        template_id=facts.mapping.template_id,
        unit_cost=unit.cost,
        unit_retail=unit.retail,
        parts=tuple(parts),
        rounding_cost=rounding.cost,
        rounding_retail=rounding.retail,
        charge_count=len(period.charges),
        source_cost=source.cost,
        source_retail=source.retail,
        confirms_run=confirms_run,
    )


def _leave_as_posted(
    facts: MappingFacts,
    period: PeriodFact,
    posted: Posted,
    settled: list[tuple[PostedPart, Hold | None]],
    plan: Plan,
) -> set[str]:
    """Nothing new about this period: at most a part has become billed meanwhile."""
    now = {part.mark: part for part, _ in settled}
    parts = tuple(now.get(part.mark, part) for part in posted.parts)
    plan.unchanged += sum(part.state is PartState.SYNCED for part in parts)
    if parts != posted.parts:
        posting = _posting(
            facts,
            period,
            [as_planned(part) for part in parts],
            fingerprint=posted.fingerprint,
            unit=Money(posted.unit_cost, posted.unit_retail),
            rounding=Money(posted.rounding_cost, posted.rounding_retail),
        )
        plan.postings.append(replace(posting, template_id=posted.template_id))
    return {part.mark for part in parts if part.state is PartState.SYNCED}


def _must_plan(
    facts: MappingFacts,
    period: PeriodFact,
    posted: Posted,
    settled: list[tuple[PostedPart, Hold | None]],
) -> bool:
    """True when charges, settings or the state of the period ask for another look.

    A changed setting reaches what is not billed yet; older periods keep what they were billed by.
    """
    if (period.subscription_id, period.period) in facts.again:
        return True
    done = {part.mark for part, _ in settled}
    open_parts = [part for part in posted.parts if part.mark not in done]
    if any(part.state in WAITING for part in open_parts) or _billed_otherwise(posted, settled):
        return True
    charges, _, settings = posted.fingerprint.partition(":")
    charges_now, _, settings_now = fingerprint_of(facts, period).partition(":")
    if charges != charges_now:
        return True
    newest = period.current
    standing = [part for part in open_parts if part.state is PartState.SYNCED]
    if settings != settings_now and (newest or standing):
        return True
    monthly = facts.mapping.motion == "seat_monthly"
    return monthly and not newest and any(p.role is PartRole.RECURRING for p in standing)


def _billed_otherwise(posted: Posted, settled: list[tuple[PostedPart, Hold | None]]) -> bool:
    """True when a part was billed with another amount than was to be written: the rest is open."""
    amounts = {part.mark: (part.cost, part.retail) for part in posted.parts}
    return any(amounts.get(part.mark) != (part.cost, part.retail) for part, _ in settled)


WAITING = (PartState.PLANNED, PartState.HELD, PartState.FAILED)


def fingerprint_of(facts: MappingFacts, period: PeriodFact) -> str:
    """Of all that a person or the source could change about a period: charges and settings."""
    mapping, rules = facts.mapping, facts.rules
    settings = (mapping.template_id, mapping.sync_cost, mapping.sync_retail, rules.prorations)
    return f"{charges_digest(period.charges)}:{digest(settings)}"


def _writing_order(change: PlannedChange) -> tuple[int, int, str]:
    """Moves first, then what was billed goes, one-time lines, and recurring lines last."""
    if change.moves:
        rank = 0
    elif change.action is Action.REMOVE_LINE and change.role is not PartRole.RECURRING:
        rank = 1
    elif change.role is not PartRole.RECURRING:
        rank = 2
    else:
        rank = 3
    return rank, change.subscription_id, change.mark


# --- One wanted line ------------------------------------------------------------------------------


def _place(facts: MappingFacts, period: PeriodFact, wanted: Wanted, plan: Plan) -> PlannedPart:
    """Compare a wanted line with what stands; adds the change and answers the part."""
    hold = wanted.hold
    if wanted.excluded or (hold and _choice_of(facts, hold.subject) == "dismiss"):
        if wanted.excluded:
            plan.notes.append(note_excluded(facts, wanted))
        return _part_of(wanted, PartState.EXCLUDED, wanted.excluded or "Dismissed")
    own = own_line(facts, wanted.mark)
    line = _adopted(facts, period, wanted, plan) or standing_line(facts.template, wanted.mark, own)
    # What a conflict kept from being written is no run that the template missed.
    if line is None and (hold is None or wanted.role is PartRole.CATCH_UP):
        conflict = _conflict(facts, period)
        if conflict is not None and _choice_of(facts, conflict.subject) == "exclude":
            return _part_of(wanted, PartState.EXCLUDED, "Excluded: already on the template")
        hold = conflict or hold
    change = _change(facts, period, wanted, line=line, hold=hold)
    if line is not None and line.counted_by_target and hold is None and change.action is not Action.KEEP:
        hold = counted_by_target(line)
        change = replace(change, hold=hold)
    if hold is not None:
        plan.notes.append(note_of_hold(facts, period, hold, wanted.mark, wanted.amount.retail))
        plan.changes.append(change)
        return _part_of(wanted, PartState.HELD, hold.text)
    if own is not None and own.template_id != facts.mapping.template_id:
        take_off_old_template(facts, own, plan)
    _note_without_product(facts, period, change, plan)
    plan.changes.append(change)
    kept = change.action is Action.KEEP
    return _part_of(wanted, PartState.SYNCED if kept else PartState.PLANNED, "")


def _change(
    facts: MappingFacts,
    period: PeriodFact,
    wanted: Wanted,
    *,
    line: TemplateLine | None,
    hold: Hold | None,
) -> PlannedChange:
    product = period.product
    after = _values(period, wanted, line)
    return PlannedChange(
        action=_action(line, after),
        role=wanted.role,
        mark=wanted.mark,
        customer_id=facts.mapping.customer_id,
        motion=facts.mapping.motion,
        subscription_id=period.subscription_id,
        period=period.period,
        template_id=facts.mapping.template_id,
        what=f"{facts.mapping.customer}: {after.name}",
        reason=wanted.reason,
        line_id=line.line_id if line else None,
        before=values_of(line) if line else None,
        after=after,
        product_id=product.product_id if product else None,
        product_key=product.key if product else "",
        retail=wanted.amount.retail,
        cost=wanted.amount.cost,
        hold=hold,
        charge_ids=wanted.charge_ids,
    )


def _action(line: TemplateLine | None, after: LineValues) -> Action:
    if line is None:
        return Action.ADD_LINE
    return Action.KEEP if after == values_of(line) else Action.CHANGE_LINE


def _values(period: PeriodFact, wanted: Wanted, line: TemplateLine | None) -> LineValues:
    product = period.product
    if line is not None:
        values = changed_values(
            line,
            mark=wanted.mark,
            quantity=wanted.quantity,
            unit=wanted.unit,
            one_time=wanted.one_time,
        )
        if product and product.target_id and line.product_id in product.superseded_ids:
            values = replace(values, product_id=product.target_id)
        return values
    return LineValues(
        product_id=product.target_id if product else None,
        name=_line_name(period, wanted),
        description=with_mark(wanted.text, wanted.mark),
        quantity=wanted.quantity,
        retail_cents=to_cents(wanted.unit.retail),
        cost_cents=to_cents(wanted.unit.cost),
        taxable=product.taxable if product else True,
        one_time=wanted.one_time,
    )


def _line_name(period: PeriodFact, wanted: Wanted) -> str:
    name = period.product.name if period.product else period.subscription
    if wanted.role is PartRole.ADJUSTMENT:
        return f"{name} (adjustment, {period_label(period.period)})"
    if wanted.role is PartRole.CREDIT:
        return f"{name} (credit, {period_label(period.period)})"
    return name


def _conflict(facts: MappingFacts, period: PeriodFact) -> Hold | None:
    """Holds a line to be added where a foreign line has the same product."""
    product_id = period.product.target_id if period.product else None
    subject = conflict_subject(facts.mapping.motion, period.subscription)
    choice = _choice_of(facts, subject)
    mark = recurring_mark(facts, period.subscription)
    taken_over = own_line(facts, mark) or adopted_line(facts, subject, mark)
    if choice == "keep" or (choice == "adopt" and taken_over):
        return None
    lines = foreign_lines_of_product(facts, product_id)
    return already_on_template(lines, subject) if lines else None


def _adopted(facts: MappingFacts, period: PeriodFact, wanted: Wanted, plan: Plan) -> TemplateLine | None:
    """The foreign line to take over for this recurring line; each is taken over once."""
    if wanted.role is not PartRole.RECURRING:
        return None
    subject = conflict_subject(facts.mapping.motion, period.subscription)
    line = adopted_line(facts, subject, wanted.mark)
    taken = line is not None and any(change.line_id == line.line_id for change in plan.changes)
    return None if taken else line


def _choice_of(facts: MappingFacts, subject: str) -> str:
    choice = facts.choices.get(subject)
    return choice.choice if choice else ""


def _note_without_product(facts: MappingFacts, period: PeriodFact, change: PlannedChange, plan: Plan) -> None:
    product = period.product
    missing = product is not None and not product.target_id and not product.expected
    if change.action is Action.ADD_LINE and product is not None and missing:
        plan.notes.append(note_without_product(facts, period, product))


def _part_of(wanted: Wanted, state: PartState, reason: str) -> PlannedPart:
    return PlannedPart(
        role=wanted.role,
        mark=wanted.mark,
        state=state,
        cost=wanted.amount.cost,
        retail=wanted.amount.retail,
        rules_cost=wanted.rules.cost,
        rules_retail=wanted.rules.retail,
        reason=reason,
    )


# --- What cannot be planned -----------------------------------------------------------------------


def _hold_everything(facts: MappingFacts, plan: Plan) -> None:
    mapping = facts.mapping
    code = mapping.trouble_code or "template_gone"
    text = mapping.trouble or "The invoice template no longer exists. Choose another one."
    plan.notes.append(
        Note(
            Severity.ERROR if code == "currency" else Severity.WARNING,
            code,
            f"{code}:{mapping.mapping_id}",
            f"{mapping.customer}: {text}",
            customer_id=mapping.customer_id,
        )
    )
    posted = {(p.subscription_id, p.period): p for p in facts.posted}
    for period in facts.periods:
        known = posted.get((period.subscription_id, period.period))
        if known is None or any(part.state in WAITING for part in known.parts):
            fixed = [as_planned(part) for part in known.parts if part.state not in WAITING] if known else []
            _hold_posting(facts, period, plan, reason=text, state=PartState.HELD, fixed=fixed)


def _fail_without_product(
    facts: MappingFacts, period: PeriodFact, posted: Posted | None, wants: PeriodWants, plan: Plan
) -> set[str]:
    """What stands stays; all else of the period fails. Answers the marks that stay."""
    problem = period.problem or NO_PRODUCT
    total = sum_charges(period.charges)
    plan.notes.append(
        Note(
            Severity.ERROR,
            "product",
            f"product:{period.subscription}:{period.period}",
            f"{facts.mapping.customer}: {problem}",
            "Make the product unique in the price list, or map the subscription's product.",
            customer_id=facts.mapping.customer_id,
            retail=total.retail,
        )
    )
    known = {part.mark for part in wants.fixed}
    standing = [p for p in posted.parts if p.state is PartState.SYNCED and p.mark not in known] if posted else []
    fixed = [*wants.fixed, *map(as_planned, standing)]
    _hold_posting(facts, period, plan, reason=problem, state=PartState.FAILED, fixed=fixed)
    return {wanted.mark for wanted in wants.wanted} | {part.mark for part in standing}


def _hold_posting(
    facts: MappingFacts,
    period: PeriodFact,
    plan: Plan,
    *,
    reason: str,
    state: PartState,
    fixed: list[PlannedPart],
) -> None:
    taken = sum((Money(p.cost - p.rules_cost, p.retail - p.rules_retail) for p in fixed), NOTHING)
    rest = sum_charges(period.charges) - taken
    mark = f"{recurring_mark(facts, period.subscription)}-all"
    part = PlannedPart(PartRole.RECURRING, mark, state, rest.cost, rest.retail, reason=reason)
    plan.postings.append(_posting(facts, period, [*fixed, part], fingerprint=fingerprint_of(facts, period)))
