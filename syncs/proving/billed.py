"""Remember which generated invoices carry our lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from money.enums import LineState
from programs.models import Program
from syncs.models import Line


def remember_carried(program: Program, billed_by: Mapping[str, int], customer_ids: Collection[int]) -> None:
    """Note on these customers' lines which invoice carries them. Inside the scope.

    In the transaction that stores what follows from it: an invoice that is noted proves nothing again.
    """
    standing = Line.objects.filter(program=program, customer__in=customer_ids, state=LineState.STANDING)
    lines = list(standing.filter(mark__in=billed_by))
    for line in lines:
        line.billed_on = billed_by[line.mark]
    Line.objects.bulk_update(lines, ["billed_on"], batch_size=500)
