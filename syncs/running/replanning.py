"""Plan the rest of one template again, as it stands now, and say what changed."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from connectors.records import id_order
from core.scope import without_nested_loops
from money.enums import Action, HoldCode, PartState
from money.holds import month_question
from money.month.guard import hold_removals
from money.plan import Plan
from money.planning import plan_billing
from syncs.deciding.findings import store_notes
from syncs.deciding.restoring import take_billed, was_restored
from syncs.enums import Anew, Cause, ChangeState, PartCause
from syncs.facts.evidence import add_evidence, lines_to_prove, load_evidence
from syncs.facts.mappings import customers_on, mapped_to, on_template
from syncs.facts.months import load_months_of
from syncs.facts.program import BillingFacts, load_billing, load_choices
from syncs.facts.run_scope import run_scope
from syncs.facts.target import load_templates
from syncs.models import Change, Run
from syncs.proving.billed import remember_proof
from syncs.running.opening import open_months
from syncs.running.planning import HELD_REMOVALS, MONTHS, remember_templates
from syncs.running.slices import Slice
from syncs.running.templates import read_template
from syncs.writing.carried import find_carried
from syncs.writing.committing import commit_billing, part_of_change
from syncs.writing.freshness import mapped_digest, template_digest
from syncs.writing.protocol import lost_changes


def replan_template(work: Slice, template_id: str, why: Anew, *, read: bool = False) -> None:
    """Plan the mappings of one template again, as it stands now, and say what changed.

    ``read``: it was read for its first write. The run knows that from then on, and not before the new plan is there:
    broken off between the two, it would go on with the old one.
    """
    _ask_what_was_billed_since(work, template_id)
    restored = _replan(work, template_id, why, read=read)
    if restored and take_billed(work.partner_id, work.run_id, lambda: work.target):
        _replan(work, template_id, why, read=read)


def _ask_what_was_billed_since(work: Slice, template_id: str) -> None:
    """The template may have run behind the plan: then its invoices are asked, as they were before it."""
    with work.run() as run, without_nested_loops():
        sought = lines_to_prove(run.program, customers_on(run.program, template_id))
    if not sought:
        return
    carried = find_carried(sought, work.target)
    with work.run() as run:
        run.basis |= add_evidence(run.basis, sought, carried)
        run.save(update_fields=["basis"])


def _replan(work: Slice, template_id: str, why: Anew, *, read: bool) -> bool:
    """Whether invoices may carry what it plans, as a backup was restored."""
    with work.whole_run(whole_sets=True) as run:
        old = list(_part_of_plan(run, template_id).order_by("position"))
        last = run.changes.aggregate(last=Max("position"))["last"] or 0
        mapped_here = _mapped_here(run, template_id)
        mapping_ids, customers = list(mapped_here), set(mapped_here.values())
        evidence = load_evidence(run.program, run.basis, customers)
        taken = set(run.basis.get("carried", ())) - run.basis["billed_by"].keys()  # what resolving lost writes found
        kept = run.changes.filter(template_id=template_id, action=Action.KEEP, state=ChangeState.DONE)
        again = list(kept.values_list("subscription_id", "period"))
        months = load_months_of(run.program, customers, run.basis.get(MONTHS))
        choices = load_choices(run.program)
        open_months(run.program, mapping_ids, months, choices, evidence.ahead)
        facts = load_billing(
            run.program,
            mapping_ids,
            months=months,
            choices=choices,
            carried=taken | evidence.billed_by.keys(),
            billed_before=evidence.billed_before,
            ahead=evidence.ahead,
            again=again,
        )
        made = plan_billing(facts.mappings, (), facts.templates, facts.choices)
        if HELD_REMOVALS in run.basis:
            first = {(one.mapping.customer_id, one.mapping.motion) for one in facts.mappings if one.first}
            made.changes = hold_removals(
                made.changes, month_question(HoldCode.REMOVALS, **run.basis[HELD_REMOVALS]), first
            )
        mapped = mapped_to(run.program, {template_id, *(change.template_id for change in made.changes)})
        said = why.label.format(target=run.program.target.label)
        run.changes.filter(pk__in=[change.pk for change in old]).update(state=ChangeState.DROPPED, error=said)
        kept.delete()  # looked at once more
        waited = any(change.state == ChangeState.HELD for change in old)
        waits = run.approved and (waited or _plans_other(old, made))
        reason = f"{said} Look at the new plan before it is applied." if waits else ""
        commit_billing(run, made, facts.templates, waiting_for=reason)
        remember_proof(run.program, facts.mappings, made, evidence)
        remember_templates(run, made, facts.templates, mapped)
        _keep_visit(run, facts, template_id, mapped_digest(mapped.get(template_id, ())), read=read)
        if waits:
            _hold_again(run, last, reason)
        store_notes(run, made.notes)
        name = facts.templates[template_id].name if template_id in facts.templates else template_id
        run.messages.append(f"“{name}”: {said}")
        run.total = run.changes.filter(state=ChangeState.PLANNED).count() + run.done
        run.save(update_fields=["messages", "total"])
        return was_restored(run.program)


def _mapped_here(run: Run, template_id: str) -> dict[int, int]:
    """Mappings with their customers; of a run about one customer, those of that one."""
    here, scope = on_template(run.program, template_id), run_scope(run)
    if scope is not None and scope.customer is not None:
        here = here.filter(customer=scope.customer)
    return dict(here.values_list("pk", "customer"))


def _keep_visit(run: Run, facts: BillingFacts, template_id: str, mapped: str, *, read: bool) -> None:
    """What the new plan was made from, and which run of the template it knows."""
    visits, template = run.templates.filter(template_id=template_id), facts.templates.get(template_id)
    visits.update(mapped=mapped)
    if template is not None:
        visits.update(next_run=template.next_run)
    if read:
        visits.update(read_at=timezone.now())


def _part_of_plan(run: Run, template_id: str) -> QuerySet[Change]:
    """What is open of a template's part: a line that moves belongs, with its removal, to where it goes."""
    open_ones = run.changes.filter(
        Q(state=ChangeState.PLANNED)
        | Q(state=ChangeState.FAILED, cause__in=(Cause.STRANDED, Cause.HALF))
        | Q(state=ChangeState.HELD, hold=HoldCode.CHANGED_SINCE)
    )
    added = open_ones.filter(action=Action.ADD_LINE)
    leaves = Q(action=Action.REMOVE_LINE, mark__in=list(_marks(added.exclude(template_id=template_id))))
    comes = Q(action=Action.REMOVE_LINE, mark__in=list(_marks(added.filter(template_id=template_id))))
    return open_ones.filter((Q(template_id=template_id) & ~leaves) | comes)


def _marks(changes: QuerySet[Change]) -> Iterable[str]:
    return changes.values_list("mark", flat=True)


def _hold_again(run: Run, last: int, reason: str) -> None:
    """What was planned behind ``last`` waits again, but for lines that are off their old template already."""
    off = run.changes.filter(action=Action.REMOVE_LINE, state=ChangeState.DONE)
    made = run.changes.filter(position__gt=last, state=ChangeState.PLANNED).exclude(mark__in=list(_marks(off)))
    made.update(state=ChangeState.HELD, hold=HoldCode.CHANGED_SINCE, reason=reason)


def wait_again(run: Run) -> bool:
    """Let what changed since it was approved wait for a person once more; false where nothing did. Inside the scope."""
    held = list(run.changes.filter(state=ChangeState.HELD, hold=HoldCode.CHANGED_SINCE).order_by("position"))
    if not held or run.cancel_requested:
        return False
    run.waiting_for = held[0].reason
    for change in held:
        change.run = run
        part_of_change(change).update(state=PartState.HELD, cause=PartCause.PLAN_WAITS, reason=run.waiting_for)
    run.changes.filter(pk__in=[change.pk for change in held]).update(state=ChangeState.PLANNED, hold="")
    ids = {change.template_id for change in held if change.template_id is not None}
    templates, mapped = load_templates(run.program, ids), mapped_to(run.program, ids)
    for visit in run.templates.filter(template_id__in=ids):
        visit.planned_from = template_digest(templates[visit.template_id]) if visit.template_id in templates else ""
        visit.mapped, visit.read_at, visit.verified_at = mapped_digest(mapped.get(visit.template_id, ())), None, None
        visit.save(update_fields=["planned_from", "mapped", "read_at", "verified_at"])
    run.total = len(held) + run.done
    run.save(update_fields=["waiting_for", "total"])
    return True


def _plans_other(old: Iterable[Change], made: Plan) -> bool:
    before = [(str(c.action), c.mark, c.retail, c.cost) for c in old]
    after = [(str(c.action), c.mark, c.retail, c.cost) for c in made.changes if c.action.writes and not c.hold]
    return sorted(before) != sorted(after)


def destinations_of(run: Run, template_id: str) -> set[str]:
    """The templates to which lines of this one are to move. Inside the scope."""
    planned = run.changes.filter(state=ChangeState.PLANNED)
    leaving = planned.filter(template_id=template_id, action=Action.REMOVE_LINE)
    coming = planned.filter(action=Action.ADD_LINE, mark__in=list(_marks(leaving))).exclude(template_id=template_id)
    return {found for found in coming.values_list("template_id", flat=True) if found is not None}


def plan_rest_again(work: Slice, template_id: str, why: Anew) -> bool:
    """Plan the rest of a template anew in the middle of writing it.

    False, and put off, while a line of the template may still land: planned anew, it would be sent twice.
    """
    with work.bare_run() as run:
        lost = any(change.template_id == template_id for change in lost_changes(run.pk))
        run.templates.filter(template_id=template_id).update(put_off=why if lost else "")
    if not lost:
        read_template(work, template_id)
        replan_template(work, template_id, why)
    return not lost


def plan_anew(work: Slice, template_ids: set[str]) -> None:
    """Read these templates and plan their mappings again: something else happened to them while they were written."""
    for template_id in sorted(template_ids, key=id_order):
        read_template(work, template_id)
        replan_template(work, template_id, Anew.ELSEWHERE)
