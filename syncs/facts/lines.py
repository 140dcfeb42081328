"""Lines of ours as planning is told of them, and which lines of a template are not ours."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, Q

from connectors.records import InvoiceTemplate
from money.enums import LineState, PartRole
from money.facts import OwnLine
from money.marks import find_mark
from programs.models import Program
from syncs.models import Line


def load_own_lines(program: Program, which: Q | Exists | None = None) -> list[OwnLine]:
    """Lines of ours that stand or were lost, in the order of their writing; billed and removed ones are history."""
    lines = Line.objects.filter(target=program.target_id, state__in=(LineState.STANDING, LineState.LOST))
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


def load_standing_ids(program: Program, templates: Collection[int]) -> frozenset[int]:
    """Ids of our lines on these templates, whatever mapping they belong to."""
    lines = Line.objects.filter(target=program.target_id, state=LineState.STANDING, template_id__in=templates)
    return frozenset(lines.values_list("line_id", flat=True))


def foreign_ids(template: InvoiceTemplate | None, own_ids: Collection[int]) -> frozenset[int]:
    """Lines of a template that are not ours: neither known by id (``own_ids``) nor marked."""
    if template is None:
        return frozenset()
    return frozenset(
        line.line_id for line in template.lines if line.line_id not in own_ids and not find_mark(line.description)
    )
