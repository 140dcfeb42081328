"""A fresh process with an installation of its own: two partners are planned, and what the second needs is written."""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import requests

from bench.installation import BenchFailedError, Installation
from bench.wholesale import SEATS

LINES_PER_CUSTOMER = SEATS + SEATS // 2 + 1  # the meters of an Azure plan are one line
PRODUCTS = 200


def main(folder: Path, lines: int) -> dict[str, float]:
    """Seconds of planning, and milliseconds per write in the first, the middle and the last tenth."""
    with Installation(folder) as installation:
        half = _plan(installation, max(1, lines // LINES_PER_CUSTOMER // 2))[2]
        partner_id, run_id, planning = _plan(installation, max(2, lines // LINES_PER_CUSTOMER))
        with _times_of_writes() as times:
            _write(partner_id, run_id)
        installation.stop_vendor()
    tenths = {name: _per_write(times, tenth) for name, tenth in (("first", 0.0), ("middle", 0.45), ("last", 0.9))}
    return {"half": half, "planning": planning, "written": len(times), **tenths}


def _plan(installation: Installation, customers: int) -> tuple[int, int, float]:
    """Partner, run and seconds of planning for a new partner of this size, just imported."""
    from bench.memory_child import read_directories
    from bench.seeding import map_everybody, seed_partner
    from bench.storing import plan

    installation.start_vendor("bench.wholesale", "--customers", str(customers), "--products", str(PRODUCTS))
    partner = seed_partner(f"first-{uuid.uuid4().hex[:8]}", products=False)
    read_directories(partner)
    map_everybody(partner)
    run_id, seconds = plan(partner)
    return partner.partner_id, run_id, seconds


def _write(partner_id: int, run_id: int) -> None:
    from core.scope import partner_scope
    from syncs.enums import RunStatus
    from syncs.models import Run
    from syncs.running.advancing import advance

    while (wait := advance(partner_id, run_id)) is not None:
        time.sleep(wait)
    with partner_scope(partner_id):
        run = Run.objects.get(pk=run_id)
    if run.status == RunStatus.ERROR:
        raise BenchFailedError(f"the lines were not written: {run.error or run.messages}")


@contextmanager
def _times_of_writes() -> Iterator[list[float]]:
    """When each write left, while the block lasts."""
    times: list[float] = []
    send = requests.Session.request

    def note(session: requests.Session, method: str, url: str, **how: Any) -> requests.Response:
        if url.endswith("/add_line_item"):
            times.append(time.perf_counter())
        return send(session, method, url, **how)

    with mock.patch.object(requests.Session, "request", note):
        yield times


def _per_write(times: Sequence[float], begin: float) -> float:
    """Milliseconds from one write to the next in the tenth that begins there."""
    first, count = int(len(times) * begin), max(1, len(times) // 10 - 1)
    return 1000 * (times[first + count] - times[first]) / count


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
