"""A template made its invoice around one of our writes: the invoice tells what was billed.

Whether a line stands then proves nothing: a generation takes one-time lines off, or leaves them, and
nobody knows whether a write landed before it or after. So the invoices are read, and what they do
not tell is held for a person.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import QuerySet
from django.utils import timezone

from connectors.records import InvoiceTemplate, LineValues, TemplateLine, id_order
from connectors.registry import Target
from core.scope import partner_scope
from money.enums import Action, HoldCode, LineState, PartRole, PartState
from money.present import line_by_id, lines_by_mark, values_of
from money.words import from_cents, round_to_cent, to_cents
from syncs.enums import ChangeState
from syncs.facts.evidence import Carried, Sought
from syncs.models import Change, Line, Run
from syncs.writing.carried import find_carried
from syncs.writing.committing import part_of_change
from syncs.writing.lines import LineWrite, found
from syncs.writing.protocol import conclude, settle
from syncs.writing.values import line_from_json


def may_have_run(change: Change, template: InvoiceTemplate) -> bool:
    """Whether the template may have generated since the change was sent.

    One that names no next run, now or then, may have ended with a run in between.
    """
    then, now = change.next_run, template.next_run
    if then is None or now is None:
        return then is not now
    return now > then


def line_as_written(change: Change, template: InvoiceTemplate) -> TemplateLine | None:
    """The line on the template that a lost call wrote, if it is there."""
    if change.action == Action.ADD_LINE:
        marked = lines_by_mark(template, change.mark)
        return min(marked, key=lambda line: id_order(line.line_id)) if marked else None
    if change.action == Action.CHANGE_LINE and change.line_id is not None and change.after:
        line = line_by_id(template, change.line_id)
        if line is not None and _same_money(values_of(line), _wanted(change)):
            return line
    return None


def _same_money(now: LineValues, wanted: LineValues) -> bool:
    return all(
        getattr(now, name) == getattr(wanted, name) for name in ("quantity", "retail_cents", "cost_cents", "one_time")
    )


def find_billed(
    partner_id: int, written: Iterable[tuple[Change, InvoiceTemplate]], client: Target
) -> dict[str, Carried]:
    """By mark, what invoices since these writes carry of their lines. Calls the target."""
    with partner_scope(partner_id):
        sought = [_sought(change, template) for change, template in written]
    return find_carried(sought, client)


def resolve_one_time(write: LineWrite, template: InvoiceTemplate, billed: Carried | None) -> set[str]:
    """Settle a lost write of a one-time line; answers with the templates that must be planned anew."""
    change = write.change
    if change.action == Action.REMOVE_LINE:
        return _resolve_removal(write.partner_id, change, template, billed)
    if change.action == Action.CHANGE_LINE and billed is not None:
        return _resolve_change(write.partner_id, change, billed)
    line = line_as_written(change, template)
    if line is not None:  # planning judges it by the same invoices: taken off, or held
        settle(write, found(line))
    elif billed is not None:
        with partner_scope(write.partner_id):
            part_of_change(change).update(state=PartState.BILLED, reason="")
            conclude(change, ChangeState.DONE, "Written, and billed before the answer was resolved.")
    else:
        hold_unresolved(write.partner_id, change)
    return set()


def correct_done(
    partner_id: int, changes: Iterable[Change], template: InvoiceTemplate, billed: dict[str, Carried]
) -> set[str]:
    """Where an invoice carries something else than what was written, the write came after it.

    ``changes`` are done, and their template's next run moved on since they were sent. Answers with
    the templates that must be planned anew. What a run billed of a recurring line is asked by the next plan: our row
    still names the run that the line was written for, and stands until then where the line was taken off.
    """
    anew: set[str] = set()
    for change in changes:
        carried = billed.get(change.mark)
        if carried is None:
            continue
        if change.role == PartRole.RECURRING:
            if change.action == Action.REMOVE_LINE:
                _let_row_stand(partner_id, change)
            continue
        if change.action == Action.REMOVE_LINE:
            anew |= _resolve_removal(partner_id, change, template, carried)
        elif change.action == Action.CHANGE_LINE and not _at(carried, _wanted(change)):
            anew |= _resolve_change(partner_id, change, carried)
    return anew


def _let_row_stand(partner_id: int, change: Change) -> None:
    """The line ran once more before it was taken off: what that billed counts as of a line that a person deleted."""
    with partner_scope(partner_id):
        standing = Line.objects.filter(program=change.run.program_id, mark=change.mark, state=LineState.STANDING)
        if not standing.exists():
            _line_of(change).filter(state=LineState.REMOVED).update(state=LineState.STANDING)


def _resolve_removal(partner_id: int, change: Change, template: InvoiceTemplate, billed: Carried | None) -> set[str]:
    if billed is None:
        hold_unresolved(partner_id, change)
        return set()
    stands = change.line_id is not None and line_by_id(template, change.line_id) is not None
    text = "It was billed before it could be taken off."
    with partner_scope(partner_id):
        _take_as_billed(change, stands=stands)
        conclude(change, ChangeState.DROPPED, text)
        _remember_billed(change, text)
        return _drop_additions(change, text)


def _take_as_billed(change: Change, *, stands: bool) -> None:
    """The line was billed; one that still ``stands`` stays ours, so that the next plan takes it off."""
    for line in _line_of(change):
        part_of_change(change).update(
            state=PartState.BILLED,
            cost=_amount(line.quantity, line.cost_cents),
            retail=_amount(line.quantity, line.retail_cents),
            reason="",
        )
        if not stands:
            _line_of(change).update(state=LineState.BILLED)


def _drop_additions(change: Change, text: str) -> set[str]:
    """It is not to be added to another template; answers with those where it was planned."""
    unsent = (ChangeState.PLANNED, ChangeState.FAILED)
    added = Change.objects.filter(run=change.run_id, mark=change.mark, action=Action.ADD_LINE, state__in=unsent)
    templates = {number for number in added.values_list("template_id", flat=True) if number is not None}
    added.update(state=ChangeState.DROPPED, error=text)
    return templates


def _resolve_change(partner_id: int, change: Change, billed: Carried) -> set[str]:
    """The invoice says whether the change landed before it; what it left over is planned anew."""
    with partner_scope(partner_id):
        _set_amounts(change, billed)
        if _at(billed, _wanted(change)):
            conclude(change, ChangeState.DONE)
            return set()
        text = "It was billed before it could be changed."
        conclude(change, ChangeState.DROPPED, text)
        _remember_billed(change, text)
        return {change.template_id} if change.template_id is not None else set()


def _remember_billed(change: Change, text: str) -> None:
    """Tell the run, and whoever plans again in it, that an invoice carries the line."""
    run = Run.objects.get(pk=change.run_id)
    run.basis["carried"] = sorted({*run.basis.get("carried", ()), change.mark})
    run.messages.append(f"{change.what}: {text}")
    run.save(update_fields=["basis", "messages"])


def _set_amounts(change: Change, billed: Carried) -> None:
    """The line and its part are worth what the invoice carries of them."""
    wanted = _wanted(change)
    before = line_from_json(change.before) if change.before else wanted
    cost_cents = wanted.cost_cents if _at(billed, wanted) else before.cost_cents
    retail_cents = to_cents(billed.price)
    _line_of(change).update(quantity=billed.quantity, retail_cents=retail_cents, cost_cents=cost_cents)
    part_of_change(change).update(
        state=PartState.SYNCED,
        cost=_amount(billed.quantity, cost_cents),
        retail=_amount(billed.quantity, retail_cents),
        reason="",
    )


def _sought(change: Change, template: InvoiceTemplate) -> Sought:
    values = line_from_json((change.before if change.action == Action.REMOVE_LINE else change.after) or {})
    sent = (change.sent_at or timezone.now()).date()
    known = _line_of(change).filter(billed_on__isnull=False).values_list("billed_on", flat=True)
    return Sought(
        mark=change.mark,
        customer=template.customer_id,
        since=min(change.next_run or sent, sent),
        product_id=values.product_id,
        quantity=values.quantity,
        price=from_cents(values.retail_cents),
        after_invoice=max((number for number in known if number is not None), key=id_order, default=""),
    )


def _line_of(change: Change) -> QuerySet[Line]:
    """Our row of the line that the change is about, where there is one."""
    lines = Line.objects.filter(program=change.run.program_id, mark=change.mark)
    return lines.filter(template_id=change.template_id or "", line_id=change.line_id or "")


def _wanted(change: Change) -> LineValues:
    return line_from_json(change.after or {})


def _at(billed: Carried, values: LineValues) -> bool:
    return billed.at(values.quantity, values.retail_cents)


def _amount(quantity: Decimal, cents: int) -> Decimal:
    return round_to_cent(quantity * from_cents(cents))


UNRESOLVED = (
    "The answer was lost and the template ran since: whether the line was billed cannot be "
    "told. Look at the customer's newest invoice."
)


def hold_unresolved(partner_id: int, change: Change) -> None:
    """Nobody can tell what became of the write: a person must look."""
    with partner_scope(partner_id):
        _keep_unproven_line(change)
        waits = {"hold": HoldCode.UNRESOLVED, "subject": f"unproven:{change.mark}:{change.period}"}
        conclude(change, ChangeState.HELD, UNRESOLVED, **waits)
        part_of_change(change).update(state=PartState.HELD, reason=UNRESOLVED)


def _keep_unproven_line(change: Change) -> None:
    """A line without an id of the target's: until an invoice or a person proves it, planning holds its part."""
    values = _wanted(change) if change.after else None
    standing = Line.objects.filter(program=change.run.program_id, mark=change.mark, state=LineState.STANDING)
    if values is None or standing.exists() or change.customer_id is None or change.subscription_id is None:
        return
    Line.objects.create(
        program_id=change.run.program_id,
        target_id=change.run.program.target_id,
        template_id=change.template_id or "",
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
