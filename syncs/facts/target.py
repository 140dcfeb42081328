"""Invoice templates as last read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from connectors.records import InvoiceTemplate
from connectors.registry import get_target
from customers.models import Template
from customers.target_copy import template_record
from programs.models import Program
from syncs.facts.lines import as_seen_by


def load_templates(program: Program, ids: Collection[str]) -> dict[str, InvoiceTemplate]:
    """These templates as last read, without what other programs wrote there; gone ones are absent."""
    rows = Template.objects.filter(target=program.target_id, gone=False, external_id__in=ids)
    interval_of = get_target(program.target.system).interval_of
    read = [replace(template_record(row), every=interval_of(row.frequency)) for row in rows]
    return {template.template_id: template for template in as_seen_by(program, read)}
