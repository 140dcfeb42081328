"""API calls against the floor: a first sync, one with nothing new, and one a month on."""

from __future__ import annotations

from collections import Counter

from bench.floor import Tally, tally
from bench.installation import Installation
from bench.partner import BenchPartner
from bench.report import Figure, at_most, show
from bench.vendors import Json, opened

GOAL = 1.02
ACCOUNT = "northwind"


def measure(installation: Installation) -> bool:
    """Sync three times and print each tally; false when a goal is missed."""
    vendors = opened(installation, ACCOUNT)
    partner = BenchPartner(vendors, ACCOUNT, "calls")
    partner.configure()
    met = _sync("first sync", partner)
    met &= _sync("nothing new", partner)
    vendors.pass_month()
    met &= _sync("a month on", partner)
    vendors.close()
    return met


def _sync(title: str, partner: BenchPartner) -> bool:
    before = partner.vendors.newest_request()
    synced = partner.sync()
    log = partner.vendors.requests_after(before)
    said = ", ".join(f"{run['kind']} {run['status']}" for run in synced.runs)
    return show(f"Calls to Syncro, {title} ({said})", figures(tally(log), log))


def figures(found: Tally, log: list[Json]) -> list[Figure]:
    """The tally as a table; the proof of a generation is told apart."""
    rows = [Figure(f"floor: {name}", str(number)) for name, number in sorted(found.floor.items())]
    rows += [Figure(f"beyond the floor: {name}", str(number)) for name, number in sorted(found.beyond.items())]
    rows.append(Figure("calls made / floor", f"{found.made} / {found.allowed}"))
    rows.append(at_most("ratio", found.made / found.allowed, GOAL, " x"))
    if found.proofs:
        with_proof = found.made / (found.allowed + found.proofs)
        rows.append(at_most("ratio, reads of invoices that prove a generation allowed", with_proof, GOAL, " x"))
    return [*rows, *_source_figures(log)]


def _source_figures(log: list[Json]) -> list[Figure]:
    calls = [(entry["method"], entry["path"], entry["query"]) for entry in log if entry["vendor"] == "prism"]
    data = [call for call in calls if "/connect/token" not in call[1]]
    repeated = sum(number - 1 for number in Counter(data).values())
    return [Figure("PRISM: calls, of them repeated, and tokens", f"{len(data)}, {repeated}, {len(calls) - len(data)}")]
