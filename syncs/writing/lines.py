"""A write of a line on an invoice template, as the protocol carries it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

from connectors.errors import AmountRefused, ConnectorError, WriteFate
from connectors.records import InvoiceTemplate, LineValues, TemplateLine
from connectors.registry import Target
from core.scope import partner_scope, scoped_partner_id
from money.enums import Action, LineState, PartRole, PartState
from money.words import from_cents, round_to_cent
from products.models import TargetProduct
from syncs.enums import ChangeState, Manner
from syncs.models import Change, Line, Posting, RunTemplate
from syncs.writing.committing import forget_other_lines, part_of_change, standing_line, write_lines
from syncs.writing.freshness import mapped_now, why_stale
from syncs.writing.protocol import Found, Outcome, conclude, fail
from syncs.writing.values import line_from_json, line_to_json


@dataclass(frozen=True, slots=True)
class LineWrite:
    """One line to add, to change or to take off. ``change`` comes with its run and program.

    ``template`` is as it was read before the first write, ``visit`` from what its part was planned; both may be left
    out where nothing is sent.
    """

    partner_id: int
    change: Change
    client: Target
    template: InvoiceTemplate | None = None
    visit: RunTemplate | None = None

    @property
    def template_id(self) -> str:
        """The target's id: every change of a line has one."""
        assert self.change.template_id is not None
        return self.change.template_id

    @property
    def line_id(self) -> str:
        """The target's id: every line that is to be changed or taken off has one."""
        assert self.change.line_id is not None
        return self.change.line_id

    def prepare(self) -> dict[str, Any] | None:
        """The values that are sent, and the run that is due; None once the mappings to the template are others.

        Products are named by key and resolved now.
        """
        now = mapped_now(self.change)
        if self.visit is not None and why_stale(self.visit, now.mapped):
            return None
        values = self._values_to_send(now.product_id)
        if values is not None:
            self.change.after = line_to_json(values)
        self.change.next_run = self.template.next_run if self.template else None
        return {"next_run": self.change.next_run, "after": self.change.after}

    def _values_to_send(self, product_id: str | None) -> LineValues | None:
        """The planned values, with the product as far as the target still has it."""
        change = self.change
        if change.action == Action.REMOVE_LINE or change.after is None:
            return None
        if change.action == Action.ADD_LINE and product_id is not None:
            change.after["product_id"] = product_id
        return line_from_json(change.after)

    def call(self) -> TemplateLine | None:
        """The line as the target has it now; None where it was taken off."""
        if self.change.action == Action.REMOVE_LINE:
            self.client.remove_line(self.template_id, self.line_id)
            return None
        values = line_from_json(self.change.after or {})
        if self.change.action == Action.ADD_LINE:
            return self.client.add_line(self.template_id, values)
        return self.client.change_line(self.template_id, self.line_id, values)

    def record(self, returned: TemplateLine | None) -> Outcome:
        """Our row of the line, the state of the change, and the amount of its part."""
        change = self.change
        if returned is None:
            _record_removed(change)
            return Outcome.DONE
        values = line_from_json(change.after or {})
        line = store_line(change, returned)
        if _altered(values, returned):
            return _record_alteration(change, values, returned)
        zeroed = change.manner == Manner.ZEROED
        conclude(change, ChangeState.DONE, _zeroed(change) if zeroed else "", line_id=returned.line_id)
        if zeroed:
            line.state = LineState.BILLED if part_of_billed(change) else LineState.REMOVED
            line.save(update_fields=["state"])
        else:
            _record_part(change, line)
        return Outcome.DONE

    def refused(self, error: ConnectorError) -> Outcome:
        """A line that is gone needs no removal; one that the target does not let go of is set to quantity 0."""
        if self.change.action == Action.REMOVE_LINE:
            if error.fate is WriteFate.GONE:
                with partner_scope(self.partner_id):
                    return self.record(None)
            if self.change.before is not None:
                with partner_scope(self.partner_id):
                    return _zero_instead(self.change)
        elif isinstance(error, AmountRefused) and _negative(line_from_json(self.change.after or {})):
            with partner_scope(self.partner_id):
                return _refuse_negative(self.change, str(error))
        return fail(self, str(error), error.detail)

    def give_up(self, reason: str) -> None:
        """Its part of the balance failed too. What is still there after a removal that failed bills what it billed."""
        if self.change.action != Action.REMOVE_LINE:
            part_of_change(self.change).update(state=PartState.FAILED, reason=reason)


def found(line: TemplateLine | None) -> Found[TemplateLine | None]:
    """What a lost write left: the line as it stands now, None where it took the line off."""
    return Found(line)


def store_line(change: Change, returned: TemplateLine) -> Line:
    """Keep the line as the target returned it, with the run that was due when it was sent."""
    line = standing_line(change.run, change, returned.line_id, returned, change.next_run)
    forget_other_lines(line)
    write_lines([line])
    return line


# What a recurring line comes to, and with which run: one statement, for it follows each write.
_RECURRING = """
WITH posted AS (
    UPDATE syncs_posting SET next_run = %(next_run)s
    WHERE partner_id = %(partner)s AND program_id = %(program)s AND subscription_id = %(subscription)s
      AND motion = %(motion)s AND period = %(period)s
    RETURNING id
)
UPDATE syncs_part SET state = 'synced', cost = %(cost)s, retail = %(retail)s, reason = ''
WHERE partner_id = %(partner)s AND posting_id = (SELECT id FROM posted) AND mark = %(mark)s AND state <> 'billed'
"""


def _record_part(change: Change, line: Line) -> None:
    cost = round_to_cent(line.quantity * from_cents(line.cost_cents))
    retail = round_to_cent(line.quantity * from_cents(line.retail_cents))
    if change.role != PartRole.RECURRING:
        part_of_change(change).update(state=PartState.SYNCED, cost=cost, retail=retail, reason="")
        return
    values = {
        "next_run": line.next_run,
        "partner": scoped_partner_id(),
        "program": change.run.program_id,
        "subscription": change.subscription_id,
        "motion": change.motion,
        "period": change.period,
        "mark": change.mark,
        "cost": cost,
        "retail": retail,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RECURRING, values)


def _record_removed(change: Change) -> None:
    assert change.template_id is not None
    assert change.line_id is not None
    conclude(change, ChangeState.DONE)
    lines = Line.objects.filter(
        program=change.run.program_id,
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
        f"{_target_of(change)} changed what was written: quantity {returned.quantity.normalize():f}, retail "
        f"{from_cents(returned.retail_cents)}, cost {from_cents(returned.cost_cents)}."
    )
    if _negative(values):
        return _refuse_negative(change, told)
    conclude(change, ChangeState.FAILED, told, line_id=returned.line_id)
    part_of_change(change).update(state=PartState.FAILED, reason=told)
    return Outcome.FAILED


def _zero_instead(change: Change) -> Outcome:
    """The target refuses the removal: the line is set to quantity 0 instead, with a warning.

    A line whose product was deleted is sent without it, as the target would refuse the product.
    """
    assert change.before is not None
    product_id = change.before["product_id"]
    deleted = TargetProduct.objects.filter(target=change.run.program.target_id, external_id=product_id, gone=True)
    zero = {**change.before, "quantity": "0", "product_id": None if deleted.exists() else product_id}
    conclude(change, ChangeState.PLANNED, _zeroed(change), action=Action.CHANGE_LINE, after=zero, manner=Manner.ZEROED)
    return Outcome.PLANNED_ANEW


def _zeroed(change: Change) -> str:
    return f"{_target_of(change)} refused to remove the line; its quantity is set to 0 instead."


def _target_of(change: Change) -> str:
    """What people call the target."""
    label: str = change.run.program.target.label
    return label


def _refuse_negative(change: Change, told: str) -> Outcome:
    target = change.run.program.target
    target.negative_lines = False
    target.save(update_fields=["negative_lines"])
    conclude(change, ChangeState.DROPPED, f"Negative amount refused: {told}")
    return Outcome.REFUSED_NEGATIVE


def _negative(values: LineValues) -> bool:
    return values.retail_cents < 0 or values.cost_cents < 0
