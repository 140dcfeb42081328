"""The billing plan: wanted lines against present lines, mapping by mapping, and the lines left behind."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from connectors.records import InvoiceTemplate, TemplateLine, id_order
from money.amounts import amount_of_values, sum_charges
from money.enums import Action, Because, HoldCode, LineState, PartRole, PartState, Severity
from money.facts import Choice, MappingFacts, OwnLine, Posted, PostingPart
from money.month.ahead import RunsAhead, gives_back
from money.notes import (
    note_billed_ahead,
    note_fallback,
    note_foreign_lines,
    note_given_away,
    note_of_hold,
    note_prices,
    note_template,
    note_without_product,
)
from money.placing import place_line
from money.plan import Note, Plan, PlannedChange
from money.postings import (
    Postings,
    any_waits,
    fingerprint_of,
    has_stood,
    is_proposed,
    must_plan,
    not_waiting,
    post,
    post_again,
    post_unwritten,
)
from money.present import PresentLines
from money.removing import remove_gone, remove_recurring
from money.settling import Fate, SettledPart, Settlement, settle_one_time_lines, settled_parts
from money.taking_off import plan_left_behind, remove_duplicates, remove_unwanted
from money.wanting.brief import PeriodBrief
from money.wanting.period import want_period
from money.wanting.wants import PeriodWants
from money.words import ZERO, shown

NO_PRODUCT = "Could not find source product or multiple matches"


def plan_billing(
    mappings: Sequence[MappingFacts],
    left_behind: Sequence[OwnLine] = (),
    templates: Mapping[str, InvoiceTemplate] | None = None,
    choices: Mapping[str, Choice] | None = None,
) -> Plan:
    """Plan every mapping, template by template, so that each is written in one go.

    ``left_behind`` are lines of ours whose mapping was removed or switched off.
    """
    in_order = sorted(mappings, key=lambda f: (id_order(f.mapping.template_id), f.mapping.mapping_id))
    plan = Plan.of(
        *(plan_mapping(facts) for facts in in_order), plan_left_behind(left_behind, templates or {}, choices or {})
    )
    plan.changes.sort(key=lambda change: not change.moves)  # stable: moves first, the rest as planned
    return plan


def plan_mapping(facts: MappingFacts) -> Plan:
    """Everything to write for one mapping, and everything that waits for a person.

    Planning again after the plan was carried out gives a plan without changes.
    """
    mapping, postings = facts.mapping, Postings(facts.posted)
    if mapping.trouble or facts.template is None:
        return _hold_everything(facts, postings)
    present = PresentLines(facts)
    settlement = settle_one_time_lines(present, facts.choices, mapping.customer)
    periods = _plan_periods(facts, present, postings, settlement)
    asked_for = set().union(*(one.marks for one in periods))
    leaving = {change.mark for one in periods for change in one.plan.changes if change.action is Action.REMOVE_LINE}
    planned = {(period.subscription_id, period.period) for period in facts.periods}
    plan = Plan.of(
        Plan(changes=settlement.removals, billed_marks=settlement.marks(Fate.BILLED), lost_marks=settlement.lost),
        *(one.plan for one in periods),
        remove_gone(
            present,
            postings,
            mapping.customer,
            newest=facts.newest,
            gone=facts.gone,
            elsewhere=facts.elsewhere,
            uncertain=facts.uncertain,
            leaving=leaving,
            withdrawn={(one.subscription_id, one.period) for one in facts.periods if not one.charges},
        ),
        Plan(
            changes=[
                *remove_unwanted(present, settlement.marks(Fate.STANDING), planned, asked_for, mapping.customer),
                *remove_duplicates(present),
            ]
        ),
    )
    waits = _retail_after(present, plan)
    plan.notes += note_template(
        mapping, present, facts.newest, target=facts.rules.target, writes=plan.writes, waits=waits
    )
    if facts.first:
        plan.notes += note_foreign_lines(mapping, present)
    plan.changes.sort(key=_writing_order)
    return plan


def _retail_after(present: PresentLines, plan: Plan) -> Decimal:
    """What our lines of the mapping bill once the plan is written."""
    changes = [change for change in plan.changes if not change.hold and change.action is not Action.KEEP]
    left = {change.line_id for change in changes if change.line_id is not None}
    standing = (amount_of_values(own).retail for own in present.own.all_standing if own.line_id not in left)
    written = (amount_of_values(change.after).retail for change in changes if change.after is not None)
    return sum((*standing, *written), ZERO)


@dataclass(frozen=True, slots=True)
class PeriodPlan:
    """What one period of one subscription adds to the plan, and the marks that shall stand because of it."""

    plan: Plan
    marks: set[str]


def _plan_periods(
    facts: MappingFacts, present: PresentLines, postings: Postings, settlement: Settlement
) -> list[PeriodPlan]:
    """Period by period; a foreign line that one takes over is no other's."""
    touched: set[str] = set()
    ahead, made = RunsAhead(facts.ahead), []
    for period in sorted(facts.periods, key=lambda p: (p.subscription, p.period)):
        months = [charge.month for charge in period.charges]
        early = bool(months) and min(months) > facts.newest
        newest = period.period == facts.newest
        brief = PeriodBrief(period, facts.mapping, facts.rules, present, facts.choices, early=early, newest=newest)
        known = postings.of(period)
        settled = _settled(brief, postings, known, settlement)
        proved = _proved(brief, known, settled)
        taken = ahead.take(brief, postings, known, [one.part for one in settled])
        settled += map(SettledPart, taken)
        brief = replace(
            brief,
            settled=tuple(one.part for one in settled),
            stood=has_stood(known),
            proposed=is_proposed(known),
            ahead=bool(taken) or gives_back(brief, known),
        )
        again = (period.subscription_id, period.period) in facts.again
        one = _plan_period(brief, postings, known, touched, again=again)
        noted = Plan(notes=note_billed_ahead(brief.mapping, period, taken), proved=proved)
        made.append(PeriodPlan(Plan.of(_held(brief, settled), noted, one.plan), one.marks))
        touched |= {change.line_id for change in one.plan.changes if change.line_id is not None}
    return made


def _settled(brief: PeriodBrief, postings: Postings, known: Posted | None, settlement: Settlement) -> list[SettledPart]:
    """The parts that nothing can change any more."""
    if known is None:
        return []
    return settled_parts(
        known,
        brief.present,
        brief.choices,
        settlement.fates,
        recurring_mark=brief.marks.recurring,
        followed=postings.followed(known),
    )


def _proved(brief: PeriodBrief, known: Posted | None, settled: Sequence[SettledPart]) -> dict[str, str]:
    """The recurring line's mark, with the period, where an invoice is what says now that it is billed."""
    mark = brief.marks.recurring
    before = {part.mark for part in known.parts if part.state is PartState.BILLED} if known else set()
    billed = any(one.part.mark == mark and one.part.state is PartState.BILLED for one in settled)
    return {mark: brief.period.period} if billed and mark not in before and mark in brief.present.carried else {}


def _held(brief: PeriodBrief, settled: Sequence[SettledPart]) -> Plan:
    """What was written and waits for a person."""
    return Plan(
        notes=[
            note_of_hold(brief.mapping, brief.period, one.hold, one.part.mark, one.part.retail)
            for one in settled
            if one.hold
        ]
    )


def _plan_period(
    brief: PeriodBrief, postings: Postings, posted: Posted | None, touched: Collection[str], *, again: bool
) -> PeriodPlan:
    if (
        posted is not None
        and not again
        and not must_plan(brief.mapping, brief.rules, brief.period, posted, brief.settled)
        and not _is_out_of_step(brief, posted)
    ):
        return _leave_as_posted(brief, posted)
    wants = want_period(brief).with_marks_apart(brief.marks)
    if brief.period.product is None and wants.wanted:
        return _fail_without_product(brief, posted, wants)
    return _place_period(brief, postings, wants, touched)


def _is_out_of_step(brief: PeriodBrief, posted: Posted) -> bool:
    """True when a line that stands for the period lacks its product, or has a price that came from the product."""
    product, done = brief.period.product, {part.mark for part in brief.settled}
    if product is None:
        return False
    mapping = brief.mapping
    return any(
        product.mends(line) or product.has_repriced(line, own, retail=mapping.sync_retail, cost=mapping.sync_cost)
        for own, line in _standing(brief, (part for part in posted.parts if part.mark not in done))
    )


def _standing(brief: PeriodBrief, parts: Iterable[PostingPart]) -> list[tuple[OwnLine, TemplateLine]]:
    """The lines of ours that carry these parts, as we know them and as they stand."""
    owns = (brief.present.own.standing(part.mark) for part in parts if part.state is PartState.SYNCED)
    lines = ((own, brief.present.line_of(own)) for own in owns if own is not None)
    return [(own, line) for own, line in lines if line is not None]


def _place_period(brief: PeriodBrief, postings: Postings, wants: PeriodWants, touched: Collection[str]) -> PeriodPlan:
    """Each wanted line against what stands, in turn."""
    mapping, period = brief.mapping, brief.period
    placed = [(wanted, place_line(brief, wanted, touched)) for wanted in wants.wanted]
    plan = Plan(
        changes=[change for _, one in placed for change in one.changes],
        notes=[note for _, one in placed for note in one.notes],
    )
    if Because.DECIMAL_QUANTITY in wants.reasons:
        plan.notes.append(note_fallback(mapping, period, brief.rules.target))
    if wants.no_recurring:
        reason = "Ended" if wants.ended else "Quantity 0"
        plan.changes += remove_recurring(brief.present, brief.marks.recurring, period, mapping.customer, reason)
    plan.notes += note_prices(mapping, period, wants.unit, postings.priced_before(period))
    plan.notes += note_given_away(mapping, period, brief.rules.tolerance)
    plan.postings.append(
        post(
            mapping,
            period,
            [*wants.fixed, *(one.part for wanted, one in placed if wanted.counts)],
            fingerprint=fingerprint_of(mapping, brief.rules, period),
            unit=wants.unit,
            rounding=wants.rounding,
            confirms_run=period.current,
        )
    )
    return PeriodPlan(plan, {wanted.mark for wanted, one in placed if one.part.state is not PartState.EXCLUDED})


def _leave_as_posted(brief: PeriodBrief, posted: Posted) -> PeriodPlan:
    """Nothing new about this period: at most a part has become billed meanwhile."""
    now = {part.mark: part for part in brief.settled}
    parts = tuple(now.get(part.mark, part) for part in posted.parts)
    plan = Plan(unchanged=sum(part.state is PartState.SYNCED for part in parts))
    if brief.period.product and any(line.product_id is None for _, line in _standing(brief, parts)):
        plan.notes.append(note_without_product(brief.mapping, brief.period, brief.period.product))
    if parts != posted.parts:
        plan.postings.append(post_again(brief.mapping, brief.period, posted, parts))
    return PeriodPlan(plan, {part.mark for part in parts if part.state is PartState.SYNCED})


def _fail_without_product(brief: PeriodBrief, posted: Posted | None, wants: PeriodWants) -> PeriodPlan:
    """What stands stays; all else of the period fails."""
    mapping, period = brief.mapping, brief.period
    problem = period.problem or NO_PRODUCT
    note = Note(
        Severity.ERROR,
        "product",
        f"product:{period.subscription}:{period.period}",
        f"{mapping.customer}: {problem}",
        "Make the product unique in the price list, or map the subscription's product.",
        customer_id=mapping.customer_id,
        retail=sum_charges(period.charges).retail,
    )
    known = {part.mark for part in wants.fixed}
    before = posted.parts if posted else ()
    standing = [part for part in before if part.state is PartState.SYNCED and part.mark not in known]
    posting = post_unwritten(
        mapping, brief.rules, period, [*wants.fixed, *standing], state=PartState.FAILED, reason=problem
    )
    marks = {wanted.mark for wanted in wants.wanted} | {part.mark for part in standing}
    return PeriodPlan(Plan(postings=[posting], notes=[note]), marks)


def _hold_everything(facts: MappingFacts, postings: Postings) -> Plan:
    mapping = facts.mapping
    code = mapping.trouble_code or HoldCode.TEMPLATE_GONE
    text = mapping.trouble or "The invoice template no longer exists. Choose another one."
    standing = (own for own in facts.own_lines if own.state is LineState.STANDING)
    retail = sum((amount_of_values(own).retail for own in standing), ZERO)
    money = f" {shown(retail)} of our lines is not billed by it." if retail and code == HoldCode.TEMPLATE_GONE else ""
    note = Note(
        Severity.ERROR if code == HoldCode.CURRENCY else Severity.WARNING,
        code,
        f"{code}:{mapping.mapping_id}",
        f"{mapping.customer}: {text}{money}",
        customer_id=mapping.customer_id,
        retail=retail,
    )
    known = [(period, postings.of(period)) for period in facts.periods]
    held = [
        post_unwritten(mapping, facts.rules, period, not_waiting(before), state=PartState.HELD, reason=text)
        for period, before in known
        if before is None or any_waits(before.parts)
    ]
    return Plan(postings=held, notes=[note])


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
