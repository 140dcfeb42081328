"""The state *settling*: resolve lost answers, then go on writing or verify."""

from __future__ import annotations

from customers.target_copy import save_template
from syncs.enums import Anew, ChangeState, RunState
from syncs.running.abandoned import find_abandoned, resolve_abandoned_lines
from syncs.running.moving import take_up_halves, take_up_stranded
from syncs.running.replanning import plan_anew, plan_rest_again
from syncs.running.slices import Slice
from syncs.writing.products import resolve_product
from syncs.writing.protocol import lost_changes, settles_in
from syncs.writing.resolving import resolve_line_changes

# --- Settle and verify ----------------------------------------------------------------------------


def settle_lines(work: Slice) -> RunState | float:
    """Resolve lost answers; a number is the seconds until that can be done.

    Those of runs that died come first: a plan that waited for a person meanwhile has not met them yet.
    """
    with work.run() as run:
        abandoned, wait = find_abandoned(run)
    if wait > 0:
        return wait
    resolve_abandoned_lines(work, abandoned)
    with work.run() as run:
        lost = lost_changes(run.pk)
        for change in lost:
            change.run = run
        wait = settles_in(lost)
    if wait > 0:
        return wait
    resolved = resolve_line_changes(work.partner_id, lost, work.target)
    for template in resolved.templates.values():
        if template is not None:  # what is sent again goes to the template as it is now
            save_template(work.partner_id, work.target_id, template)
    with work.run() as run:
        put_off = dict(run.templates.exclude(put_off="").values_list("template_id", "put_off"))
    for template_id, why in put_off.items():
        plan_rest_again(work, template_id, Anew(why))
    plan_anew(work, resolved.anew - put_off.keys())
    take_up_stranded(work)
    take_up_halves(work)
    with work.run() as run:
        again = run.changes.filter(state=ChangeState.PLANNED).exists() and not run.cancel_requested
        return RunState.APPLYING if again else RunState.VERIFYING


# --- Settle ---------------------------------------------------------------------------------------


def settle_products(work: Slice) -> RunState | float:
    """Resolve lost answers by the key in the product; a number is the seconds to wait first."""
    with work.run() as run:
        lost = lost_changes(run.pk)
        wait = settles_in(lost)
    if wait > 0:
        return wait
    for change in lost:
        resolve_product(work, change)
    with work.run() as run:
        again = run.changes.filter(state=ChangeState.PLANNED).exists() and not run.cancel_requested
        return RunState.APPLYING if again else RunState.FINISHED
