"""From a plan to the ledger: changes, lines, and what each period comes to. Inside the scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db.models import Max, QuerySet
from django.utils import timezone

from connectors.records import InvoiceTemplate
from money.enums import Action, LineState, PartRole, PartState
from money.periods import first_day_of
from money.plan import Plan, PlannedChange, PlannedPosting
from money.products import ProductPlan
from syncs.enums import ChangeState, Manner, PartCause
from syncs.facts.retry_scope import retry_scope
from syncs.models import Change, Line, Part, Posting, Run
from syncs.writing.values import line_to_json, product_after, product_before


def commit_billing(run: Run, plan: Plan, templates: dict[str, InvoiceTemplate], *, waiting_for: str = "") -> None:
    """Write the plan into the ledger. A waiting plan's parts count as held until it is applied."""
    add_changes(run, plan.changes)
    if run.preview:
        return
    _record_fates(run, plan)
    for change in plan.changes:
        if change.action is Action.KEEP and not change.hold:
            _attach_line(run, change, templates)
    _store_postings(run, plan.postings, templates, waiting_for)


def add_changes(run: Run, changes: Sequence[PlannedChange]) -> None:
    """Append changes to the run, in writing order."""
    last = run.changes.aggregate(last=Max("position"))["last"] or 0
    Change.objects.bulk_create(
        [_change_row(run, last + place, change) for place, change in enumerate(changes, start=1)],
        batch_size=500,
    )


def _change_row(run: Run, position: int, change: PlannedChange) -> Change:
    state = ChangeState.PLANNED
    if change.hold:
        state = ChangeState.HELD
    elif change.action is Action.KEEP:
        state = ChangeState.DONE
    return Change(
        program_id=run.program_id,
        run=run,
        position=position,
        action=change.action,
        state=state,
        what=change.what[:700],
        reason=change.hold.text if change.hold else change.reason,
        before=line_to_json(change.before),
        after=line_to_json(change.after),
        retail=change.retail,
        cost=change.cost,
        product_id=change.product_id,
        product_key=change.product_key,
        customer_id=change.customer_id,
        subscription_id=change.subscription_id,
        motion=change.motion,
        role=change.role,
        period=change.period,
        mark=change.mark,
        template_id=change.template_id,
        line_id=change.line_id,
        hold=change.hold.code if change.hold else "",
        subject=change.hold.subject if change.hold else "",
        charge_ids=list(change.charge_ids),
    )


def commit_products(run: Run, plan: ProductPlan) -> None:
    """Write the product plan into the ledger; a retry keeps to the products that failed."""
    scope = retry_scope(run)
    if scope is not None:
        plan.keep_to(scope.products)
    rows = [
        Change(
            program_id=run.program_id,
            run=run,
            position=place,
            action=change.action,
            what=change.what[:700],
            reason=change.reason,
            before=product_before(change.before),
            after=product_after(change),
            retail=change.retail,
            cost=change.cost,
            product_id=change.product_id,
            product_key=change.key,
            target_product_id=change.target_id,
            manner=Manner.ADOPTS if change.adopts else "",
        )
        for place, change in enumerate(plan.changes, start=1)
    ]
    Change.objects.bulk_create(rows, batch_size=500)


# --- Lines ----------------------------------------------------------------------------------------


def _record_fates(run: Run, plan: Plan) -> None:
    """Billed and lost one-time lines; a billed one that still stands is ours until it is off."""
    leaving = {c.mark for c in plan.changes if c.action is Action.REMOVE_LINE}
    standing = Line.objects.filter(program=run.program_id, state=LineState.STANDING)
    one_time = standing.exclude(role=PartRole.RECURRING)
    one_time.filter(mark__in=plan.billed_marks - leaving).update(state=LineState.BILLED)
    one_time.filter(mark__in=plan.lost_marks).update(state=LineState.LOST)


def _attach_line(run: Run, change: PlannedChange, templates: dict[str, InvoiceTemplate]) -> None:
    """A line that stands as wanted is ours, also when the ledger had lost it."""
    assert change.line_id is not None
    assert change.after is not None
    template = templates.get(change.template_id)
    place = {"target_id": run.program.target_id, "template_id": change.template_id, "line_id": change.line_id}
    forget_other_lines(
        Line(**place, program_id=run.program_id, mark=change.mark)
    )  # first: one line at most stands with a mark
    Line.objects.update_or_create(
        **place,
        defaults={
            "program_id": run.program_id,
            "mark": change.mark,
            "role": change.role,
            "motion": change.motion,
            "customer_id": change.customer_id,
            "subscription_id": change.subscription_id,
            "period": change.period,
            "product_id": change.product_id,
            "target_product_id": change.after.product_id,
            "quantity": change.after.quantity,
            "retail_cents": change.after.retail_cents,
            "cost_cents": change.after.cost_cents,
            "state": LineState.STANDING,
            "next_run": template.next_run if template else None,
            "written_at": timezone.now(),
        },
    )


def forget_other_lines(line: Line) -> None:
    """Rows of the same mark that the target no longer has (or that are being taken off)."""
    same = Line.objects.filter(program=line.program_id, mark=line.mark, state=LineState.STANDING)
    same.exclude(template_id=line.template_id, line_id=line.line_id).update(state=LineState.REMOVED)


# --- Postings -------------------------------------------------------------------------------------


def _store_postings(
    run: Run,
    planned: Sequence[PlannedPosting],
    templates: dict[str, InvoiceTemplate],
    waiting_for: str,
) -> None:
    known = {
        (row.subscription_id, row.motion, row.period): row
        for row in Posting.objects.filter(
            program=run.program_id,
            subscription__in={p.subscription_id for p in planned},
            period__in={p.period for p in planned},
        )
    }
    new, changed = [], []
    for posting in planned:
        row = known.get((posting.subscription_id, posting.motion, posting.period))
        if row is None:
            new.append(_fill(Posting(program_id=run.program_id), posting, templates))
        else:
            changed.append(_fill(row, posting, templates))
    rows = Posting.objects.bulk_create(new, batch_size=500)
    Posting.objects.bulk_update(changed, _POSTING_FIELDS, batch_size=500)
    by_key = {(r.subscription_id, r.motion, r.period): r for r in (*rows, *changed)}
    _store_parts(planned, by_key, waiting_for)


_POSTING_FIELDS = [
    "customer",
    "charge_count",
    "source_cost",
    "source_retail",
    "fingerprint",
    "template_id",
    "rounding_cost",
    "rounding_retail",
    "unit_cost",
    "unit_retail",
    "next_run",
    "since",
]


def _fill(row: Posting, posting: PlannedPosting, templates: dict[str, InvoiceTemplate]) -> Posting:
    row.customer_id = posting.customer_id
    row.subscription_id = posting.subscription_id
    row.motion, row.period = posting.motion, posting.period
    row.fingerprint, row.template_id = posting.fingerprint, posting.template_id
    row.charge_count = posting.charge_count
    row.source_cost, row.source_retail = posting.source_cost, posting.source_retail
    row.rounding_cost, row.rounding_retail = posting.rounding_cost, posting.rounding_retail
    row.unit_cost, row.unit_retail = posting.unit_cost, posting.unit_retail
    row.since = first_day_of(posting.since) if posting.since else None
    template = templates.get(posting.template_id)
    stands = any(part.role is PartRole.RECURRING and part.state is PartState.SYNCED for part in posting.parts)
    if posting.confirms_run and stands and template is not None:
        row.next_run = template.next_run
    return row


def _store_parts(
    planned: Iterable[PlannedPosting],
    rows: dict[tuple[int, str, str], Posting],
    waiting_for: str,
) -> None:
    Part.objects.filter(posting__in=[row.pk for row in rows.values()]).delete()
    parts = []
    for posting in planned:
        row = rows[posting.subscription_id, posting.motion, posting.period]
        for part in posting.parts:
            waits = waiting_for and part.state is PartState.PLANNED
            parts.append(
                Part(
                    posting=row,
                    role=part.role,
                    mark=part.mark,
                    state=PartState.HELD if waits else part.state,
                    cost=part.cost,
                    retail=part.retail,
                    rules_cost=part.rules_cost,
                    rules_retail=part.rules_retail,
                    reason=waiting_for if waits else part.reason,
                )
            )
    Part.objects.bulk_create(parts, batch_size=1000)


def hold_parts(run: Run, reason: str) -> None:
    """The plan waits for a person: what it would write counts as held, and what an older one would no longer does."""
    parts = Part.objects.filter(posting__program=run.program_id)
    parts.filter(cause=PartCause.PLAN_WAITS).update(cause="")
    parts.filter(state=PartState.PLANNED).update(state=PartState.HELD, cause=PartCause.PLAN_WAITS, reason=reason)


def release_parts(run: Run) -> None:
    """A person applied the plan that waited: its parts are to be written now."""
    parts = Part.objects.filter(posting__program=run.program_id, state=PartState.HELD, cause=PartCause.PLAN_WAITS)
    parts.update(state=PartState.PLANNED, cause="", reason="")


def part_of_change(change: Change) -> QuerySet[Part]:
    """The part of the posting that this change writes (none for removals)."""
    return Part.objects.filter(
        mark=change.mark,
        posting__program=change.run.program_id,
        posting__subscription=change.subscription_id,
        posting__motion=change.motion,
        posting__period=change.period,
    ).exclude(state=PartState.BILLED)
