"""Invoice templates that a mapping may choose, with what tells two alike apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from connectors.records import TemplateLine
from customers.models import Template
from customers.services import MappingWarning, mapping_warnings
from customers.target_copy import template_record
from money.enums import Motion
from programs.models import Program


@dataclass(frozen=True, slots=True)
class TemplateOffer:
    """A template with what tells two alike apart."""

    template: Template
    lines: Sequence[TemplateLine]
    warnings: list[MappingWarning]


def offer_template(
    program: Program, row: Template, motion: Motion, *, disabled: bool = False, retail: Decimal | None = None
) -> TemplateOffer:
    """The template with its lines, and what speaks against it for the motion.

    ``disabled``: its customer is; ``retail``: what the newest month charges, in currency units.
    """
    warnings = mapping_warnings(program=program, template=row, motion=motion.value, disabled=disabled, retail=retail)
    return TemplateOffer(row, template_record(row).lines, warnings)
