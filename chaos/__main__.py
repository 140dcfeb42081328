"""``python -m chaos``: break the product on purpose, many times, and count what was damaged."""

from __future__ import annotations

import argparse
import fcntl
import signal
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from chaos import table
from chaos.processes import CHECKOUT, Installation
from chaos.seeds import result_file, run_seed


def main(arguments: Sequence[str] | None = None) -> int:
    """Play seeds and print the table; 1 when anything was damaged, or a kind of fault never happens."""
    options = _parser().parse_args(arguments)
    folder: Path = options.data
    folder.mkdir(parents=True, exist_ok=True)
    file = options.resume or result_file(folder)
    rows = table.read(file)
    wanted = [options.replay] if options.replay is not None else range(options.start, options.start + options.seeds)
    seeds = [seed for seed in wanted if seed not in {row["seed"] for row in rows}]
    print(f"Results in {file}", flush=True)
    print(table.head(), flush=True)
    for row in rows:
        print(table.line(row), flush=True)
    if seeds:
        lanes = [folder / f"lane-{number}" for number in range(1, min(options.jobs, len(seeds)) + 1)]
        with _alone(folder), ThreadPoolExecutor(len(lanes)) as pool:
            series = _Series(seeds, rows, file, verbose=options.verbose)
            for ended in [pool.submit(series.play_in, lane) for lane in lanes]:
                ended.result()
    print(table.totals(rows), flush=True)
    return 1 if any(table.is_damaged(row) for row in rows) or table.is_toothless(rows) else 0


class _Interruption:
    """Ctrl-C or SIGTERM: the seed at hand is still played, so that every process is stopped in order."""

    wanted = False

    def ask(self, _signal: int, _frame: object) -> None:
        self.wanted = True


INTERRUPTION = _Interruption()


class _Series:
    """Seeds that are played in one or more lanes; each lane is an installation of its own."""

    def __init__(self, seeds: Sequence[int], rows: list[table.Row], file: Path, *, verbose: bool) -> None:
        self.waiting = deque(seeds)
        self.rows = rows
        self.file = file
        self.verbose = verbose
        self._turn = Lock()

    def play_in(self, folder: Path) -> None:
        """Play what is left, seed by seed, until none is or somebody interrupts."""
        try:
            with Installation(folder) as installation:
                while (seed := self._next()) is not None:
                    self._keep(table.as_row(run_seed(installation, seed)))
        except BaseException:
            INTERRUPTION.wanted = True  # the other lanes end in order
            raise

    def _next(self) -> int | None:
        with self._turn:
            return self.waiting.popleft() if self.waiting and not INTERRUPTION.wanted else None

    def _keep(self, row: table.Row) -> None:
        with self._turn:
            table.append(self.file, row)
            self.rows.append(row)
            print(table.line(row), flush=True)
            if table.is_damaged(row) or self.verbose:
                print("".join(f"       {fact}\n" for fact in row["facts"]), end="", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10, help="how many seeds to play")
    parser.add_argument("--start", type=int, default=1, help="the first seed")
    parser.add_argument("--jobs", type=int, default=1, help="how many installations to play them in at the same time")
    parser.add_argument("--replay", type=int, metavar="SEED", help="play this one seed")
    parser.add_argument(
        "--resume", type=Path, metavar="FILE", help="go on with a series: its seeds are not played again"
    )
    parser.add_argument("--data", type=Path, default=CHECKOUT / "var" / "chaos", help="folder for servers and results")
    parser.add_argument("--verbose", action="store_true", help="tell what was noticed in undamaged seeds too")
    return parser


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One series at a time in a folder."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, INTERRUPTION.ask)
    sys.exit(main())
