"""What an earlier run holds already is no new change: the item waits on, with the date since when. Inside the scope."""

from __future__ import annotations

from typing import Any

from syncs.enums import ChangeState
from syncs.models import Change, Run

HELD_AGAIN = "plan_held_again"  # in the counts of a run: items that wait as an earlier run holds them
_ITEM = ("mark", "period", "role", "action", "subject", "customer_id", "subscription_id")  # by which it is known again
_SAID = ("what", "reason", "before", "after", "retail", "cost", "motion", "charge_ids", "hold")
_AIMED = ("product_id", "product_key", "target_product_id", "template_id", "line_id", "next_run", "error", "cause")
BATCH = 2000


def drop_repeats(run: Run) -> int:
    """Take out held changes that say what the newest earlier one of the same item says; how many. Not of a preview.

    Their number stays among the run's counts, which are not saved for you.
    """
    if run.preview:
        return 0
    held = list(run.changes.filter(state=ChangeState.HELD).exclude(mark="").order_by("pk")[:BATCH])
    if not held:
        return 0
    before = _newest_before(run, held)
    repeats = [change.pk for change in held if _values(change, _ITEM) in before and _says(change, before)]
    Change.objects.filter(pk__in=repeats).delete()
    run.counts[HELD_AGAIN] = run.counts.get(HELD_AGAIN, 0) + len(repeats)
    return len(repeats)


def _newest_before(run: Run, held: list[Change]) -> dict[tuple[Any, ...], Change]:
    earlier = Change.objects.filter(
        program=run.program_id,
        state=ChangeState.HELD,
        mark__in={change.mark for change in held},
        run__lt=run.pk,
        run__preview=False,
    )
    return {_values(change, _ITEM): change for change in earlier.order_by("run_id", "pk")}


def _says(change: Change, before: dict[tuple[Any, ...], Change]) -> bool:
    return _values(change, _SAID + _AIMED) == _values(before[_values(change, _ITEM)], _SAID + _AIMED)


def _values(change: Change, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(getattr(change, name) for name in names)
