"""What became of each mutant: kept line by line, so that a run goes on where the one before it ended."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path


class Verdict(StrEnum):
    """What the tests made of a mutant."""

    KILLED = "killed"  # a test failed, or nothing could be imported any more
    SURVIVED = "survived"
    TIMED_OUT = "timed out"  # it took many times as long as without the change: as good as killed
    UNFIT = "unfit"  # a fork cannot judge it, a process of its own must


@dataclass(frozen=True)
class Judged:
    """A mutant's verdict.

    ``seconds``: of CPU time in a fork, by the clock in a process of its own. ``tests``: how many could have failed,
    -1 where nobody counted. ``left``: how many more run the changed lines and were not asked, as they take long.
    """

    key: str
    verdict: Verdict
    seconds: float
    tests: int = -1
    left: int = 0


def keep(file: Path, judged: Judged) -> None:
    """Add one verdict. One write to a file that is appended to: several processes may do it."""
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"{json.dumps(asdict(judged))}\n")


def read(file: Path) -> Mapping[str, Judged]:
    """The last verdict of each mutant, by key. A line that was broken off is none."""
    if not file.exists():
        return {}
    found = (_line(text) for text in file.read_text(encoding="utf-8").splitlines())
    return {judged.key: judged for judged in found if judged}


def _line(text: str) -> Judged | None:
    try:
        row = json.loads(text)
    except json.JSONDecodeError:
        return None
    return Judged(row["key"], Verdict(row["verdict"]), row["seconds"], row["tests"], row["left"])


def detected(verdicts: Iterable[Verdict]) -> float:
    """Share of mutants, in per cent, that tests notice."""
    all_of_them = list(verdicts)
    noticed = sum(one in {Verdict.KILLED, Verdict.TIMED_OUT} for one in all_of_them)
    return 100 * noticed / len(all_of_them) if all_of_them else 0.0
