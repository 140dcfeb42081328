"""``make seed-large``: a large partner and a few small ones, of sample data, on servers of their own."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bench.installation import BenchFailedError
from bench.large.installation import FOLDER, LargeInstallation


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the partners; 0 when they are there, 2 when they must or can not be made."""
    parser = argparse.ArgumentParser(prog="bench.large", description=__doc__)
    parser.add_argument("--data", type=Path, default=FOLDER)
    options = parser.parse_args(arguments)
    if os.environ.get("BILLINGSYNC_ENV") == "production":
        print("seed-large: never in production", file=sys.stderr)
        return 2
    started = time.monotonic()
    try:
        with LargeInstallation(options.data) as installation:
            from bench.large import partners

            partners.make(lambda text: print(f"[{time.monotonic() - started:5.1f} s] {text}", flush=True))
            print(
                f"\nMade in {time.monotonic() - started:.0f} s, in {installation.folder}. To open the portal on it:\n"
            )
            print(partners.how_to_open(installation.folder))
    except BenchFailedError as failed:
        print(f"seed-large: {failed}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
