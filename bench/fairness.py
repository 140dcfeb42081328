"""How long a small partner's sync takes beside large ones, against the bound that ADR 23 states.

The bound: a run waits for at most A / W turns of others (rounded up), with A of them on W workers of one egress,
each a slice and the call at hand; within its own turn it has at least a W-th of the limit.
"""

from __future__ import annotations

import math
import os
import signal
import uuid
from dataclasses import dataclass
from itertools import groupby

import requests

from bench.installation import Installation, wait_until
from bench.neighbours import SLOW
from bench.report import Figure, at_most, show
from bench.seeding import seed_partner
from bench.vendors import Json
from bench.workers import PER_MINUTE, start_worker, wait_for_workers
from core.audit import COMMAND, Actor
from core.scope import partner_scope
from programs.models import ProductMode, Program
from syncs.enums import ACTIVE_STATES, RunKind
from syncs.models import Run
from syncs.running.slices import SLICE_SECONDS
from syncs.running.starting import start_sync

SMALL, LARGE = 20, 20_000  # products on both sides
PREVIEWS, CROWD_WORKERS, MOST_TIMES = 200, 3, 3.0  # a partner has two workers at once
CALL_AT_HAND = 1.0  # seconds, with the request limit and the recording of its answer
PATIENCE = 600.0


@dataclass(frozen=True, slots=True)
class Case:
    """So many large partners on so many workers."""

    others: int
    workers: int

    @property
    def turns(self) -> int:
        """Of others, one after the other, that a run waits for at most."""
        return math.ceil(self.others / self.workers)


@dataclass(frozen=True, slots=True)
class Timed:
    """What a small sync took in seconds, and how many turns of others passed within it."""

    seconds: float
    turns: int


ALONE = Case(0, 1)
BESIDE = (Case(1, 1), Case(3, 1), Case(2, 2))


def measure(installation: Installation) -> bool:
    """A small product sync alone and beside large ones; false when the bound does not hold."""
    sizes = (f"small={SMALL}", f"large={LARGE}", f"{SLOW}={SMALL}")
    installation.start_vendor("bench.neighbours", *(word for size in sizes for word in ("--size", size)))
    try:
        alone = _time(installation, ALONE)
        rows = [Figure(f"alone ({SMALL} products)", f"{alone.seconds:.1f} s")]
        for case in BESIDE:
            rows += _figures(case, _time(installation, case), alone)
        crowded = _time_beside_previews(installation)
        name = (
            f"beside {PREVIEWS} previews of one partner with a slow vendor, {CROWD_WORKERS} workers: time / time alone"
        )
        rows.append(at_most(name, crowded.seconds / alone.seconds, MOST_TIMES, " x"))
    finally:
        installation.stop_vendor()
    title = f"A small partner's product sync beside large ones ({LARGE:,} products), {PER_MINUTE} requests a minute"
    return show(title, rows)


def _figures(case: Case, timed: Timed, alone: Timed) -> list[Figure]:
    name = f"beside {case.others} on {case.workers} worker{'s' if case.workers > 1 else ''}"
    bound = case.workers * alone.seconds + case.turns * (SLICE_SECONDS + CALL_AT_HAND)
    rows = [
        Figure(f"{name}: time", f"{timed.seconds:.1f} s"),
        Figure(f"{name}: time / time alone", f"{timed.seconds / alone.seconds:.1f} x"),
        at_most(f"{name}: time / bound of {case.turns} turn(s), {bound:.1f} s", timed.seconds / bound, 1.0),
    ]
    if case.workers == 1:  # with more of them the calls of turns are mixed
        rows.append(at_most(f"{name}: turns of others", timed.turns, case.turns))
    return rows


def _time(installation: Installation, case: Case) -> Timed:
    installation.forget_queue()
    accounts = [f"large-{uuid.uuid4().hex[:8]}" for _ in range(case.others)]
    small = f"small-{uuid.uuid4().hex[:8]}"
    workers = [start_worker("egress-a", f"worker-{number}") for number in range(case.workers)]
    try:
        wait_for_workers(len(workers))
        for account in accounts:
            _start(account)
        wait_until(lambda: set(accounts) <= _callers(installation), PATIENCE, "the large syncs did not begin")
        partner_id, run_id = _start(small)
        wait_until(lambda: not _is_active(partner_id, run_id), PATIENCE, "the small sync did not end")
        return _timed(installation, partner_id, run_id)
    finally:
        for worker in workers:  # in the middle of a large sync
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def _time_beside_previews(installation: Installation) -> Timed:
    """The small sync while one partner waits for many previews, asked for by as many people."""
    installation.forget_queue()
    slow, small = f"{SLOW}-{uuid.uuid4().hex[:8]}", f"small-{uuid.uuid4().hex[:8]}"
    workers = [start_worker("egress-a", f"worker-{number}") for number in range(CROWD_WORKERS)]
    try:
        wait_for_workers(len(workers))
        partner_id = seed_partner(slow, mode=ProductMode.ALL, account=slow).partner_id
        with partner_scope(partner_id):
            program = Program.objects.get()
            for number in range(PREVIEWS):
                start_sync(program=program, kinds=[RunKind.PRODUCTS], actor=Actor(f"person {number}"), preview=True)
        partner_id, run_id = _start(small)
        wait_until(lambda: not _is_active(partner_id, run_id), PATIENCE, "the small sync did not end")
        return _timed(installation, partner_id, run_id)
    finally:
        for worker in workers:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


def _start(account: str) -> tuple[int, int]:
    partner_id = seed_partner(account, mode=ProductMode.ALL, account=account).partner_id
    with partner_scope(partner_id):
        (run,) = start_sync(program=Program.objects.get(), kinds=[RunKind.PRODUCTS], actor=COMMAND)
    return partner_id, run.pk


def _is_active(partner_id: int, run_id: int) -> bool:
    with partner_scope(partner_id):
        return Run.objects.filter(pk=run_id, state__in=ACTIVE_STATES).exists()


def _timed(installation: Installation, partner_id: int, run_id: int) -> Timed:
    with partner_scope(partner_id):
        run = Run.objects.get(pk=run_id)
    assert run.finished_at is not None
    if run.error or run.counts["created"] != SMALL:
        raise AssertionError(f"the small sync did not work: {run.error or run.counts}")
    began, ended = run.created_at.timestamp(), run.finished_at.timestamp()
    callers = [call["account"] for call in _log(installation) if began <= call["at"] <= ended]
    turns = [account for account, _ in groupby(callers) if not account.startswith("small")]
    return Timed(ended - began, len(turns))


def _callers(installation: Installation) -> set[str]:
    return {call["account"] for call in _log(installation)}


def _log(installation: Installation) -> list[Json]:
    told: list[Json] = requests.get(f"http://127.0.0.1:{installation.port}/log", timeout=30).json()
    return told
