"""``python -m rehearsal``: do what operations.md says, on each kind of server, and say of each step whether it held."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rehearsal.packages import install_packages
from rehearsal.program import Program, install_program
from rehearsal.servers import KINDS
from rehearsal.stages import rehearse
from rehearsal.steps import StepFailedError, Steps


def main(arguments: Sequence[str] | None = None) -> int:
    """Rehearse on each kind of server; 1 when any step did not hold."""
    parser = argparse.ArgumentParser(prog="rehearsal", description=__doc__)
    parser.add_argument("--on", choices=[*KINDS], action="append", help="only on servers of this kind")
    parser.add_argument("--keep", action="store_true", help="leave the folder with data and logs behind")
    options = parser.parse_args(arguments)
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        parser.exit(2, "A rehearsal installs packages: it needs root on Debian.\n")
    signal.signal(signal.SIGTERM, _interrupt)  # whoever ends it ends what it started
    folder = Path(tempfile.mkdtemp(prefix="rehearsal-"))
    folder.chmod(0o755)  # the account of PostgreSQL passes through
    steps = Steps()
    try:
        _rehearse(folder, options.on or [*KINDS], steps)
    finally:
        if options.keep or steps.failed:
            print(f"Data and logs are in {folder}", flush=True)
        else:
            shutil.rmtree(folder)
    print(f"{steps.held} steps held, {steps.failed} did not.", flush=True)
    return 1 if steps.failed else 0


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _rehearse(folder: Path, kinds: Sequence[str], steps: Steps) -> None:
    try:
        with steps.step("packages", "what is missing comes by apt, and no service of it runs") as say:
            say(install_packages())
        with steps.step("program", "a tree and an environment, from the lock file with its hashes") as say:
            program = install_program(folder)
            say(program.version())
    except StepFailedError:
        return
    for name in kinds:
        _rehearse_on(name, folder, program, steps)


def _rehearse_on(name: str, folder: Path, program: Program, steps: Steps) -> None:
    place = folder / name
    place.mkdir(mode=0o755)
    try:
        rehearse(KINDS[name](place), program, place, steps)
    except StepFailedError:
        print(f"{name}: what comes after it was not tried.", flush=True)


if __name__ == "__main__":
    sys.exit(main())
