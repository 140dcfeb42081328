"""From a plan to the ledger: changes, lines, and what each period comes to. Inside the scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Max, QuerySet, Subquery
from django.utils import timezone

from connectors.records import InvoiceTemplate, LineValues, TemplateLine
from core.bulk_saving import insert_and_number, insert_rows, write_differences
from core.scope import without_nested_loops
from money.enums import Action, LineState, PartRole, PartState
from money.facts import PostingPart
from money.periods import first_day_of
from money.plan import Plan, PlannedChange, PlannedPosting
from money.products import ProductPlan
from syncs.enums import ChangeState, Manner, PartCause
from syncs.facts.run_scope import run_scope
from syncs.models import Change, Line, Part, Posting, Run
from syncs.writing.values import line_to_json, product_after, product_before


@without_nested_loops()
def commit_billing(run: Run, plan: Plan, templates: dict[str, InvoiceTemplate], *, waiting_for: str = "") -> None:
    """Write the plan into the ledger. A waiting plan's parts count as held until it is applied."""
    add_changes(run, plan.changes)
    if run.preview:
        return
    _record_fates(run, plan)
    kept = (change for change in plan.changes if change.action is Action.KEEP and not change.hold)
    _attach_lines(run, kept, templates)
    _store_postings(run, plan.postings, templates, waiting_for)


def add_changes(run: Run, changes: Sequence[PlannedChange]) -> None:
    """Append changes to the run, in writing order."""
    if not changes:
        return
    last = run.changes.aggregate(last=Max("position"))["last"] or 0
    insert_rows(Change, (_change_row(run, last + place, change) for place, change in enumerate(changes, start=1)))


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
    scope = run_scope(run)
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
    insert_rows(Change, rows)


# --- Lines ----------------------------------------------------------------------------------------


def _record_fates(run: Run, plan: Plan) -> None:
    """Billed and lost one-time lines; a billed one that still stands is ours until it is off."""
    leaving = {c.mark for c in plan.changes if c.action is Action.REMOVE_LINE}
    standing = Line.objects.filter(program=run.program_id, state=LineState.STANDING)
    one_time = standing.exclude(role=PartRole.RECURRING)
    one_time.filter(mark__in=plan.billed_marks - leaving).update(state=LineState.BILLED)
    one_time.filter(mark__in=plan.lost_marks).update(state=LineState.LOST)


def _attach_lines(run: Run, kept: Iterable[PlannedChange], templates: dict[str, InvoiceTemplate]) -> None:
    """Lines that stand as wanted are ours, also where the ledger had lost one."""
    lines = {change.mark: _kept_line(run, change, templates) for change in kept}
    if lines:
        _forget_others(run, lines)  # first: one line at most stands with a mark
        write_lines(lines.values())


def _kept_line(run: Run, change: PlannedChange, templates: dict[str, InvoiceTemplate]) -> Line:
    assert change.line_id is not None
    assert change.after is not None
    template = templates.get(change.template_id)
    return standing_line(run, change, change.line_id, change.after, template.next_run if template else None)


def standing_line(
    run: Run, change: PlannedChange | Change, line_id: str, now: LineValues | TemplateLine, next_run: dt.date | None
) -> Line:
    """The line of a change as it stands ``now``, not stored yet; ``next_run`` is its template's."""
    assert change.template_id is not None
    assert change.customer_id is not None
    assert change.subscription_id is not None
    return Line(
        program_id=run.program_id,
        target_id=run.program.target_id,
        template_id=change.template_id,
        line_id=line_id,
        mark=change.mark,
        role=change.role,
        motion=change.motion,
        customer_id=change.customer_id,
        subscription_id=change.subscription_id,
        period=change.period,
        product_id=change.product_id,
        target_product_id=now.product_id,
        quantity=now.quantity,
        retail_cents=now.retail_cents,
        cost_cents=now.cost_cents,
        state=LineState.STANDING,
        next_run=next_run,
        written_at=timezone.now(),
    )


def _forget_others(run: Run, lines: Mapping[str, Line]) -> None:
    standing = Line.objects.filter(program=run.program_id, mark__in=lines, state=LineState.STANDING)
    there = standing.values_list("pk", "mark", "template_id", "line_id")
    places = {mark: (line.template_id, line.line_id) for mark, line in lines.items()}
    others = [pk for pk, mark, *place in there if tuple(place) != places[mark]]
    Line.objects.filter(pk__in=others).update(state=LineState.REMOVED)


def forget_other_lines(line: Line) -> None:
    """Rows of the same mark that the target no longer has (or that are being taken off).

    Asked for in the order of marks, or PostgreSQL, as long as it has counted nothing, may look through all lines that
    stand: by its guess that index would do as well.
    """
    same = Line.objects.filter(program=line.program_id, mark__range=(line.mark, line.mark), state=LineState.STANDING)
    there = same.order_by("mark").values_list("pk", "template_id", "line_id")
    others = [pk for pk, *place in there if place != [line.template_id, line.line_id]]
    if others:
        Line.objects.filter(pk__in=others).update(state=LineState.REMOVED)


def write_lines(lines: Iterable[Line]) -> None:
    """Keep lines as the target has them; it has one row for each of its own."""
    Line.objects.bulk_create(
        lines,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["partner", "target", "template_id", "line_id"],
        update_fields=_LINE_FIELDS,
    )


_LINE_FIELDS = [
    "program",
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


# --- Postings -------------------------------------------------------------------------------------


def _store_postings(
    run: Run,
    planned: Sequence[PlannedPosting],
    templates: dict[str, InvoiceTemplate],
    waiting_for: str,
) -> None:
    """Most come to what they came to before: what differs alone is written."""
    known = {
        (row.subscription_id, row.motion, row.period): row
        for row in Posting.objects.filter(
            program=run.program_id,
            subscription__in={p.subscription_id for p in planned},
            period__in={p.period for p in planned},
        )
    }
    wanted = {(p.subscription_id, p.motion, p.period): _posting_columns(p, templates) for p in planned}
    new = [
        Posting(program_id=run.program_id, subscription_id=key[0], motion=key[1], period=key[2], **columns)
        for key, columns in wanted.items()
        if key not in known
    ]
    numbers = insert_and_number(Posting, new, ["subscription_id", "motion", "period"])
    write_differences(
        Posting,
        [(known[key], columns) for key, columns in wanted.items() if key in known],
        unique=["partner", "program", "subscription", "motion", "period"],
    )
    _store_parts(planned, {key: row.pk for key, row in known.items()} | numbers, set(numbers.values()), waiting_for)


def _posting_columns(posting: PlannedPosting, templates: dict[str, InvoiceTemplate]) -> dict[str, Any]:
    columns = {
        "customer_id": posting.customer_id,
        "fingerprint": posting.fingerprint,
        "template_id": posting.template_id,
        "charge_count": posting.charge_count,
        "source_cost": posting.source_cost,
        "source_retail": posting.source_retail,
        "rounding_cost": posting.rounding_cost,
        "rounding_retail": posting.rounding_retail,
        "unit_cost": posting.unit_cost,
        "unit_retail": posting.unit_retail,
        "since": first_day_of(posting.since) if posting.since else None,
    }
    template = templates.get(posting.template_id)
    stands = any(part.role is PartRole.RECURRING and part.state is PartState.SYNCED for part in posting.parts)
    if posting.confirms_run and stands and template is not None:
        columns["next_run"] = template.next_run
    return columns


def _store_parts(
    planned: Iterable[PlannedPosting],
    numbers: Mapping[tuple[int, str, str], int],
    new: Collection[int],
    waiting_for: str,
) -> None:
    """``numbers``: the ids of the postings. ``new`` are those that were made now: they have no parts yet."""
    wanted = {
        (numbers[posting.subscription_id, posting.motion, posting.period], part.mark): _part_columns(part, waiting_for)
        for posting in planned
        for part in posting.parts
    }
    postings = [numbers[posting.subscription_id, posting.motion, posting.period] for posting in planned]
    stored = Part.objects.filter(posting__in=[pk for pk in postings if pk not in new])
    known = {(part.posting_id, part.mark): part for part in stored}
    Part.objects.filter(pk__in=[known[key].pk for key in known.keys() - wanted.keys()]).delete()
    fresh = {key: columns for key, columns in wanted.items() if key not in known}
    insert_rows(Part, (Part(posting_id=posting, mark=mark, **columns) for (posting, mark), columns in fresh.items()))
    again = [(known[key], columns) for key, columns in wanted.items() if key in known]
    write_differences(Part, again, unique=["partner", "posting", "mark"])


def _part_columns(part: PostingPart, waiting_for: str) -> dict[str, Any]:
    waits = bool(waiting_for) and part.state is PartState.PLANNED
    return {
        "role": part.role,
        "state": PartState.HELD if waits else part.state,
        "cost": part.cost,
        "retail": part.retail,
        "rules_cost": part.rules_cost,
        "rules_retail": part.rules_retail,
        "reason": waiting_for if waits else part.reason,
        "cause": "",
    }


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
    """The part of the posting that this change writes (none for removals).

    Its posting is looked up once, by its key: joined, it may be looked for among all parts of the same plan.
    """
    posting = Posting.objects.filter(
        program=change.run.program_id,
        subscription=change.subscription_id,
        motion=change.motion,
        period=change.period,
    )
    return Part.objects.filter(mark=change.mark, posting=Subquery(posting.values("pk"))).exclude(state=PartState.BILLED)
