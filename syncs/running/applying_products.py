"""The state *applying* of a product run: product by product."""

from __future__ import annotations

from collections.abc import Sequence

from syncs.enums import RunState
from syncs.models import Change
from syncs.running.slices import Slice
from syncs.writing.products import write_product
from syncs.writing.protocol import Outcome


def write_products(work: Slice) -> RunState | None:
    """Write products until the slice is over; None when there is more to do."""
    try:
        at_hand = work.planned_changes()
        while not work.over:
            changes = next(at_hand, None)
            if changes is None:
                return RunState.SETTLING
            _write(work, changes)
        return None
    finally:
        work.tell_progress(last=True)


def _write(work: Slice, changes: Sequence[Change]) -> None:
    """Until the slice is over, or somebody cancelled."""
    for place, change in enumerate(changes):
        if place and work.over:
            return
        if write_product(work, change) is Outcome.NOT_OURS:
            return
        work.tell_progress()
