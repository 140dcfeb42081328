"""Lines of invoice templates as the target shows them: what ours are called, which are foreign, which stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from connectors.records import TemplateLine
from connectors.registry import get_target
from core.searching import found_by
from customers.models import Mapping, Template
from customers.target_copy import template_record
from money.enums import LineState
from money.words import from_cents
from programs.models import Program
from syncs.models import Line

MOST_NAMED = 3  # lines that are left


@dataclass(frozen=True, slots=True)
class TemplatePlace:
    """A template with its link into the target, and its lines as last read, by their id."""

    template: Template
    url: str
    lines: dict[str, TemplateLine]


@dataclass(frozen=True, slots=True)
class ForeignLine:
    """A line that the sync did not write and never touches; prices in currency units."""

    place: TemplatePlace
    line: TemplateLine

    @property
    def retail(self) -> Decimal:
        """Unit price."""
        return from_cents(self.line.retail_cents)

    @property
    def total(self) -> Decimal:
        """Quantity times unit price."""
        return self.line.quantity * self.retail


def template_places(program: Program, *ways: Q) -> dict[str, TemplatePlace]:
    """Templates of the program's target that any of these conditions finds, by the target's id. One query."""
    url = get_target(program.target.system).template_url
    rows = Template.objects.filter(target_id=program.target_id)
    return {
        row.external_id: TemplatePlace(
            row,
            "" if row.gone else url(program.target.credentials, row.external_id),
            {line.line_id: line for line in template_record(row).lines},
        )
        for row in rows.filter(found_by(rows, *ways)).order_by("name", "external_id")
    }


def foreign_lines(program: Program, places: Iterable[TemplatePlace]) -> list[ForeignLine]:
    """Lines of these templates that are none of ours, whichever program wrote them. One query."""
    found = list(places)
    ids = [place.template.external_id for place in found]
    rows = Line.objects.filter(target_id=program.target_id, template_id__in=ids)
    ours = set(rows.values_list("template_id", "line_id"))
    return [
        ForeignLine(place, line)
        for place in found
        for line_id, line in place.lines.items()
        if (place.template.external_id, line_id) not in ours
    ]


def tell_left_lines(mapping: Mapping) -> str:
    """What a mapping that no longer syncs leaves: which lines, where, and when the inbox offers to remove them.

    Two queries at most; ``mapping`` carries its template and target.
    """
    standing = Line.objects.filter(
        program_id=mapping.program_id,
        customer_id=mapping.customer_id,
        motion=mapping.motion,
        state=LineState.STANDING,
    )
    ids = dict(standing.order_by("template_id", "line_id").values_list("line_id", "template_id"))
    if not ids:
        return "No line of it stands in the target."
    one = len(ids) == 1
    stays = "1 line that it wrote stays as it is" if one else f"{len(ids):,} lines that it wrote stay as they are"
    it = "it" if one else "them"
    offer = f"The next billing sync lists {it} in the inbox, where you can have {it} removed."
    return f"{stays} on {_places(mapping, set(ids.values()))}{_names(mapping, set(ids))}. {offer}"


def _places(mapping: Mapping, templates: set[str]) -> str:
    """The template by its name; more of them by their number."""
    if templates == {mapping.template.external_id}:
        return f"the template “{mapping.template.name}” of {mapping.target_customer.name}"
    return f"{len(templates)} template{'' if len(templates) == 1 else 's'}"


def _names(mapping: Mapping, line_ids: set[str]) -> str:
    names = [f"“{line.name}”" for line in template_record(mapping.template).lines if line.line_id in line_ids]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f": {', '.join(names[:MOST_NAMED])}{more}" if names else ""
