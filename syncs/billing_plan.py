"""Make the billing plan of a run, and make it again for a template that changed since."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import F, Q, Sum

from connectors.records import Template
from core.money import ZERO
from programs.models import Approval
from syncs.committing import add_changes, commit_billing, hold_parts
from syncs.evidence import find_carried, lines_to_prove, remember_carried
from syncs.findings import store_notes
from syncs.leftovers import removals_of_leftovers
from syncs.loading import (
    BillingFacts,
    load_billing,
    load_choices,
    load_left_behind,
    load_templates,
    mapped_to,
    mapping_chunks,
    mappings_on,
)
from syncs.models import Action, Change, ChangeState, Line, LineState, PartRole, Run, RunState, RunTemplate
from syncs.older_periods import note_older_months
from syncs.planning.billing import plan_billing
from syncs.planning.guard import Upheaval, guard_reason
from syncs.planning.results import Plan
from syncs.retry_scope import retry_scope
from syncs.slices import Slice
from syncs.surveying import survey
from syncs.usual_amounts import usual_amounts

# Of an addition that may come true yet: once the removal, whose answer was lost, is known to have happened.
STRANDED = "The line is still on the old template, so it is not added to the new one."

Mapped = Mapping[int, Sequence[tuple[int, str]]]  # as ``mapped_to`` answers


def plan(work: Slice) -> RunState:
    """Make the plan, chunk by chunk; it waits when approval is required or it changes very much.

    Planning that was broken off begins anew: nothing of it was written to the target. A retry plans
    what failed and nothing else.
    """
    with work.run() as run:
        retry = retry_scope(run)
        marks, mappings = (retry.marks, retry.mappings) if retry else (None, None)  # None: all of them
        sought = [one for one in lines_to_prove(run.program) if marks is None or one.mark in marks]
    carried = find_carried(sought, work.target)
    with work.run() as run:
        run.changes.all().delete()
        run.templates.all().delete()
        run.basis["carried"] = sorted(carried)
        run.counts = {"plan_unchanged": 0}
        run.save(update_fields=["basis", "counts"])
        chunks = mapping_chunks(run.program, mappings)
        mapped = mapped_to(run.program)  # before the chunks: what is changed meanwhile is planned anew
    upheaval = Upheaval()
    for mapping_ids in chunks:
        with work.run() as run:
            facts = load_billing(run.program, mapping_ids, carried=carried, preview=run.preview)
            _plan_chunk(run, facts, mapped, upheaval)
            if not run.preview:
                remember_carried(run.program, carried, {one.mapping.customer_id for one in facts.mappings})
    with work.run() as run:
        _plan_chunk(run, load_left_behind(run.program, marks), mapped, upheaval)
        _plan_leftovers(run, mapped, marks)
        if retry is None:
            store_notes(run, survey(run.program))
            store_notes(run, note_older_months(run.program, load_choices(run.program)))
        return _conclude(run, upheaval)


def _plan_chunk(run: Run, facts: BillingFacts, mapped: Mapped, upheaval: Upheaval) -> None:
    made = plan_billing(facts.mappings, facts.left_behind, facts.templates, facts.choices)
    first = {(f.mapping.customer_id, f.mapping.motion) for f in facts.mappings if f.first}
    upheaval.count(made.changes, first, usual_amounts(run.program, made.changes))
    commit_billing(run, made, facts.templates)
    store_notes(run, made.notes)
    _remember_templates(run, made, facts.templates, mapped)
    run.counts["plan_unchanged"] += made.unchanged
    run.save(update_fields=["counts"])


def _plan_leftovers(run: Run, mapped: Mapped, marks: Collection[str] | None) -> None:
    """What should be gone and stands is no news for the guard."""
    changes = [change for change in removals_of_leftovers(run) if marks is None or change.mark in marks]
    add_changes(run, changes)
    templates = load_templates(run.program, {change.template_id for change in changes})
    _remember_templates(run, Plan(changes=changes), templates, mapped)


def _remember_templates(run: Run, made: Plan, templates: dict[int, Template], mapped: Mapped) -> None:
    written = {change.template_id for change in made.changes if change.action.writes}
    known = set(run.templates.filter(template_id__in=written).values_list("template_id", flat=True))
    RunTemplate.objects.bulk_create(
        RunTemplate(
            run=run,
            template_id=template_id,
            planned_from=template_digest(templates[template_id]) if template_id in templates else "",
            mapped=mapped_digest(mapped.get(template_id, ())),
        )
        for template_id in sorted(written - known)
    )


def _conclude(run: Run, upheaval: Upheaval) -> RunState:
    run.total = run.changes.filter(state=ChangeState.PLANNED).count()
    run.waiting_for = _must_wait(run, upheaval) if run.total else ""
    run.save(update_fields=["total", "waiting_for"])
    if run.preview or not run.total:
        return RunState.FINISHED
    if run.waiting_for:
        hold_parts(run, run.waiting_for)
        return RunState.WAITING
    return RunState.APPLYING


def _must_wait(run: Run, upheaval: Upheaval) -> str:
    if run.program.approval == Approval.REQUIRED:
        return "Approval is required."
    lines = Line.objects.filter(target=run.program.target_id, state=LineState.STANDING, role=PartRole.RECURRING)
    cents = lines.aggregate(total=Sum(F("quantity") * F("retail_cents")))["total"]
    return guard_reason(upheaval, line_count=lines.count(), total=(cents or ZERO) / 100)


def replan_template(work: Slice, template_id: int, why: str) -> None:
    """Plan the mappings of one template again, as it stands now, and say what changed."""
    with work.run() as run:
        open_ones = Q(state=ChangeState.PLANNED) | Q(state=ChangeState.FAILED, error=STRANDED)
        stale = run.changes.filter(open_ones, template_id=template_id)
        old = list(stale.order_by("position"))
        carried = run.basis.get("carried", ())
        kept = run.changes.filter(template_id=template_id, action=Action.KEEP, state=ChangeState.DONE)
        again = list(kept.values_list("subscription_id", "period"))
        facts = load_billing(run.program, mappings_on(run.program, template_id), carried=carried, again=again)
        made = plan_billing(facts.mappings, (), facts.templates, facts.choices)
        mapped = mapped_to(run.program, {template_id, *(change.template_id for change in made.changes)})
        stale.update(state=ChangeState.DROPPED, error=why)
        kept.delete()  # looked at once more
        waits = run.approved and _plans_other(old, made)
        reason = f"{why} Look at the new plan before it is applied." if waits else ""
        commit_billing(run, made, facts.templates, waiting_for=reason)
        _remember_templates(run, made, facts.templates, mapped)
        run.templates.filter(template_id=template_id).update(mapped=mapped_digest(mapped.get(template_id, ())))
        if waits:
            stale.all().update(state=ChangeState.HELD, hold="changed_since", reason=reason)
        store_notes(run, made.notes)
        name = facts.templates[template_id].name if template_id in facts.templates else template_id
        run.messages.append(f"“{name}”: {why}")
        run.total = run.changes.filter(state=ChangeState.PLANNED).count() + run.done
        run.save(update_fields=["messages", "total"])


def _plans_other(old: Iterable[Change], made: Plan) -> bool:
    before = [(c.action, c.mark, c.retail, c.cost) for c in old]
    after = [(c.action, c.mark, c.retail, c.cost) for c in made.changes if c.action.writes and not c.hold]
    return before != after


def template_digest(template: Template) -> str:
    """Of everything about a template that a plan depends on (the order of lines is not)."""
    lines = sorted(
        (
            line.line_id,
            str(line.product_id),
            line.name,
            line.description,
            line.quantity.normalize(),
            line.retail_cents,
            line.cost_cents,
            line.taxable,
            line.one_time,
        )
        for line in template.lines
    )
    return _digest((template.next_run, template.paused, template.customer_id, lines))


def mapped_digest(mapped: Sequence[tuple[int, str]]) -> str:
    """Of the mappings to a template that sync, each with its pricing strategy."""
    return _digest(list(mapped))


def _digest(told: object) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()[:24]
