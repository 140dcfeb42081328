"""Changes whose answer was lost: read the target, then adopt what is there or send again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from connectors.errors import RecordMissing
from connectors.records import InvoiceTemplate, TemplateLine
from connectors.registry import Target
from core.scope import partner_scope
from customers.models import Template
from customers.target_copy import template_record
from money.enums import Action, PartRole, PartState
from money.marks import find_mark
from money.present import line_by_id
from syncs.enums import ACTIVE_STATES, ChangeState
from syncs.facts.evidence import Carried
from syncs.models import Change, Line, Run
from syncs.writing.committing import part_of_change
from syncs.writing.lines import record_written
from syncs.writing.ran_meanwhile import (
    conclude,
    correct_done,
    find_billed,
    line_as_written,
    may_have_run,
    resolve_one_time,
)
from syncs.writing.values import line_from_json

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
    return list(changes.prefetch_related("run__program").order_by("pk"))  # hardly ever are there any


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


@dataclass(frozen=True, slots=True)
class Resolved:
    """The templates that were read for it, None where one is gone, and those that must be planned anew."""

    templates: dict[int, InvoiceTemplate | None]
    anew: set[int]


def resolve_line_changes(partner_id: int, changes: Sequence[Change], client: Target) -> Resolved:
    """Find out by reading whether lost writes to templates happened, and act on it."""
    templates = {
        number: _read(number, client) for number in dict.fromkeys(change.template_id or 0 for change in changes)
    }
    read = [(change, templates[change.template_id or 0]) for change in changes]
    ran = [(change, template) for change, template in read if template and may_have_run(change, template)]
    billed = find_billed(partner_id, ran, client)
    anew: set[int] = set()
    for change, template in read:
        if template is None:
            _fail(partner_id, change, "The invoice template no longer exists.")
        else:
            anew |= _resolve(partner_id, change, template, billed)
    return Resolved(templates, anew)


def _read(template_id: int, client: Target) -> InvoiceTemplate | None:
    try:
        return client.get_template(template_id)
    except RecordMissing:
        return None


def _resolve(partner_id: int, change: Change, template: InvoiceTemplate, billed: dict[str, Carried]) -> set[int]:
    ran = may_have_run(change, template)
    if ran and change.role != PartRole.RECURRING:
        return resolve_one_time(partner_id, change, template, billed.get(change.mark))
    anew = _resolve_by_reading(partner_id, change, template)
    if ran and change.state == ChangeState.DONE:
        correct_done(partner_id, [change], template, billed)
    return anew


def _resolve_by_reading(partner_id: int, change: Change, template: InvoiceTemplate) -> set[int]:
    """What stands on the template now is what the lost write left."""
    if change.action == Action.REMOVE_LINE:
        gone = change.line_id is not None and line_by_id(template, change.line_id) is None
        _settle(partner_id, change, happened=gone, line=None)
        return set()
    line = line_as_written(change, template)
    if line is None and change.action == Action.ADD_LINE and _may_be_overwritten(partner_id, change, template):
        return _plan_anew(partner_id, change)
    _settle(partner_id, change, happened=line is not None, line=line)
    return set()


def _may_be_overwritten(partner_id: int, change: Change, template: InvoiceTemplate) -> bool:
    """A line that nobody knows stands there, of the same product or name: ours, if its text was overwritten."""
    values = line_from_json(change.after or {})
    with partner_scope(partner_id):
        target = change.run.program.target_id
        ours = Line.objects.filter(target=target, template_id=template.template_id)
        known = {*ours.values_list("line_id", flat=True), *_lines_before(target, template.template_id)}
    return any(
        (line.product_id, line.one_time) == (values.product_id, values.one_time)
        and (line.product_id is not None or line.name == values.name)
        for line in template.lines
        if line.line_id not in known and not find_mark(line.description)
    )


def _lines_before(target_id: int, template_id: int) -> set[int]:
    """Ids of the lines that our copy of the template has: it was read just before the first write."""
    row = Template.objects.filter(target=target_id, external_id=template_id).first()
    return {line.line_id for line in template_record(row).lines} if row else set()


def _plan_anew(partner_id: int, change: Change) -> set[int]:
    """Not sent again: planning meets the unknown line, and asks whether to adopt it."""
    with partner_scope(partner_id):
        conclude(change, ChangeState.DROPPED, "A line appeared on the template while the answer was lost.")
    return {change.template_id} if change.template_id is not None else set()


def _settle(partner_id: int, change: Change, *, happened: bool, line: TemplateLine | None) -> None:
    if happened:
        record_written(partner_id, change.pk, line)
        with partner_scope(partner_id):
            change.refresh_from_db(fields=["state", "line_id", "error"])
    elif change.attempts >= MOST_ATTEMPTS:
        _fail(partner_id, change, f"Sent {change.attempts} times without an answer.")
    else:
        with partner_scope(partner_id):
            conclude(change, ChangeState.PLANNED, "")


def _fail(partner_id: int, change: Change, text: str) -> None:
    with partner_scope(partner_id):
        conclude(change, ChangeState.FAILED, text)
        part_of_change(change).update(state=PartState.FAILED, reason=text)
