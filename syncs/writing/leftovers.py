"""Lines that the ledger has taken off, and that stand on their template all the same.

A removal is documented nowhere, and an answer of 200 may mean nothing. So what our copy of the
templates shows is compared with the ledger at each sync. Inside the scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from connectors.records import TemplateLine
from customers.models import Template
from customers.target_copy import template_record
from money.enums import LineState
from money.marks import find_mark
from money.plan import PlannedChange
from money.present import removal_of
from programs.models import Program
from syncs.facts.lines import own_line_of
from syncs.models import Line, Run

_TEMPLATES = 200  # at once


def removals_of_leftovers(run: Run) -> list[PlannedChange]:
    """Take off once more what should be gone, where the run does not write that line anyway.

    A line of quantity 0 is one whose removal the target refused.
    """
    standing = list(_standing(run.program))
    if not standing:
        return []
    planned = set(run.changes.filter(line_id__isnull=False).values_list("line_id", flat=True))
    return [
        removal_of(own_line_of(row), line, line.name, "Still there although it was taken off")
        for row, line in standing
        if line.line_id not in planned
    ]


def _standing(program: Program) -> Iterator[tuple[Line, TemplateLine]]:
    templates = Template.objects.filter(target=program.target_id, gone=False).order_by("pk").iterator(_TEMPLATES)
    gone = Line.objects.filter(program=program, state__in=(LineState.REMOVED, LineState.BILLED))
    while batch := list(islice(templates, _TEMPLATES)):
        marked = {(row.external_id, line.line_id): line for row in batch for line in _marked_lines(row)}
        ids = [line_id for _, line_id in marked]
        for row in gone.filter(line_id__in=ids).select_related("subscription", "product"):
            line = marked.get((row.template_id, row.line_id))
            if line is not None:
                yield row, line


def _marked_lines(row: Template) -> Iterator[TemplateLine]:
    for line in template_record(row).lines:
        if find_mark(line.description) and line.quantity and not line.counted_by_target:
            yield line
