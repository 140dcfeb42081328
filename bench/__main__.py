"""``python -m bench [PART ...]``: the parts that are named, all without any."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.installation import CHECKOUT, BenchFailedError, Installation
from bench.report import describe_machine

PARTS = ("calls", "overhead", "limit", "memory", "storing", "first_runs", "dispatch", "workers", "fairness")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that are asked for; 0 when every goal is met, 1 when one is missed."""
    options = _options(arguments)
    chosen = options.parts or list(PARTS)
    missed = []
    print(f"Bench: {', '.join(chosen)}; {describe_machine()}", flush=True)
    try:
        with Installation(options.data) as installation:
            for part in chosen:
                started = time.monotonic()
                if not _measures(options)[part](installation):
                    missed.append(part)
                print(f"  ({part}: {time.monotonic() - started:.0f} s; {describe_machine()})", flush=True)
    except BenchFailedError as failed:
        print(f"bench: {failed}", file=sys.stderr)
        return 2
    print(f"\n{'Missed goals in: ' + ', '.join(missed) if missed else 'All goals are met.'}")
    return 1 if missed else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--data", type=Path, default=CHECKOUT / "var" / "bench")
    parser.add_argument("--latencies", type=_numbers, default=(0, 50), help="overhead: milliseconds, e.g. 0,50")
    parser.add_argument("--per-minute", type=int, default=1080, help="limit: requests a minute")
    parser.add_argument("--seconds", type=float, default=18.0, help="limit: length of each measurement")
    parser.add_argument("--charges", type=_numbers, default=(1000, 10000, 60000), help="memory: rows of the invoice")
    parser.add_argument("--products", type=_numbers, default=(1000, 20000), help="memory: products on both sides")
    parser.add_argument("--templates", type=_numbers, default=(1000, 20000), help="memory: the target's templates")
    parser.add_argument("--rows", type=int, default=10000, help="storing: rows of the invoice")
    parser.add_argument("--lines", type=_numbers, default=(1000, 10000), help="first_runs: lines, e.g. 60000")
    parser.add_argument("--partners", type=_numbers, default=(1, 10, 100, 1000), help="dispatch: partners in all")
    parser.add_argument("--accounts", type=int, default=4, help="workers: partners that sync at once")
    options = parser.parse_args(arguments)
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"unknown part {unknown[0]!r}; choose from {', '.join(PARTS)}")
    return options


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(","))


def _measures(options: argparse.Namespace) -> dict[str, Callable[[Installation], bool]]:
    # The parts import models, which is possible only once Django is set up.
    from bench import calls, dispatch, fairness, first_runs, limit, memory, overhead, storing, workers

    return {
        "calls": calls.measure,
        "overhead": lambda at: overhead.measure(at, latencies=options.latencies),
        "limit": lambda at: limit.measure(at, per_minute=options.per_minute, seconds=options.seconds),
        "memory": lambda at: memory.measure(
            at, charges=options.charges, products=options.products, templates=options.templates
        ),
        "storing": lambda at: storing.measure(at, charges=options.rows),
        "first_runs": lambda at: first_runs.measure(at, lines=options.lines),
        "dispatch": lambda at: dispatch.measure(at, sizes=options.partners),
        "workers": lambda at: workers.measure(at, accounts=options.accounts),
        "fairness": fairness.measure,
    }


if __name__ == "__main__":
    sys.exit(main())
