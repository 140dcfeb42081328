"""The state *planning* of a billing run: make the plan, chunk by chunk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.models import F, QuerySet, Sum

from connectors.records import InvoiceTemplate, id_order
from money.enums import Action, LineState, PartRole
from money.facts import Choice
from money.holds import month_of_subject
from money.month.guard import Upheaval, guard_reason, hold_of_removals
from money.month.months import Months
from money.month.unfinished import note_not_any_invoice, note_not_invoiced, note_of_removals
from money.notes import NO_PRODUCT
from money.plan import Hold, Note, Plan
from money.planning import plan_billing
from money.words import ZERO
from programs.models import Approval
from syncs.deciding.findings import store_notes
from syncs.deciding.restoring import note_older, note_strange_marks, take_billed, was_restored, why_older
from syncs.enums import ChangeState, RunState
from syncs.facts.evidence import load_evidence
from syncs.facts.mappings import mapped_to, mapping_chunks
from syncs.facts.months import load_and_keep_months, load_holders, month_without_invoice
from syncs.facts.older_months import note_older_months
from syncs.facts.program import BillingFacts, load_billing, load_choices, load_left_behind
from syncs.facts.run_scope import run_scope
from syncs.facts.surveying import survey
from syncs.facts.target import load_templates
from syncs.facts.usual_amounts import usual_amounts
from syncs.models import Line, Run, RunTemplate
from syncs.proving.billed import remember_proof
from syncs.running.judging import WITHOUT_PRODUCT
from syncs.running.opening import open_months, place_purchases
from syncs.running.planning_products import products_to_be_made
from syncs.running.slices import Slice
from syncs.writing.committing import add_changes, commit_billing, hold_parts
from syncs.writing.freshness import mapped_digest, template_digest
from syncs.writing.joining import join_waiting_credits
from syncs.writing.leftovers import removals_of_leftovers

HELD_REMOVALS = "held_removals"  # in the basis of a run: why the removals of its plan wait
MONTHS = "months"  # in the basis of a run: which month its plan took for regular
Mapped = Mapping[str, Sequence[tuple[int, str]]]  # as ``mapped_to`` answers


def plan_billing_run(work: Slice) -> RunState:
    """Make the plan; after a restore, once more where invoices carry some of it already."""
    state, restored = _plan(work)
    if restored and take_billed(work.partner_id, work.run_id, lambda: work.target):
        return RunState.PLANNING
    return state


def _plan(work: Slice) -> tuple[RunState, bool]:
    """Make the plan, chunk by chunk; it waits when approval is required or it changes very much.

    Planning that was broken off begins anew: nothing of it was written to the target. A run of a few plans
    theirs and nothing else. Answers also whether a backup was restored: invoices may carry some of the plan then.
    """
    with work.whole_run(whole_sets=True) as run:
        scope = run_scope(run)
        marks, mappings = (scope.marks, scope.mappings) if scope else (None, None)  # None: all of them
        mapped = mapped_to(run.program)  # before the chunks: what is changed meanwhile is planned anew
        note_strange_marks(run, mapped)
        evidence = load_evidence(run.program, run.basis)
        if run.counts:  # planning began before
            run.changes.all().delete()
            run.templates.all().delete()
        run.basis["carried"] = sorted(evidence.billed_by)
        run.counts = {"plan_unchanged": 0}
        place_purchases(run.program)
        join_waiting_credits(run.program)
        months, run.basis[MONTHS] = load_and_keep_months(run.program)
        run.save(update_fields=["basis", "counts"])
        chunks = mapping_chunks(run.program, mappings)
    upheaval = Upheaval()
    for mapping_ids in chunks:
        with work.whole_run(whole_sets=True) as run:
            choices = load_choices(run.program)
            if not run.preview:
                open_months(run.program, mapping_ids, months, choices, evidence.ahead)
            facts = load_billing(
                run.program,
                mapping_ids,
                months=months,
                choices=choices,
                carried=evidence.billed_by,
                billed_before=evidence.billed_before,
                ahead=evidence.ahead,
            )
            made = _plan_chunk(run, facts, mapped, upheaval)
            if not run.preview:
                remember_proof(run.program, facts.mappings, made, evidence)
            run.save(update_fields=["counts", "messages"])
    with work.whole_run(whole_sets=True) as run:
        left_behind = load_left_behind(run.program, marks)
        _plan_chunk(run, left_behind, mapped, upheaval)
        _plan_leftovers(run, mapped, marks)
        store_notes(run, _tell_beside(run, months, left_behind.choices))
        return _conclude(run, upheaval, months), was_restored(run.program)


def _tell_beside(run: Run, months: Months, choices: Mapping[str, Choice]) -> list[Note]:
    """What billing should know beside the plan; a run about one customer tells of that one, a retry of nobody."""
    scope = run_scope(run)
    if scope is not None and scope.customer is None:
        return []
    told = [*survey(run.program), *note_older_months(run.program, choices)]
    if scope is not None:
        return [note for note in told if note.customer_id == scope.customer]
    ended = month_without_invoice(run.program, months.newest)
    return [
        *told,
        *note_not_invoiced(months),
        *note_older(run),
        *note_not_any_invoice(ended, load_holders(run.program) if ended else ()),
    ]


def _plan_chunk(run: Run, facts: BillingFacts, mapped: Mapped, upheaval: Upheaval) -> Plan:
    """The run's counts and messages are not saved for you."""
    made = plan_billing(facts.mappings, facts.left_behind, facts.templates, facts.choices)
    first = {(f.mapping.customer_id, f.mapping.motion) for f in facts.mappings if f.first}
    upheaval.count(made.changes, first, usual_amounts(run.program, made.changes))
    if run.preview:
        _tell_lines_without_product(run, made)
    commit_billing(run, made, facts.templates)
    store_notes(run, made.notes)
    remember_templates(run, made, facts.templates, mapped)
    run.counts["plan_unchanged"] += made.unchanged
    return made


def _tell_lines_without_product(run: Run, made: Plan) -> None:
    """A preview leaves no finding behind, so it says itself which lines no product sync would give a product first."""
    unlinked = {note.product_id: note.text for note in made.notes if note.code == NO_PRODUCT}
    if unlinked:
        coming = products_to_be_made(run.program)
        run.messages += [text for product_id, text in unlinked.items() if product_id not in coming]
        run.counts[WITHOUT_PRODUCT] = run.counts.get(WITHOUT_PRODUCT, 0) + len(unlinked.keys() - coming)


def _plan_leftovers(run: Run, mapped: Mapped, marks: Collection[str] | None) -> None:
    """What should be gone and stands is no news for the guard."""
    changes = [change for change in removals_of_leftovers(run) if marks is None or change.mark in marks]
    add_changes(run, changes)
    templates = load_templates(run.program, {change.template_id for change in changes})
    remember_templates(run, Plan(changes=changes), templates, mapped)


def remember_templates(run: Run, made: Plan, templates: dict[str, InvoiceTemplate], mapped: Mapped) -> None:
    """Keep with the run which templates it writes, and from what their part was planned."""
    written = {change.template_id for change in made.changes if change.action.writes and not change.hold}
    known = set(run.templates.filter(template_id__in=written).values_list("template_id", flat=True))
    RunTemplate.objects.bulk_create(
        RunTemplate(
            run=run,
            template_id=template_id,
            planned_from=template_digest(templates[template_id]) if template_id in templates else "",
            mapped=mapped_digest(mapped.get(template_id, ())),
        )
        for template_id in sorted(written - known, key=id_order)
    )


def _conclude(run: Run, upheaval: Upheaval, months: Months) -> RunState:
    lines = Line.objects.filter(program=run.program_id, state=LineState.STANDING, role=PartRole.RECURRING)
    hold = hold_of_removals(months, upheaval, line_count=lines.count()) if upheaval.removals else None
    if hold is not None:
        _hold_removals(run, hold, upheaval)
    run.total = run.changes.filter(state=ChangeState.PLANNED).count()
    run.waiting_for = _must_wait(run, upheaval, lines) if run.total else ""
    run.save(update_fields=["total", "waiting_for", "basis", "counts", "messages"])
    if run.preview or not run.total:
        return RunState.FINISHED
    if run.waiting_for:
        hold_parts(run, run.waiting_for)
        return RunState.WAITING
    return RunState.APPLYING


def _hold_removals(run: Run, hold: Hold, upheaval: Upheaval) -> None:
    """So many lines would go that a person must look first; the rest of the plan goes on."""
    removals = run.changes.filter(mark__in=upheaval.removals, role=PartRole.RECURRING, action=Action.REMOVE_LINE)
    removals.filter(state=ChangeState.PLANNED).update(
        state=ChangeState.HELD, hold=hold.code, subject=hold.subject, reason=hold.text
    )
    run.basis[HELD_REMOVALS] = {"text": hold.text, "month": month_of_subject(hold.subject)}  # for a part planned again
    store_notes(run, [note_of_removals(hold, upheaval.removed_retail)])


def _must_wait(run: Run, upheaval: Upheaval, lines: QuerySet[Line]) -> str:
    if run.program.approval == Approval.REQUIRED:
        return "Approval is required."
    if older := why_older(run):
        return older
    cents = lines.aggregate(total=Sum(F("quantity") * F("retail_cents")))["total"]
    return guard_reason(upheaval, line_count=lines.count(), total=(cents or ZERO) / 100)
