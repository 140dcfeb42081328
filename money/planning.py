"""The billing plan: wanted lines against present lines, mapping by mapping, and the lines left behind."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from connectors.records import InvoiceTemplate
from money.amounts import sum_charges
from money.enums import Action, LineState, PartRole, PartState, Severity, Style
from money.facts import Choice, MappingFacts, OwnLine, PeriodFact, Posted, PostedPart
from money.fingerprints import charges_digest, digest
from money.motions import MOTIONS
from money.notes import note_fallback, note_foreign_lines, note_of_hold, note_prices, note_template
from money.placing import place_line
from money.plan import Hold, Note, Plan, PlannedChange, PlannedPart, PlannedPosting
from money.present import Fate, recurring_mark, removal_of, standing_line
from money.settling import Settlement, settle_one_time_lines, settled_parts
from money.taking_off import remove_duplicates, remove_missing, remove_recurring, remove_unwanted
from money.wanting.period import want_period
from money.wanting.wants import PeriodWants, as_planned
from money.words import NOTHING, Money, from_cents

NO_PRODUCT = "Could not find source product or multiple matches"


def plan_mapping(facts: MappingFacts) -> Plan:
    """Everything to write for one mapping, and everything that waits for a person.

    Planning again after the plan was carried out gives a plan without changes.
    """
    if facts.mapping.trouble or facts.template is None:
        return _hold_everything(facts)
    settlement = settle_one_time_lines(facts)
    periods = _plan_periods(facts, settlement)
    asked_for = set().union(*(one.marks for one in periods))
    plan = Plan.of(
        Plan(changes=settlement.removals, billed_marks=settlement.billed, lost_marks=settlement.lost),
        *(one.plan for one in periods),
        remove_missing(facts),
        Plan(changes=remove_unwanted(facts, settlement.fates, asked_for) + remove_duplicates(facts)),
    )
    plan.notes += note_template(facts, writes=plan.writes) + note_foreign_lines(facts)
    plan.changes.sort(key=_writing_order)
    return plan


@dataclass(frozen=True, slots=True)
class PeriodPlan:
    """What one period of one subscription adds to the plan, and the marks that shall stand because of it."""

    plan: Plan
    marks: set[str]


def _plan_periods(facts: MappingFacts, settlement: Settlement) -> list[PeriodPlan]:
    """Period by period; a foreign line that one takes over is no other's."""
    posted = {(p.subscription_id, p.period): p for p in facts.posted}
    touched = {change.line_id for change in settlement.removals if change.line_id is not None}
    made = []
    for period in sorted(facts.periods, key=lambda p: (p.subscription, p.period)):
        known = posted.get((period.subscription_id, period.period))
        made.append(_plan_period(facts, period, known, settlement.fates, touched))
        touched |= {change.line_id for change in made[-1].plan.changes if change.line_id is not None}
    return made


def _plan_period(
    facts: MappingFacts, period: PeriodFact, posted: Posted | None, fates: dict[str, Fate], touched: Collection[int]
) -> PeriodPlan:
    settled = settled_parts(facts, period, posted, fates)
    held = Plan(notes=[note_of_hold(facts, period, hold, part.mark, part.retail) for part, hold in settled if hold])
    if posted is not None and not _must_plan(facts, period, posted, settled):
        made = _leave_as_posted(facts, period, posted, settled)
    else:
        wants = want_period(facts, period, [part for part, _ in settled])
        if period.product is None and wants.wanted:
            made = _fail_without_product(facts, period, posted, wants)
        else:
            made = _place_period(facts, period, wants, touched)
    return PeriodPlan(Plan.of(held, made.plan), made.marks)


def _place_period(facts: MappingFacts, period: PeriodFact, wants: PeriodWants, touched: Collection[int]) -> PeriodPlan:
    """Each wanted line against what stands, in turn."""
    taken, placed = set(touched), []
    for wanted in wants.wanted:
        one = place_line(facts, period, wanted, taken)
        taken |= {change.line_id for change in one.changes if change.line_id is not None}
        placed.append((wanted, one))
    plan = Plan(
        changes=[change for _, one in placed for change in one.changes],
        notes=[note for _, one in placed for note in one.notes],
    )
    if wants.fell_back:
        plan.notes.append(note_fallback(facts, period))
    if wants.no_recurring:
        plan.changes += remove_recurring(facts, period)
    plan.notes += note_prices(facts, period, wants)
    plan.postings.append(
        _posting(
            facts,
            period,
            [*wants.fixed, *(one.part for wanted, one in placed if wanted.counts)],
            fingerprint=fingerprint_of(facts, period),
            unit=wants.unit,
            rounding=wants.rounding,
            confirms_run=period.current,
        )
    )
    return PeriodPlan(plan, {wanted.mark for wanted, one in placed if one.part.state is not PartState.EXCLUDED})


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
) -> PeriodPlan:
    """Nothing new about this period: at most a part has become billed meanwhile."""
    now = {part.mark: part for part, _ in settled}
    parts = tuple(now.get(part.mark, part) for part in posted.parts)
    plan = Plan(unchanged=sum(part.state is PartState.SYNCED for part in parts))
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
    return PeriodPlan(plan, {part.mark for part in parts if part.state is PartState.SYNCED})


def _must_plan(
    facts: MappingFacts,
    period: PeriodFact,
    posted: Posted,
    settled: list[tuple[PostedPart, Hold | None]],
) -> bool:
    """True when charges, settings or the state of the period ask for another look.

    A changed setting reaches what is not billed yet; older periods keep what they were billed by.
    """
    done = {part.mark for part, _ in settled}
    open_parts = [part for part in posted.parts if part.mark not in done]
    standing = [part for part in open_parts if part.state is PartState.SYNCED]
    return (
        (period.subscription_id, period.period) in facts.again
        or _any_waits(open_parts)
        or _billed_otherwise(posted, settled)
        or _changed_since(facts, period, posted, unbilled=period.current or bool(standing))
        or _outlives_month(facts, period, standing)
    )


def _changed_since(facts: MappingFacts, period: PeriodFact, posted: Posted, *, unbilled: bool) -> bool:
    """True when the charges are others than were posted, or the settings are and reach something ``unbilled``."""
    charges, _, settings = posted.fingerprint.partition(":")
    charges_now, _, settings_now = fingerprint_of(facts, period).partition(":")
    return charges != charges_now or (unbilled and settings != settings_now)


def _outlives_month(facts: MappingFacts, period: PeriodFact, standing: Sequence[PostedPart]) -> bool:
    """True when a monthly line still stands for a month that is not the newest one any more."""
    recurring = MOTIONS[facts.mapping.motion].style is Style.RECURRING_LINE
    return recurring and not period.current and any(part.role is PartRole.RECURRING for part in standing)


def _billed_otherwise(posted: Posted, settled: list[tuple[PostedPart, Hold | None]]) -> bool:
    """True when a part was billed with another amount than was to be written: the rest is open."""
    amounts = {part.mark: (part.cost, part.retail) for part in posted.parts}
    return any(amounts.get(part.mark) != (part.cost, part.retail) for part, _ in settled)


WAITING = (PartState.PLANNED, PartState.HELD, PartState.FAILED)


def _any_waits(parts: Sequence[PostedPart]) -> bool:
    return any(part.state in WAITING for part in parts)


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


def _hold_everything(facts: MappingFacts) -> Plan:
    mapping = facts.mapping
    code = mapping.trouble_code or "template_gone"
    text = mapping.trouble or "The invoice template no longer exists. Choose another one."
    note = Note(
        Severity.ERROR if code == "currency" else Severity.WARNING,
        code,
        f"{code}:{mapping.mapping_id}",
        f"{mapping.customer}: {text}",
        customer_id=mapping.customer_id,
    )
    posted = {(p.subscription_id, p.period): p for p in facts.posted}
    known = [(period, posted.get((period.subscription_id, period.period))) for period in facts.periods]
    postings = [
        _held_posting(facts, period, reason=text, state=PartState.HELD, fixed=_parts_that_stay(before))
        for period, before in known
        if before is None or _any_waits(before.parts)
    ]
    return Plan(postings=postings, notes=[note])


def _parts_that_stay(posted: Posted | None) -> list[PlannedPart]:
    parts = posted.parts if posted else ()
    return [as_planned(part) for part in parts if part.state not in WAITING]


def _fail_without_product(
    facts: MappingFacts, period: PeriodFact, posted: Posted | None, wants: PeriodWants
) -> PeriodPlan:
    """What stands stays; all else of the period fails."""
    problem = period.problem or NO_PRODUCT
    total = sum_charges(period.charges)
    note = Note(
        Severity.ERROR,
        "product",
        f"product:{period.subscription}:{period.period}",
        f"{facts.mapping.customer}: {problem}",
        "Make the product unique in the price list, or map the subscription's product.",
        customer_id=facts.mapping.customer_id,
        retail=total.retail,
    )
    known = {part.mark for part in wants.fixed}
    standing = [p for p in posted.parts if p.state is PartState.SYNCED and p.mark not in known] if posted else []
    fixed = [*wants.fixed, *map(as_planned, standing)]
    posting = _held_posting(facts, period, reason=problem, state=PartState.FAILED, fixed=fixed)
    marks = {wanted.mark for wanted in wants.wanted} | {part.mark for part in standing}
    return PeriodPlan(Plan(postings=[posting], notes=[note]), marks)


def _held_posting(
    facts: MappingFacts, period: PeriodFact, *, reason: str, state: PartState, fixed: list[PlannedPart]
) -> PlannedPosting:
    taken = sum((Money(p.cost - p.rules_cost, p.retail - p.rules_retail) for p in fixed), NOTHING)
    rest = sum_charges(period.charges) - taken
    mark = f"{recurring_mark(facts, period.subscription)}-all"
    part = PlannedPart(PartRole.RECURRING, mark, state, rest.cost, rest.retail, reason=reason)
    return _posting(facts, period, [*fixed, part], fingerprint=fingerprint_of(facts, period))


def plan_billing(
    mappings: Sequence[MappingFacts],
    left_behind: Sequence[OwnLine] = (),
    templates: Mapping[int, InvoiceTemplate] | None = None,
    choices: Mapping[str, Choice] | None = None,
) -> Plan:
    """Plan every mapping, template by template, so that each is written in one go.

    ``left_behind`` are lines of ours whose mapping was removed or switched off: nothing happens to
    them until a person asks for their removal.
    """
    in_order = sorted(mappings, key=lambda f: (f.mapping.template_id, f.mapping.mapping_id))
    plan = Plan.of(
        *(plan_mapping(facts) for facts in in_order),
        *(_plan_left_behind(own, templates or {}, choices or {}) for own in left_behind),
    )
    plan.changes.sort(key=lambda change: not change.moves)  # stable: moves first, the rest as planned
    return plan


def left_behind_subject(own: OwnLine) -> str:
    """Subject of the decision about a line whose mapping no longer syncs."""
    return f"left_behind:{own.mark}"


def _plan_left_behind(own: OwnLine, templates: Mapping[int, InvoiceTemplate], choices: Mapping[str, Choice]) -> Plan:
    line = standing_line(templates.get(own.template_id), own.mark, own)
    choice = choices.get(left_behind_subject(own))
    if line is None or own.state is not LineState.STANDING or (choice and choice.choice == "leave"):
        return Plan()
    if line.counted_by_target:  # what Syncro counts itself is never written
        return Plan()
    if choice is not None:
        return Plan(changes=[removal_of(own, line, line.name, "Its mapping no longer syncs")])
    note = Note(
        Severity.INFO,
        "left_behind",
        f"left_behind:{own.mark}",
        f"“{line.name}” stays on the template, but its mapping no longer syncs.",
        "Remove the line, or leave it.",
        left_behind_subject(own),
        own.customer_id,
        line.quantity * from_cents(line.retail_cents),
    )
    return Plan(notes=[note])
