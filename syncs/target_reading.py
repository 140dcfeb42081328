"""Read the target's products in slices: a long list must not keep other partners waiting."""

from __future__ import annotations

import datetime as dt

from products.services import Reading, refresh_target_products
from syncs.slices import Slice

READING = "products"  # in the basis of a run: since when, and which page comes next; None once all are read


def read_target_products(work: Slice) -> bool:
    """Go on reading until the slice is over; true when all products are read."""
    with work.run() as run:
        if READING in run.basis and run.basis[READING] is None:
            return True
        stored = run.basis.get(READING)
    reading = Reading(dt.datetime.fromisoformat(stored["since"]), stored["page"]) if stored else None
    left = refresh_target_products(work.partner_id, work.target_id, work.target, reading, lambda: work.over)
    with work.run() as run:
        run.basis[READING] = {"since": left.since.isoformat(), "page": left.page} if left else None
        run.save(update_fields=["basis"])
    return left is None
