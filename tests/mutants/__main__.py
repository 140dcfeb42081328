"""``python -m tests.mutants``: change the code in many small ways, one at a time, and count what no test notices."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from devservers.places import CHECKOUT
from tests.mutants import lanes, scope, telling, verdicts
from tests.mutants.making import Mutant
from tests.mutants.verdicts import Verdict


def main(arguments: Sequence[str]) -> int:
    """Judge what is not judged yet and print the table; 1 where a survivor has no reason, or time was up."""
    asked = _parser().parse_args(arguments)
    mutants = scope.draw(scope.all_of(asked.only), asked.drawn, asked.seed)
    results = asked.results / f"{lanes.fingerprint()}.jsonl"
    results.parent.mkdir(parents=True, exist_ok=True)
    waiting = _waiting(mutants, results, thorough=asked.thorough)
    _say(f"{len(mutants)} mutants, {len(waiting)} of them not judged yet; seed {asked.seed}. Results in {results}")
    with ThreadPoolExecutor(asked.jobs) as pool:
        shares = [waiting[number :: asked.jobs] for number in range(asked.jobs)]
        deadline = time.time() + 60 * asked.minutes
        playing = [
            pool.submit(_play, n, share, results, deadline, asked.thorough)
            for n, share in enumerate(shares, 1)
            if share
        ]
        try:
            for ended in playing:
                ended.result()
        except KeyboardInterrupt:
            lanes.break_off()
    return _tell(mutants, results)


def _play(number: int, mutants: Sequence[Mutant], results: Path, deadline: float, thorough: bool) -> None:
    databases = any(not mutant.path.startswith(scope.MONEY) for mutant in mutants)
    with lanes.opened(number, results, deadline, servers=databases, thorough=thorough) as lane:
        lane.judge(mutants)


def _waiting(mutants: Sequence[Mutant], results: Path, *, thorough: bool = False) -> list[Mutant]:
    """Those without a verdict; with ``thorough`` also those that survived although not all tests were asked."""
    known = verdicts.read(results)

    def waits(mutant: Mutant) -> bool:
        judged = known.get(mutant.key)
        if judged is None or judged.verdict is Verdict.UNFIT:
            return True
        return thorough and judged.verdict is Verdict.SURVIVED and judged.left > 0

    return [one for one in mutants if waits(one)]


def _tell(mutants: Sequence[Mutant], results: Path) -> int:
    known, reasons = verdicts.read(results), telling.accepted()
    complaints = telling.complaints(mutants, known, reasons)
    for line in [*telling.table(mutants, known), "", *complaints]:
        _say(line)
    left = len(_waiting(mutants, results))
    if left:
        _say(f"{left} mutants are left. The same command goes on, as long as no code changes.")
    return 1 if complaints or left else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--only", nargs="*", default=[], help="paths that begin so, such as money/guard.py")
    parser.add_argument("--drawn", type=int, default=150, help="how many to draw of syncs/writing and syncs/proving")
    parser.add_argument("--seed", type=int, default=1, help="what to draw them with")
    parser.add_argument("--jobs", type=int, default=1, help="how many lanes judge at the same time")
    parser.add_argument("--minutes", type=float, default=60, help="no mutant is begun after so many")
    parser.add_argument(
        "--thorough", action="store_true", help="judge survivors in money once more, by all tests that run their lines"
    )
    parser.add_argument("--results", type=Path, default=CHECKOUT / "var" / "mutants", help="folder for verdicts")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
