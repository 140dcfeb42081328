"""Plan the rest of one template again, as it stands now, and say what changed."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from money.enums import Action, HoldCode
from money.plan import Plan
from money.planning import plan_billing
from syncs.deciding.findings import store_notes
from syncs.enums import Anew, Cause, ChangeState
from syncs.facts.mappings import mapped_to, mappings_on
from syncs.facts.program import load_billing
from syncs.models import Change
from syncs.running.opening import open_months
from syncs.running.planning import remember_templates
from syncs.running.slices import Slice
from syncs.running.templates import read_template
from syncs.writing.committing import commit_billing
from syncs.writing.freshness import mapped_digest
from syncs.writing.protocol import lost_changes


def replan_template(work: Slice, template_id: int, why: Anew) -> None:
    """Plan the mappings of one template again, as it stands now, and say what changed."""
    with work.run() as run:
        open_ones = Q(state=ChangeState.PLANNED) | Q(state=ChangeState.FAILED, cause=Cause.STRANDED)
        stale = run.changes.filter(open_ones, template_id=template_id)
        old = list(stale.order_by("position"))
        carried = run.basis.get("carried", ())
        kept = run.changes.filter(template_id=template_id, action=Action.KEEP, state=ChangeState.DONE)
        again = list(kept.values_list("subscription_id", "period"))
        mapping_ids = mappings_on(run.program, template_id)
        open_months(run.program, mapping_ids)
        facts = load_billing(run.program, mapping_ids, carried=carried, again=again)
        made = plan_billing(facts.mappings, (), facts.templates, facts.choices)
        mapped = mapped_to(run.program, {template_id, *(change.template_id for change in made.changes)})
        said = why.label.format(target=run.program.target.label)
        stale.update(state=ChangeState.DROPPED, error=said)
        kept.delete()  # looked at once more
        waits = run.approved and _plans_other(old, made)
        reason = f"{said} Look at the new plan before it is applied." if waits else ""
        commit_billing(run, made, facts.templates, waiting_for=reason)
        remember_templates(run, made, facts.templates, mapped)
        run.templates.filter(template_id=template_id).update(mapped=mapped_digest(mapped.get(template_id, ())))
        if waits:
            stale.all().update(state=ChangeState.HELD, hold=HoldCode.CHANGED_SINCE, reason=reason)
        store_notes(run, made.notes)
        name = facts.templates[template_id].name if template_id in facts.templates else template_id
        run.messages.append(f"“{name}”: {said}")
        run.total = run.changes.filter(state=ChangeState.PLANNED).count() + run.done
        run.save(update_fields=["messages", "total"])


def _plans_other(old: Iterable[Change], made: Plan) -> bool:
    before = [(c.action, c.mark, c.retail, c.cost) for c in old]
    after = [(c.action, c.mark, c.retail, c.cost) for c in made.changes if c.action.writes and not c.hold]
    return before != after


def plan_rest_again(work: Slice, template_id: int, why: Anew) -> bool:
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


def plan_anew(work: Slice, template_ids: set[int]) -> None:
    """Read these templates and plan their mappings again: something else happened to them while they were written."""
    for template_id in sorted(template_ids):
        read_template(work, template_id)
        replan_template(work, template_id, Anew.ELSEWHERE)
