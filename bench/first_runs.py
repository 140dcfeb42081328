"""The first runs of a new installation, whose database knows nothing yet of what it holds."""

from __future__ import annotations

from bench.installation import Installation
from bench.report import Figure, at_most, show

GOAL_WRITES = 1.3
GOAL_PLANNING = 2.5


def measure(installation: Installation, *, lines: tuple[int, ...]) -> bool:
    """A new installation for each number of lines; false when a goal is missed."""
    rows = []
    for count in lines:
        folder = installation.fresh_folder(f"first-run-{count}")
        told = installation.ask_child("bench.first_run_child", str(folder), str(count))
        rows += _figures(told)
    return show("First runs in new installations, vendors answering at once", rows)


def _figures(told: dict[str, float]) -> list[Figure]:
    name = f"{told['written']:.0f} lines"
    tenths = [told[part] for part in ("first", "middle", "last")]
    shown = ", ".join(f"{each:.1f}" for each in tenths)
    return [
        Figure(f"{name}: ms per write of the first, middle, last tenth", shown),
        at_most(f"{name}: slowest of these / quickest", max(tenths) / min(tenths), GOAL_WRITES),
        Figure(f"{name}: planned in, half as many before", f"{told['planning']:.1f}, {told['half']:.1f} s"),
        at_most(f"{name}: planning / of half as many", told["planning"] / told["half"], GOAL_PLANNING),
    ]
