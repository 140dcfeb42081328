"""A fresh process that works on one run until its plan stands, and says how much memory that took."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path

import django


def main(task: str, partner_id: int, program_id: int, source_id: int, target_id: int) -> dict[str, float]:
    """``map`` reads the directories and maps everybody, ``import`` imports the invoice alone, ``lists`` reads the
    target's lists alone; else the kind of run to plan. Sizes in MB."""
    from bench.seeding import Seeded, map_everybody

    partner = Seeded(partner_id, program_id, source_id, target_id)
    if task == "map":
        read_directories(partner)
        return {"mappings": map_everybody(partner)}
    if task == "lists":
        return _read_lists(partner)
    return _import(partner) if task == "import" else _plan(partner, task)


def _read_lists(partner: object) -> dict[str, float]:
    from bench.seeding import Seeded
    from connections.clients import open_target
    from customers.target_copy import refresh_target

    assert isinstance(partner, Seeded)
    start = peak()
    client = open_target(partner.partner_id, partner.target_id)
    report = refresh_target(partner.partner_id, partner.target_id, client)
    return {"start": start, "peak": peak(), "customers": report.customers, "templates": report.templates}


def _import(partner: object) -> dict[str, float]:
    from bench.seeding import Seeded
    from connections.clients import open_source
    from invoices.importing import import_invoices

    assert isinstance(partner, Seeded)
    start = peak()
    report = import_invoices(partner.partner_id, partner.program_id, open_source(partner.partner_id, partner.source_id))
    if report.problems or not report.imported:
        sys.exit(f"the invoice was not imported: {report.problems}")
    return {"start": start, "peak": peak()}


def read_directories(partner: object) -> None:
    """Bring the copies of the source's and the target's lists up to date."""
    from bench.seeding import Seeded
    from connections.clients import open_source, open_target
    from customers.refreshing import refresh_customers
    from customers.target_copy import refresh_target

    assert isinstance(partner, Seeded)
    source = open_source(partner.partner_id, partner.source_id)
    refresh_customers(partner.partner_id, partner.source_id, source)
    refresh_target(partner.partner_id, partner.target_id, open_target(partner.partner_id, partner.target_id))


def _plan(partner: object, kind: str) -> dict[str, float]:
    from bench.seeding import Seeded
    from core.audit import COMMAND
    from core.scope import partner_scope
    from programs.models import Program
    from syncs.enums import RunState
    from syncs.models import Run
    from syncs.running.advancing import advance
    from syncs.running.starting import start_sync

    assert isinstance(partner, Seeded)
    sizes = {"start": peak()}
    started = time.monotonic()
    with partner_scope(partner.partner_id):
        program = Program.objects.get(pk=partner.program_id)
        run = start_sync(program=program, kinds=[kind], actor=COMMAND, enqueue=False)[0]
    while run.state in (RunState.QUEUED, RunState.READING, RunState.PLANNING):
        advance(partner.partner_id, run.pk)
        with partner_scope(partner.partner_id):
            run = Run.objects.get(pk=run.pk)
        sizes.setdefault("read", peak())
    if run.error or not run.total:
        sys.exit(f"the plan did not come about: {run.error or run.messages}")
    return sizes | {"peak": peak(), "planned": run.total, "seconds": time.monotonic() - started}


def peak() -> float:
    """The most memory that this program ever had, in MB.

    ``ru_maxrss`` would not do: it keeps what the process had before ``exec``, while it was its parent's twin.
    """
    kilobytes = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    if kilobytes is None:
        raise RuntimeError("this system does not tell the peak of a process")
    return int(kilobytes[1]) / 1024


if __name__ == "__main__":
    django.setup()
    print(json.dumps(main(sys.argv[1], *(int(word) for word in sys.argv[2:6]))))
