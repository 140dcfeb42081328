"""Read one template now, and keep it in our copy."""

from __future__ import annotations

from connectors.errors import RecordMissing
from connectors.records import InvoiceTemplate
from core.scope import partner_scope
from customers.models import Template
from customers.target_copy import save_template
from syncs.facts.lines import as_seen_by
from syncs.running.slices import Slice


def read_template(work: Slice, template_id: str) -> InvoiceTemplate | None:
    """The template as it is now, without what other programs wrote there; None when it no longer exists.

    All of it is kept in our copy.
    """
    try:
        template = work.target.get_template(template_id)
    except RecordMissing:
        with work.run() as run:
            Template.objects.filter(target=run.program.target_id, external_id=template_id).update(gone=True)
        return None
    save_template(work.partner_id, work.target_id, template)
    with partner_scope(work.partner_id):
        (seen,) = as_seen_by(work.program, [template])
    return seen
