"""Two workers with an egress each against one: how much sooner the same syncs are done."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid

from bench.installation import CHECKOUT, Installation, wait_until
from bench.partner import BenchPartner
from bench.report import Figure, at_least, show
from bench.vendors import names, opened
from core.audit import COMMAND
from core.scope import partner_scope
from programs.models import Program
from syncs.enums import ACTIVE_STATES, RunKind
from syncs.models import Run
from syncs.running.starting import start_sync

PER_MINUTE = 900
GOAL = 1.8
PATIENCE = 600.0


def measure(installation: Installation, *, accounts: int) -> bool:
    """The product syncs of some partners by one worker, then by two; false when the goal is missed."""
    alone = _time(installation, accounts, ["egress-a"])
    together = _time(installation, accounts, ["egress-a", "egress-b"])
    rows = [
        Figure(f"{accounts} product syncs, one worker", f"{alone:.1f} s"),
        Figure(f"{accounts} product syncs, two workers", f"{together:.1f} s"),
        at_least("one worker's time / two workers' time", alone / together, GOAL, " x"),
    ]
    return show(f"Two workers with an egress each, {PER_MINUTE} requests a minute per egress", rows)


def _time(installation: Installation, accounts: int, egresses: list[str]) -> float:
    installation.forget_queue()
    vendors = opened(installation, *names(accounts))
    partners = [BenchPartner(vendors, name, f"{name}-{uuid.uuid4().hex[:6]}") for name in names(accounts)]
    for partner in partners:
        partner.configure(mappings=())
    workers = [start_worker(egress, egress) for egress in egresses]
    try:
        ids = [partner.partner_id for partner in partners]
        wait_for_workers(len(workers))
        started = time.monotonic()
        for partner_id in ids:
            _start(partner_id)
        wait_until(lambda: not any(map(_is_active, ids)), PATIENCE, "the syncs did not end")
        return time.monotonic() - started
    finally:
        for worker in workers:
            os.killpg(worker.pid, signal.SIGTERM)
        for worker in workers:
            worker.wait()
        vendors.close()


def start_worker(egress: str, name: str) -> subprocess.Popen[bytes]:
    """A worker process of that name, leaving by that egress."""
    limits = {"EGRESS_ID": egress, "SYNCRO_REQUESTS_PER_MINUTE": str(PER_MINUTE)}
    command = [sys.executable, "-m", "celery", "-A", "billingsync", "worker", "--concurrency", "1"]
    return subprocess.Popen(
        [*command, "--loglevel", "ERROR", "--hostname", f"{name}@%h"],
        cwd=CHECKOUT,
        env={**os.environ, **limits},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def wait_for_workers(count: int) -> None:
    """Until so many answer."""
    from billingsync.celery import app

    wait_until(lambda: len(app.control.ping(timeout=1.0) or ()) >= count, PATIENCE, "the workers did not start")


def _start(partner_id: int) -> None:
    with partner_scope(partner_id):
        start_sync(program=Program.objects.get(), kinds=[RunKind.PRODUCTS], actor=COMMAND)


def _is_active(partner_id: int) -> bool:
    with partner_scope(partner_id):
        return Run.objects.filter(state__in=ACTIVE_STATES).exists()
