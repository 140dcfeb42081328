"""Read of the target what a run needs: all products in slices, or only what a retry is about."""

from __future__ import annotations

import datetime as dt

from customers.target_copy import reread_template
from products.services import Reading, refresh_target_products, reread_products
from syncs.retry_scope import retry_scope
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


MOST_READ_ALONE = 50  # templates and products: more of them are read quicker with the whole list


def read_again(work: Slice) -> bool:
    """Read what a retry is about, fresh; False for a run that has to read everything."""
    with work.run() as run:
        scope = retry_scope(run)
    if scope is None or len(scope.templates) + len(scope.products) > MOST_READ_ALONE:
        return False
    for template_id in scope.templates:
        reread_template(work.partner_id, work.target_id, work.target, template_id)
    if scope.products:
        reread_products(work.partner_id, work.target_id, work.target, scope.products)
    return True
