"""The state *planning* of a billing run: make the plan, chunk by chunk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.models import F, Sum

from connectors.records import InvoiceTemplate
from money.enums import LineState, PartRole
from money.guard import Upheaval, guard_reason
from money.plan import Plan
from money.planning import plan_billing
from money.words import ZERO
from programs.models import Approval
from syncs.deciding.findings import store_notes
from syncs.enums import ChangeState, RunState
from syncs.facts.evidence import still_proving
from syncs.facts.mappings import mapped_to, mapping_chunks
from syncs.facts.older_months import note_older_months
from syncs.facts.program import BillingFacts, load_billing, load_choices, load_left_behind
from syncs.facts.retry_scope import retry_scope
from syncs.facts.surveying import survey
from syncs.facts.target import load_templates
from syncs.facts.usual_amounts import usual_amounts
from syncs.models import Line, Run, RunTemplate
from syncs.proving.billed import remember_carried
from syncs.running.opening import open_months
from syncs.running.slices import Slice
from syncs.writing.committing import add_changes, commit_billing, hold_parts
from syncs.writing.freshness import mapped_digest, template_digest
from syncs.writing.leftovers import removals_of_leftovers

Mapped = Mapping[int, Sequence[tuple[int, str]]]  # as ``mapped_to`` answers


def plan_billing_run(work: Slice) -> RunState:
    """Make the plan, chunk by chunk; it waits when approval is required or it changes very much.

    Planning that was broken off begins anew: nothing of it was written to the target. A retry plans
    what failed and nothing else.
    """
    with work.run() as run:
        retry = retry_scope(run)
        marks, mappings = (retry.marks, retry.mappings) if retry else (None, None)  # None: all of them
        billed_by = still_proving(run.program, run.basis["billed_by"])
        run.changes.all().delete()
        run.templates.all().delete()
        run.basis["carried"] = sorted(billed_by)
        run.counts = {"plan_unchanged": 0}
        run.save(update_fields=["basis", "counts"])
        chunks = mapping_chunks(run.program, mappings)
        mapped = mapped_to(run.program)  # before the chunks: what is changed meanwhile is planned anew
    upheaval = Upheaval()
    for mapping_ids in chunks:
        with work.run() as run:
            if not run.preview:
                open_months(run.program, mapping_ids)
            facts = load_billing(run.program, mapping_ids, carried=billed_by)
            _plan_chunk(run, facts, mapped, upheaval)
            if not run.preview:
                remember_carried(run.program, billed_by, {one.mapping.customer_id for one in facts.mappings})
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
    remember_templates(run, made, facts.templates, mapped)
    run.counts["plan_unchanged"] += made.unchanged
    run.save(update_fields=["counts"])


def _plan_leftovers(run: Run, mapped: Mapped, marks: Collection[str] | None) -> None:
    """What should be gone and stands is no news for the guard."""
    changes = [change for change in removals_of_leftovers(run) if marks is None or change.mark in marks]
    add_changes(run, changes)
    templates = load_templates(run.program, {change.template_id for change in changes})
    remember_templates(run, Plan(changes=changes), templates, mapped)


def remember_templates(run: Run, made: Plan, templates: dict[int, InvoiceTemplate], mapped: Mapped) -> None:
    """Keep with the run which templates it writes, and from what their part was planned."""
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
    lines = Line.objects.filter(program=run.program_id, state=LineState.STANDING, role=PartRole.RECURRING)
    cents = lines.aggregate(total=Sum(F("quantity") * F("retail_cents")))["total"]
    return guard_reason(upheaval, line_count=lines.count(), total=(cents or ZERO) / 100)
