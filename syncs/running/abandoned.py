"""What earlier runs sent and never heard of again is resolved first, or it might be sent twice."""

from __future__ import annotations

from core.scope import partner_scope
from syncs.running.slices import Slice
from syncs.writing.products import resolve_product
from syncs.writing.protocol import abandoned_changes, drop_unsent, settles_in
from syncs.writing.resolving import resolve_line_changes


def resolve_abandoned_lines(work: Slice) -> float:
    """Seconds until that can be done; 0 once every lost answer about a line of earlier runs is resolved."""
    with work.run() as run:
        abandoned = [] if run.preview else abandoned_changes(run)
        wait = settles_in(abandoned)
    if wait > 0 or not abandoned:
        return wait
    resolve_line_changes(work.partner_id, abandoned, work.target)
    with partner_scope(work.partner_id):
        drop_unsent(abandoned)
    return 0.0


def resolve_abandoned_products(work: Slice) -> float:
    """Seconds until that can be done; 0 once every lost answer about a product of earlier runs is resolved."""
    with work.run() as run:
        abandoned = [] if run.preview else abandoned_changes(run)
        wait = settles_in(abandoned)
    if wait > 0 or not abandoned:
        return wait
    for change in abandoned:
        resolve_product(work, change)
    with partner_scope(work.partner_id):
        drop_unsent(abandoned)
    return 0.0
