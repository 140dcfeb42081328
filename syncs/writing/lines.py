"""Carry out billing changes: one claim, one call, one record of what came back.

The ledger protocol: ``sending`` is committed before the call; a call whose answer is lost leaves
the change ``unknown`` and is resolved by reading (``syncs.writing.resolving``), never repeated blindly.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from enum import Enum

from django.db.models import F
from django.utils import timezone

from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    RecordMissing,
    RejectedRecord,
    TransientError,
)
from connectors.records import InvoiceTemplate, LineValues, TemplateLine
from connectors.registry import Target
from core.scope import partner_scope
from money.enums import Action, LineState, PartRole, PartState
from money.words import from_cents, round_to_cent
from products.models import ProductLink, TargetProduct
from syncs.enums import ChangeState
from syncs.models import Change, Line, Posting
from syncs.writing.committing import forget_other_lines, part_of_change
from syncs.writing.values import line_from_json, line_to_json

logger = logging.getLogger(__name__)


ZEROED = "zeroed"  # a removal that Syncro refused: the line is set to quantity 0 instead


class Outcome(Enum):
    """What became of one change."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REFUSED_NEGATIVE = "refused_negative"  # plan the template again without negative amounts
    NOT_OURS = "not_ours"  # another worker has it, or it was dropped


@dataclass(frozen=True, slots=True)
class Order:
    """A claimed change with everything that the call needs."""

    change: Change
    action: Action
    template_id: int
    line_id: int | None
    values: LineValues | None


def send_change(partner_id: int, change: Change, client: Target, template: InvoiceTemplate | None) -> Outcome:
    """Carry out one planned change at most once. ``change`` comes with its run and program.

    Raises ``ConfigurationError`` (the partner must act; nothing was written), ``MustWait`` and
    ``TransientError`` (nothing was written; try later).
    """
    with partner_scope(partner_id):
        order = _claim(change, template)
    if order is None:
        return Outcome.NOT_OURS
    try:
        returned = _call(order, client)
    except RejectedRecord as error:
        return _record_rejection(partner_id, order, error)
    except ConnectorError as error:
        if error.maybe_applied:
            _record_lost_answer(partner_id, change.pk, error)
            return Outcome.UNKNOWN
        if isinstance(error, ConfigurationError | TransientError):
            _release(partner_id, change.pk)
            raise
        record_failure_of(partner_id, change.pk, error)
        return Outcome.FAILED
    # Lost in a crash, the change is still ``sending``, and is resolved by reading.
    with partner_scope(partner_id, flushed=False):
        return _record_written(order.change, returned)


def _claim(change: Change, template: InvoiceTemplate | None) -> Order | None:
    """``planned`` -> ``sending``, to be committed before anything is sent; None once somebody cancelled."""
    planned = Change.objects.filter(pk=change.pk, state=ChangeState.PLANNED, run__cancel_requested=False)
    values = _values_to_send(change)
    if values is not None:
        change.after = line_to_json(values)
    change.next_run = template.next_run if template else None
    claimed = planned.update(
        state=ChangeState.SENDING,
        sent_at=timezone.now(),
        attempts=F("attempts") + 1,
        next_run=change.next_run,
        after=change.after,
    )
    assert change.template_id is not None
    return Order(change, Action(change.action), change.template_id, change.line_id, values) if claimed else None


def _values_to_send(change: Change) -> LineValues | None:
    """The planned values; products are named by key and resolved now, as far as the target still has them."""
    if change.action == Action.REMOVE_LINE or change.after is None:
        return None
    if change.action == Action.ADD_LINE and change.product_id:
        links = ProductLink.objects.filter(product=change.product_id, target=change.run.program.target_id)
        for external_id in links.exclude(copy__gone=True).values_list("external_id", flat=True):
            change.after["product_id"] = external_id
    return line_from_json(change.after)


def _call(order: Order, client: Target) -> TemplateLine | None:
    if order.action is Action.REMOVE_LINE:
        assert order.line_id is not None
        client.remove_line(order.template_id, order.line_id)
        return None
    assert order.values is not None
    if order.action is Action.ADD_LINE:
        return client.add_line(order.template_id, order.values)
    assert order.line_id is not None
    return client.change_line(order.template_id, order.line_id, order.values)


def record_written(partner_id: int, change_id: int, returned: TemplateLine | None) -> Outcome:
    """Record a write that certainly happened; ``returned`` is the line as the target has it."""
    with partner_scope(partner_id):
        change = Change.objects.select_related("run__program__target").get(pk=change_id)
        return _record_written(change, returned)


def _record_written(change: Change, returned: TemplateLine | None) -> Outcome:
    if returned is None:
        _record_removed(change)
        return Outcome.DONE
    values = line_from_json(change.after or {})
    line = store_line(change, returned)
    if _altered(values, returned):
        return _record_alteration(change, values, returned)
    _mark(change, ChangeState.DONE, line_id=returned.line_id)
    if change.hold == ZEROED:
        line.state = LineState.BILLED if part_of_billed(change) else LineState.REMOVED
        line.save(update_fields=["state"])
    else:
        _record_part(change, line)
    return Outcome.DONE


def store_line(change: Change, returned: TemplateLine) -> Line:
    """Keep the line as the target returned it, with the run that was due when it was sent."""
    assert change.template_id is not None
    assert change.customer_id is not None
    assert change.subscription_id is not None
    line = Line(
        target_id=change.run.program.target_id,
        template_id=change.template_id,
        line_id=returned.line_id,
        mark=change.mark,
        role=change.role,
        motion=change.motion,
        customer_id=change.customer_id,
        subscription_id=change.subscription_id,
        period=change.period,
        product_id=change.product_id,
        target_product_id=returned.product_id,
        quantity=returned.quantity,
        retail_cents=returned.retail_cents,
        cost_cents=returned.cost_cents,
        state=LineState.STANDING,
        next_run=change.next_run,
        written_at=timezone.now(),
    )
    forget_other_lines(line)
    Line.objects.bulk_create(
        [line],
        update_conflicts=True,
        unique_fields=["partner", "target", "template_id", "line_id"],
        update_fields=_LINE_FIELDS,
    )
    return line


_LINE_FIELDS = [
    "mark",
    "role",
    "motion",
    "customer",
    "subscription",
    "period",
    "product",
    "target_product_id",
    "quantity",
    "retail_cents",
    "cost_cents",
    "state",
    "next_run",
    "written_at",
]


def _record_part(change: Change, line: Line) -> None:
    part_of_change(change).update(
        state=PartState.SYNCED,
        cost=round_to_cent(line.quantity * from_cents(line.cost_cents)),
        retail=round_to_cent(line.quantity * from_cents(line.retail_cents)),
        reason="",
    )
    if change.role == PartRole.RECURRING:
        Posting.objects.filter(
            program=change.run.program_id,
            subscription=change.subscription_id,
            motion=change.motion,
            period=change.period,
        ).update(next_run=line.next_run)


def _record_removed(change: Change) -> None:
    assert change.template_id is not None
    assert change.line_id is not None
    _mark(change, ChangeState.DONE)
    lines = Line.objects.filter(
        target=change.run.program.target_id,
        template_id=change.template_id,
        line_id=change.line_id,
        state=LineState.STANDING,
    )
    billed = change.role != PartRole.RECURRING and part_of_billed(change)
    lines.update(state=LineState.BILLED if billed else LineState.REMOVED)


def part_of_billed(change: Change) -> bool:
    """True when the part that this one-time line carried is known to be billed."""
    return (
        Posting.objects.filter(
            program=change.run.program_id,
            subscription=change.subscription_id,
            motion=change.motion,
            parts__mark=change.mark,
            parts__state=PartState.BILLED,
        )
        .exclude(parts__isnull=True)
        .exists()
    )


def _altered(values: LineValues, returned: TemplateLine) -> bool:
    return (values.quantity, values.retail_cents, values.cost_cents) != (
        returned.quantity,
        returned.retail_cents,
        returned.cost_cents,
    )


def _record_alteration(change: Change, values: LineValues, returned: TemplateLine) -> Outcome:
    told = (
        f"Syncro changed what was written: quantity {returned.quantity.normalize():f}, retail "
        f"{from_cents(returned.retail_cents)}, cost {from_cents(returned.cost_cents)}."
    )
    if _negative(values):
        return _refuse_negative(change, told)
    _mark(change, ChangeState.FAILED, line_id=returned.line_id, error=told)
    part_of_change(change).update(state=PartState.FAILED, reason=told)
    return Outcome.FAILED


def _record_rejection(partner_id: int, order: Order, error: RejectedRecord) -> Outcome:
    with partner_scope(partner_id):
        change = Change.objects.select_related("run__program__target").get(pk=order.change.pk)
        if order.action is Action.REMOVE_LINE:
            if isinstance(error, RecordMissing):
                _record_removed(change)
                return Outcome.DONE
            return _zero_instead(change, error)
        if order.values is not None and _negative(order.values) and _names_amount(error):
            return _refuse_negative(change, str(error))
        _fail(change, error)
        return Outcome.FAILED


def _names_amount(error: RejectedRecord) -> bool:
    """True when the refusal is about the price or the quantity, and not about some other field."""
    told = " ".join(error.messages)
    return error.status == 422 and bool(_AMOUNT_WORDS.search(told))


_AMOUNT_WORDS = re.compile(r"pric|cost|retail|amount|quantit|negative|greater than|positive", re.IGNORECASE)


def _zero_instead(change: Change, error: RejectedRecord) -> Outcome:
    """Syncro refuses the removal: the line is set to quantity 0 instead, with a warning.

    A line whose product was deleted is sent without it, as Syncro would refuse the product.
    """
    if change.before is None:
        _fail(change, error)
        return Outcome.FAILED
    product_id = change.before["product_id"]
    deleted = TargetProduct.objects.filter(target=change.run.program.target_id, external_id=product_id, gone=True)
    change.action = Action.CHANGE_LINE
    change.after = {**change.before, "quantity": "0", "product_id": None if deleted.exists() else product_id}
    change.state, change.hold = ChangeState.PLANNED, ZEROED
    change.error = "Syncro refused to remove the line; its quantity is set to 0 instead."
    change.save(update_fields=["action", "after", "state", "hold", "error"])
    return Outcome.NOT_OURS


def _refuse_negative(change: Change, told: str) -> Outcome:
    target = change.run.program.target
    target.negative_lines = False
    target.save(update_fields=["negative_lines"])
    _mark(change, ChangeState.DROPPED, error=f"Negative amount refused: {told}")
    return Outcome.REFUSED_NEGATIVE


def _record_lost_answer(partner_id: int, change_id: int, error: ConnectorError) -> None:
    with partner_scope(partner_id):
        # The call may land until its connection is long closed: the settle time begins now.
        Change.objects.filter(pk=change_id).update(sent_at=timezone.now())
        change = Change.objects.get(pk=change_id)
        _mark(change, ChangeState.UNKNOWN, error=str(error), detail=error.detail)


def record_failure_of(partner_id: int, change_id: int, error: ConnectorError) -> None:
    """A write that certainly did not happen."""
    with partner_scope(partner_id):
        _fail(Change.objects.select_related("run__program").get(pk=change_id), error)


def _fail(change: Change, error: ConnectorError) -> None:
    _mark(change, ChangeState.FAILED, error=str(error), detail=error.detail)
    if change.action != Action.REMOVE_LINE:
        part_of_change(change).update(state=PartState.FAILED, reason=str(error))


def _release(partner_id: int, change_id: int) -> None:
    """Nothing was sent: the change is to be done again."""
    with partner_scope(partner_id):
        Change.objects.filter(pk=change_id, state=ChangeState.SENDING).update(
            state=ChangeState.PLANNED, attempts=F("attempts") - 1
        )


def _mark(
    change: Change,
    state: ChangeState,
    *,
    line_id: int | None = None,
    error: str = "",
    detail: str = "",
) -> None:
    change.state = state
    change.line_id = line_id or change.line_id
    change.error = error or (change.error if state is ChangeState.DONE else "")
    change.error_detail = detail
    change.save(update_fields=["state", "line_id", "error", "error_detail"])


def _negative(values: LineValues) -> bool:
    return values.retail_cents < 0 or values.cost_cents < 0
