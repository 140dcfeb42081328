"""What stays on an invoice template when its mapping no longer syncs."""

from __future__ import annotations

from customers.models import Mapping
from customers.target_copy import template_record
from money.enums import LineState
from syncs.models import Line

MOST_NAMED = 3


def tell_left_lines(mapping: Mapping) -> str:
    """Which of our lines stay, on which template, and when the inbox offers to remove them. Two queries at most.

    ``mapping`` carries its template and target.
    """
    standing = Line.objects.filter(
        target_id=mapping.template.target_id,
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


def _places(mapping: Mapping, templates: set[int]) -> str:
    """The template by its name; more of them by their number."""
    if templates == {mapping.template.external_id}:
        return f"the template “{mapping.template.name}” of {mapping.target_customer.name}"
    return f"{len(templates)} template{'' if len(templates) == 1 else 's'}"


def _names(mapping: Mapping, line_ids: set[int]) -> str:
    names = [f"“{line.name}”" for line in template_record(mapping.template).lines if line.line_id in line_ids]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f": {', '.join(names[:MOST_NAMED])}{more}" if names else ""
