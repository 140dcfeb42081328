"""Our time per item against a bare loop that sends the same calls, with the limiter off."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from bench.installation import Installation
from bench.partner import BenchPartner
from bench.recording import Sent, recorded, replay
from bench.report import Figure, at_most, show
from bench.vendors import Vendors, opened

ACCOUNT = "northwind"
GOAL = 1.3
GOAL_HOLDS_AT = 50  # milliseconds of vendor latency; without any, only our own work is left to divide


@dataclass(frozen=True, slots=True)
class Timed:
    """One kind of sync: seconds of the product and of the bare loop, by the clock and of this processor."""

    kind: str
    items: int
    calls: int
    ours: float
    bare: float
    our_work: float
    bare_work: float

    def figures(self, latency: int) -> list[Figure]:
        """Milliseconds per item, and the ratio."""
        own = self._per_item(self.ours - self.bare)
        work = self._per_item(self.our_work - self.bare_work)
        what, ratio = f"{self.kind}: ratio to the bare loop", self.ours / self.bare
        return [
            Figure(f"{self.kind}: {self.items} items, {self.calls} calls, ours", self._per_item(self.ours)),
            Figure(f"{self.kind}: the same calls from a bare loop", self._per_item(self.bare)),
            Figure(f"{self.kind}: our own time", own),
            Figure(f"{self.kind}: of it processor time of this process", work),
            at_most(what, ratio, GOAL, " x") if latency == GOAL_HOLDS_AT else Figure(what, f"{ratio:.3g} x"),
        ]

    def _per_item(self, seconds: float) -> str:
        return f"{1000 * seconds / self.items:.1f} ms/item"


def measure(installation: Installation, *, latencies: tuple[int, ...]) -> bool:
    """A first sync of products and one of billing at each latency; false when the goal is missed."""
    met = True
    for latency in latencies:
        rows = [row for timed in _at_latency(installation, latency) for row in timed.figures(latency)]
        met &= show(f"Time per item, vendors answer after {latency} ms", rows)
    return met


def _at_latency(installation: Installation, latency: int) -> list[Timed]:
    vendors = opened(installation, ACCOUNT)
    partner = BenchPartner(vendors, ACCOUNT, f"overhead-{latency}")
    partner.configure()
    vendors.close()
    return [_time(installation, partner, kind, latency) for kind in ("products", "billing")]


def _time(installation: Installation, partner: BenchPartner, kind: str, latency: int) -> Timed:
    data = partner.vendors.data
    before = installation.fresh_folder("sandbox-before")
    shutil.copytree(data, before)
    partner.vendors = Vendors(installation, data, ACCOUNT)
    partner.vendors.set_latency(latency)
    work = time.process_time()
    with recorded() as calls:
        synced = partner.sync(kind)
    our_work = time.process_time() - work
    partner.vendors.set_latency(0)
    partner.vendors.close()
    work = time.process_time()
    bare = _send_again(installation, before, calls, latency)
    bare_work = time.process_time() - work
    return Timed(kind, synced.written(), len(calls), synced.seconds, bare, our_work, bare_work)


def _send_again(installation: Installation, data: Path, calls: list[Sent], latency: int) -> float:
    """The same calls from a plain loop, against vendors in the same state."""
    vendors = Vendors(installation, data, ACCOUNT)
    vendors.set_latency(latency)
    seconds = replay(calls)
    vendors.close()
    return seconds
