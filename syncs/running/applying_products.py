"""The state *applying* of a product run: product by product."""

from __future__ import annotations

from core.scope import partner_scope
from syncs.enums import RunState
from syncs.running.slices import Slice
from syncs.writing.products import write_product


def write_products(work: Slice) -> RunState | None:
    """Write products until the slice is over; None when there is more to do."""
    try:
        while not work.over:
            with partner_scope(work.partner_id):
                change = work.next_change()
            if change is None:
                return RunState.SETTLING
            write_product(work, change)
            work.tell_progress()
        return None
    finally:
        work.tell_progress(last=True)
