"""Our time per item against a bare loop that sends the same calls, with the limiter off."""

from __future__ import annotations

import shutil

from bench.installation import Installation
from bench.partner import BenchPartner
from bench.recording import Sent, recorded, replay
from bench.report import Figure, at_most, show
from bench.vendors import Vendors, opened

ACCOUNT = "northwind"
GOAL_AT_50_MS = 1.5


def measure(installation: Installation, *, latencies: tuple[int, ...]) -> bool:
    """A first sync of products and one of billing at each latency; false when the goal is missed."""
    met = True
    for latency in latencies:
        met &= _at_latency(installation, latency)
    return met


def _at_latency(installation: Installation, latency: int) -> bool:
    data = installation.folder / "sandbox"
    before = installation.folder / "sandbox-before"
    vendors = opened(installation, ACCOUNT)
    partner = BenchPartner(vendors, ACCOUNT, f"overhead-{latency}")
    partner.configure()
    rows = []
    for kind in ("products", "billing"):
        vendors.close()
        shutil.rmtree(before, ignore_errors=True)
        shutil.copytree(data, before)
        vendors = partner.vendors = Vendors(installation, data, ACCOUNT)
        vendors.set_latency(latency)
        with recorded() as calls:
            synced = partner.sync(kind)
        vendors.set_latency(0)
        vendors.close()
        bare = _bare(installation, before, calls, latency)
        rows += _figures(kind, latency, synced.written(), len(calls), synced.seconds, bare)
        vendors = partner.vendors = Vendors(installation, data, ACCOUNT)
    vendors.close()
    return show(f"Time per item, vendors answer after {latency} ms", rows)


def _bare(installation: Installation, data: object, calls: list[Sent], latency: int) -> float:
    """The same calls from a plain loop, against vendors in the same state."""
    copy = installation.fresh_folder("sandbox-replay")
    shutil.copytree(str(data), copy)
    vendors = Vendors(installation, copy, ACCOUNT)
    vendors.set_latency(latency)
    seconds = replay(calls)
    vendors.close()
    return seconds


def _figures(kind: str, latency: int, items: int, calls: int, ours: float, bare: float) -> list[Figure]:
    name = f"{kind}: {items} items, {calls} calls"
    ratio = ours / bare
    what = f"{kind}: ratio to the bare loop"
    return [
        Figure(f"{name}, ours", f"{1000 * ours / items:.1f} ms/item"),
        Figure(f"{name}, bare loop", f"{1000 * bare / items:.1f} ms/item"),
        Figure(f"{kind}: our own time", f"{1000 * (ours - bare) / items:.1f} ms/item"),
        at_most(what, ratio, GOAL_AT_50_MS, " x") if latency == 50 else Figure(what, f"{ratio:.3g} x"),
    ]
