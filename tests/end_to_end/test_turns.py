"""A small partner waits for so many turns of others at most, however large they are. Turns are counted, not seconds."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from bench.partner import BenchPartner
from core.scope import partner_scope
from sandbox.mapping import mapping_of
from sandbox.server import SandboxServer, running
from sandbox.ui_edits import apply_edit
from syncs.enums import ACTIVE_STATES
from syncs.models import Run
from syncs.running.tickets import is_void
from tests.end_to_end.office import Json
from tests.end_to_end.queue import Queue, run_of

SMALL, LARGE = "small", ("large-1", "large-2", "large-3")
SPARE_PARTS = 120  # products that a large partner has besides
ENOUGH = 12  # turns of the small one that are looked at


class Sandbox:
    """What a bench partner needs to know of the vendors."""

    def __init__(self, server: SandboxServer) -> None:
        self.store = server.store
        self.accounts: dict[str, Json] = {one["subdomain"]: one for one in server.introduction()["accounts"]}

    def mapping(self, account: str) -> list[Json]:
        with self.store.exclusive():
            return mapping_of(self.store, account)


@pytest.fixture
def sandbox(db: None, redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    with running(tmp_path, accounts=(SMALL, *LARGE)) as server:
        told = server.introduction()
        for name in ("PRISM_IDENTITY_URL", "PRISM_API_URL", "SYNCRO_BASE_URL"):
            monkeypatch.setattr(settings, name, told[name.lower()])
        monkeypatch.setattr(settings, "SYNCRO_REQUESTS_PER_MINUTE", 0)
        monkeypatch.setattr(settings, "ALLOW_PRIVATE_API_HOSTS", True)
        with server.store.exclusive():
            for account in LARGE:
                for number in range(SPARE_PARTS):
                    apply_edit(server.store, account, {"action": "add_product", "values": {"name": f"Cable {number}"}})
        yield Sandbox(server)


@pytest.fixture
def queue(django_capture_on_commit_callbacks: Any) -> Queue:
    return Queue(django_capture_on_commit_callbacks)


class Workers:
    """So many processes, each with one turn at a time; a round is over when each has ended its turn."""

    def __init__(self, queue: Queue, count: int) -> None:
        self.queue, self.count = queue, count

    def round(self) -> list[int]:
        """The runs that had a turn."""
        taken = [message for _ in range(self.count) if (message := self._take_valid()) is not None]
        for message in taken:
            self.queue.work_on(message)
        return [run_of(message) for message in taken]

    def _take_valid(self) -> Any:
        while (message := self.queue.take()) is not None:
            partner_id, run_id = message.payload[0]
            with partner_scope(partner_id):
                if not is_void(run_id, message.headers["id"]):
                    return message
            self.queue.work_on(message)  # costs no turn
        return None


def configured(sandbox: Sandbox, account: str) -> int:
    partner = BenchPartner(sandbox, account, account)
    partner.configure(mappings=())
    return partner.partner_id


def is_over(partner_id: int) -> bool:
    with partner_scope(partner_id):
        return not Run.objects.filter(state__in=ACTIVE_STATES).exists()


@pytest.mark.usefixtures("smallest_slices")
@pytest.mark.parametrize(("workers", "others", "longest"), [(1, 1, 1), (1, 3, 3), (2, 3, 1)])
def test_run_waits_for_at_most_one_turn_of_each_other_run(
    sandbox: Sandbox, queue: Queue, workers: int, others: int, longest: int
):
    for account in LARGE[:others]:
        queue.start(configured(sandbox, account), "products")
    small = configured(sandbox, SMALL)
    (run,) = queue.start(small, "products")
    team, turns, number = Workers(queue, workers), [-1], 0  # queued before the first round

    with time_machine.travel(timezone.now(), tick=True) as clock:
        while len(turns) < ENOUGH and not is_over(small):
            if run.pk in team.round():
                turns.append(number)
            number += 1
            clock.shift(dt.timedelta(minutes=2))  # rounds are long, so the janitor may take messages for lost
            queue.sweep()

    waited = [later - earlier - 1 for earlier, later in pairwise(turns)]
    assert len(turns) == ENOUGH
    assert max(waited) == longest <= math.ceil(others / workers)


def test_partner_that_needs_less_than_a_slice_has_one_turn(sandbox: Sandbox, queue: Queue):
    small = configured(sandbox, SMALL)
    queue.start(small, "products")

    Workers(queue, 1).round()

    assert is_over(small)
