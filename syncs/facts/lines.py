"""Lines of ours as planning is told of them, and which lines of a template are not ours."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from django.db.models import Exists, Q

from connectors.records import InvoiceTemplate, TemplateLine
from money.enums import Action, LineState, PartRole
from money.facts import OwnLine
from money.marks import find_mark
from programs.models import Program
from syncs.enums import LOST_STATES
from syncs.models import Change, Line


def load_own_lines(program: Program, which: Q | Exists | None = None) -> list[OwnLine]:
    """Lines of ours that stand or were lost, in the order of their writing; billed and removed ones are history."""
    lines = Line.objects.filter(program=program, state__in=(LineState.STANDING, LineState.LOST))
    if which is not None:
        lines = lines.filter(which)
    return [own_line_of(line) for line in lines.select_related("subscription", "product").order_by("pk")]


def own_line_of(line: Line) -> OwnLine:
    """A row of ours as planning is told of it; it comes with its subscription and product."""
    return OwnLine(
        mark=line.mark,
        line_id=line.line_id,
        template_id=line.template_id,
        role=PartRole(line.role),
        motion=line.motion,
        customer_id=line.customer_id,
        subscription_id=line.subscription_id,
        subscription=line.subscription.external_id,
        period=line.period,
        quantity=line.quantity,
        retail_cents=line.retail_cents,
        cost_cents=line.cost_cents,
        state=LineState(line.state),
        next_run=line.next_run,
        target_product_id=line.target_product_id,
        name=line.product.name if line.product else "",
    )


def load_standing_ids(program: Program, templates: Collection[str]) -> frozenset[str]:
    """Ids of our lines on these templates, whatever mapping or program they belong to."""
    lines = Line.objects.filter(target=program.target_id, state=LineState.STANDING, template_id__in=templates)
    return frozenset(lines.values_list("line_id", flat=True))


def as_seen_by(program: Program, read: Iterable[InvoiceTemplate]) -> list[InvoiceTemplate]:
    """These templates without the lines of the partner's other programs: what they wrote is theirs alone.

    Our rows say whose a line is. One that stands without a row is another program's while that program waits to hear
    whether it wrote a line of this mark. Two queries.
    """
    found = list(read)
    on_them = {"template_id__in": [template.template_id for template in found]}
    rows = Line.objects.filter(target=program.target_id, **on_them).values_list("template_id", "line_id", "program")
    owner = {(template_id, line_id): program_id for template_id, line_id, program_id in rows}
    under_way = Change.objects.filter(action=Action.ADD_LINE, state__in=LOST_STATES, **on_them)
    others = under_way.filter(program__target=program.target_id).exclude(program=program)
    awaited = set(others.values_list("template_id", "mark"))

    def is_ours(line: TemplateLine, template_id: str) -> bool:
        unowned = None if (template_id, find_mark(line.description)) in awaited else program.pk
        return owner.get((template_id, line.line_id), unowned) == program.pk

    return [
        replace(template, lines=tuple(line for line in template.lines if is_ours(line, template.template_id)))
        for template in found
    ]


def foreign_ids(template: InvoiceTemplate | None, own_ids: Collection[str]) -> frozenset[str]:
    """Lines of a template that are not ours: neither known by id (``own_ids``) nor marked."""
    if template is None:
        return frozenset()
    return frozenset(
        line.line_id for line in template.lines if line.line_id not in own_ids and not find_mark(line.description)
    )
