"""Lines of invoice templates as the target shows them: what ours are called, and which are foreign."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from connectors.records import TemplateLine
from connectors.registry import get_target
from customers.models import Template
from customers.target_copy import template_record
from money.words import from_cents
from programs.models import Program
from syncs.models import Line


@dataclass(frozen=True, slots=True)
class TemplatePlace:
    """A template with its link into the target, and its lines as last read, by their id."""

    template: Template
    url: str
    lines: dict[int, TemplateLine]


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


def template_places(program: Program, ids: Collection[int]) -> dict[int, TemplatePlace]:
    """Templates of the program's target by the target's id. One query."""
    url = get_target(program.target.system).template_url
    rows = Template.objects.filter(target_id=program.target_id, external_id__in=ids).order_by("name", "external_id")
    return {
        row.external_id: TemplatePlace(
            row,
            "" if row.gone else url(program.target.credentials, row.external_id),
            {line.line_id: line for line in template_record(row).lines},
        )
        for row in rows
    }


def foreign_lines(program: Program, places: Iterable[TemplatePlace]) -> list[ForeignLine]:
    """Lines of these templates that are none of ours. One query."""
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
