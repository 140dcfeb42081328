"""Changes whose answer was lost: read the target, then adopt what is there or send again."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone

from connectors.errors import RecordMissing
from connectors.records import Template, TemplateLine
from connectors.registry import Target
from core.money import from_cents
from core.scope import partner_scope
from syncs.applying import record_written
from syncs.committing import part_of_change
from syncs.evidence import Sought, find_carried
from syncs.models import (
    ACTIVE_STATES,
    Action,
    Change,
    ChangeState,
    Line,
    LineState,
    PartRole,
    PartState,
    Run,
)
from syncs.planning.present import line_by_id, lines_by_mark, values_of
from syncs.values import line_from_json

MOST_ATTEMPTS = 3


def lost_changes(run_id: int) -> list[Change]:
    """Changes that were sent and never answered, also by a worker that died. Inside the scope."""
    lost = (ChangeState.UNKNOWN, ChangeState.SENDING)
    return list(Change.objects.filter(run=run_id, state__in=lost).order_by("position"))


def abandoned_changes(run: Run) -> list[Change]:
    """Sent and never answered in earlier runs of this kind, which are over. Inside the scope."""
    lost = (ChangeState.UNKNOWN, ChangeState.SENDING)
    ended = Run.objects.filter(program=run.program_id, kind=run.kind).exclude(state__in=ACTIVE_STATES)
    changes = Change.objects.filter(run__in=ended, state__in=lost).exclude(run=run.pk)
    return list(changes.select_related("run__program").order_by("pk"))


def drop_unsent(changes: list[Change]) -> None:
    """What turned out not to have happened in a run that is over is planned anew by the next."""
    Change.objects.filter(pk__in=[change.pk for change in changes], state=ChangeState.PLANNED).update(
        state=ChangeState.DROPPED, error="It had not been written; the next run planned it again."
    )


def settles_in(changes: list[Change]) -> float:
    """Seconds until the youngest lost call can no longer land. Inside the scope.

    A call that was sent in the future tells that the clock was set back since: it is taken as sent now.
    """
    now = timezone.now()
    settle = dt.timedelta(seconds=settings.SETTLE_SECONDS)
    ahead = [change for change in changes if change.sent_at and change.sent_at > now]
    for change in ahead:
        change.sent_at = now
    Change.objects.bulk_update(ahead, ["sent_at"])
    ends = [change.sent_at + settle for change in changes if change.sent_at]
    return max(((end - now).total_seconds() for end in ends), default=0.0)


def resolve_line_change(partner_id: int, change: Change, client: Target, templates: dict[int, Template | None]) -> None:
    """Find out by reading whether a lost write to a template happened, and act on it."""
    template = _template(change, client, templates)
    if template is None:
        _fail(partner_id, change, "The invoice template no longer exists.")
        return
    line = _line_as_written(change, template)
    if change.action == Action.REMOVE_LINE:
        gone = change.line_id is not None and line_by_id(template, change.line_id) is None
        _settle(partner_id, change, happened=gone, line=None, template=template)
    elif line is not None:
        _settle(partner_id, change, happened=True, line=line, template=template)
    elif change.action == Action.ADD_LINE and _ran_since(change, template):
        _resolve_after_run(partner_id, change, client, template)
    else:
        _settle(partner_id, change, happened=False, line=None, template=template)


def _template(change: Change, client: Target, templates: dict[int, Template | None]) -> Template | None:
    assert change.template_id is not None
    if change.template_id not in templates:
        try:
            templates[change.template_id] = client.get_template(change.template_id)
        except RecordMissing:
            templates[change.template_id] = None
    return templates[change.template_id]


def _line_as_written(change: Change, template: Template) -> TemplateLine | None:
    """The line that the lost call wrote, if it is there."""
    if change.action == Action.ADD_LINE:
        marked = lines_by_mark(template, change.mark)
        return min(marked, key=lambda line: line.line_id) if marked else None
    if change.action == Action.CHANGE_LINE and change.line_id is not None and change.after:
        line = line_by_id(template, change.line_id)
        wanted = line_from_json(change.after)
        if line is not None and _same_money(values_of(line), wanted):
            return line
    return None


def _same_money(now: object, wanted: object) -> bool:
    return all(
        getattr(now, name) == getattr(wanted, name) for name in ("quantity", "retail_cents", "cost_cents", "one_time")
    )


def _ran_since(change: Change, template: Template) -> bool:
    """The template generated since the call: a missing one-time line proves nothing."""
    if change.role == PartRole.RECURRING:
        return False
    return bool(change.next_run and template.next_run and template.next_run > change.next_run)


def _resolve_after_run(partner_id: int, change: Change, client: Target, template: Template) -> None:
    assert change.after is not None
    assert change.next_run is not None
    values = line_from_json(change.after)
    sought = Sought(
        mark=change.mark,
        customer=template.customer_id,
        since=change.next_run,
        product_id=values.product_id,
        quantity=values.quantity,
        price=from_cents(values.retail_cents),
    )
    if find_carried([sought], client):
        with partner_scope(partner_id):
            part_of_change(change).update(state=PartState.BILLED, reason="")
            _save(change, ChangeState.DONE, "Written, and billed before the answer was resolved.")
    else:
        _hold(
            partner_id,
            change,
            "The answer was lost and the template ran since: whether the line was billed cannot be "
            "told. Look at the customer's newest invoice.",
        )


def _settle(
    partner_id: int,
    change: Change,
    *,
    happened: bool,
    line: TemplateLine | None,
    template: Template,
) -> None:
    if happened:
        record_written(partner_id, change.pk, line, template)
    elif change.attempts >= MOST_ATTEMPTS:
        _fail(partner_id, change, f"Sent {change.attempts} times without an answer.")
    else:
        with partner_scope(partner_id):
            _save(change, ChangeState.PLANNED, "")


def _fail(partner_id: int, change: Change, text: str) -> None:
    with partner_scope(partner_id):
        _save(change, ChangeState.FAILED, text)
        part_of_change(change).update(state=PartState.FAILED, reason=text)


def _hold(partner_id: int, change: Change, text: str) -> None:
    with partner_scope(partner_id):
        _keep_unproven_line(change)
        change.hold = "unresolved"
        change.subject = f"unproven:{change.mark}:{change.period}"
        _save(change, ChangeState.HELD, text)
        part_of_change(change).update(state=PartState.HELD, reason=text)


def _keep_unproven_line(change: Change) -> None:
    """A line without an id of the target's: until an invoice or a person proves it, planning holds its part."""
    values = line_from_json(change.after or {})
    standing = Line.objects.filter(target=change.run.program.target_id, mark=change.mark, state=LineState.STANDING)
    if standing.exists() or change.customer_id is None or change.subscription_id is None:
        return
    Line.objects.create(
        target_id=change.run.program.target_id,
        template_id=change.template_id or 0,
        line_id=-change.pk,
        mark=change.mark,
        role=change.role,
        motion=change.motion,
        customer_id=change.customer_id,
        subscription_id=change.subscription_id,
        period=change.period,
        product_id=change.product_id,
        target_product_id=values.product_id,
        quantity=values.quantity,
        retail_cents=values.retail_cents,
        cost_cents=values.cost_cents,
        state=LineState.STANDING,
        next_run=change.next_run,
        written_at=change.sent_at or timezone.now(),
    )


def _save(change: Change, state: ChangeState, text: str) -> None:
    change.state = state
    change.error = text
    change.save(update_fields=["state", "error", "hold", "subject"])
