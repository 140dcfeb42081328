"""What earlier runs sent and never heard of again is resolved first, or it might be sent twice."""

from __future__ import annotations

from core.scope import partner_scope
from syncs.models import Change, Run
from syncs.running.slices import Slice
from syncs.writing.products import resolve_product
from syncs.writing.protocol import abandoned_changes, drop_unsent, settles_in
from syncs.writing.resolving import resolve_line_changes


def find_abandoned(run: Run) -> tuple[list[Change], float]:
    """What earlier runs of this kind sent, and the seconds until it can be resolved. Inside the scope."""
    abandoned = [] if run.preview else abandoned_changes(run)
    return abandoned, settles_in(abandoned)


def resolve_abandoned_lines(work: Slice, abandoned: list[Change]) -> None:
    """Every lost answer about a line of earlier runs is resolved then."""
    if not abandoned:
        return
    resolve_line_changes(work.partner_id, abandoned, work.target)
    with partner_scope(work.partner_id):
        drop_unsent(abandoned)


def resolve_abandoned_products(work: Slice, abandoned: list[Change]) -> None:
    """Every lost answer about a product of earlier runs is resolved then."""
    if not abandoned:
        return
    for change in abandoned:
        resolve_product(work, change)
    with partner_scope(work.partner_id):
        drop_unsent(abandoned)
