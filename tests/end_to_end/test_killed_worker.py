"""Real workers die in the middle of writing, or work at the same time: the ledger ends right."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from core.audit import COMMAND
from core.scope import partner_scope
from devservers.binaries import valkey_server
from devservers.places import CHECKOUT
from devservers.ports import free_ports
from programs.models import Program
from syncs.enums import RunState
from syncs.models import Run
from syncs.running.starting import start_sync
from tests.end_to_end.conftest import opened
from tests.end_to_end.office import Office, amount_of

ADATUM, COHO = 5001, 5010
PATIENCE = 150  # seconds until a run that does not end fails the test
CELERY = [sys.executable, "-m", "celery", "-A", "billingsync"]
WORKER = [*CELERY, "worker", "--concurrency", "1", "--loglevel", "WARNING", "--without-mingle", "--without-gossip"]
BEAT = [*CELERY, "beat", "--loglevel", "WARNING", "--pidfile="]


class Firm:
    """An office with workers of its own."""

    def __init__(self, office: Office, env: dict[str, str], folder: Path) -> None:
        self.office, self.env, self.folder = office, env, folder
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a process in a group of its own; its output goes to a file."""
        with (self.folder / f"process-{len(self.started)}.log").open("wb") as log:
            process = subprocess.Popen(
                words, cwd=CHECKOUT, env=self.env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.started.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """``kill -9``, as a power cut would."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def kill_all(self) -> None:
        """End whatever still runs."""
        for process in self.started:
            if process.poll() is None:
                self.kill(process)

    def start_billing(self) -> int:
        """*Sync now* for billing; the work goes to the queue."""
        with partner_scope(self.office.partner_id()):
            (run,) = start_sync(program=Program.objects.get(), kinds=["billing"], actor=COMMAND)
        return int(run.pk)

    def run(self, run_id: int) -> Run:
        with partner_scope(self.office.partner_id()):
            return Run.objects.get(pk=run_id)

    def writes(self) -> int:
        """Writes to templates that reached Syncro."""
        with self.office.store.exclusive():
            return sum("line_item" in call["path"] for call in self.office.store.requests())


def wait_until(true: Callable[[], bool]) -> None:
    """Look again and again; fails when it does not come true."""
    ends = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > ends:
            raise TimeoutError("it did not come true")
        time.sleep(0.05)


@contextmanager
def _environment(env: dict[str, str], settle: int) -> Iterator[dict[str, str]]:
    yield {
        **env,
        "PRISM_IDENTITY_URL": settings.PRISM_IDENTITY_URL,
        "PRISM_API_URL": settings.PRISM_API_URL,
        "SYNCRO_BASE_URL": settings.SYNCRO_BASE_URL,
        "SYNCRO_REQUESTS_PER_MINUTE": "0",
        "UNKNOWN_LIMIT_REQUESTS_PER_MINUTE": "0",
        "ALLOW_PRIVATE_API_HOSTS": "1",
        "SETTLE_SECONDS": str(settle),
        "JANITOR_SECONDS": "2",
        "WAIT_FACTOR": "0.05",
    }


@pytest.fixture
def broker(firm: Firm) -> Callable[[], subprocess.Popen[bytes]]:
    """Starts a Valkey for the firm alone: without memory, on the same port each time."""
    (port,) = free_ports(1)
    firm.env["REDIS_URL"] = f"redis://127.0.0.1:{port}/0"
    words = ("--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(firm.folder))
    return lambda: firm.start(str(valkey_server()), *words)


@pytest.fixture
def firm(command_environment: dict[str, str], redis_url: str, tmp_path: Path) -> Iterator[Firm]:
    """Two customers, configured; their products are synced, their templates are not."""
    with opened(tmp_path) as office, _environment(command_environment, settle=4) as env:
        office.configure("adatum", "coho-winery", motions=["seat_monthly", "azure_plan"])
        office.sync("products")
        firm = Firm(office, env, tmp_path)
        try:
            yield firm
        finally:
            firm.kill_all()


def assert_right(office: Office) -> None:
    """Every line once, none missing, to the cent; and nothing is left to do."""
    told = {one["invoice_template"]: Decimal(one["source"]["retail"]) for one in office.truth()["templates"]}
    assert {number: amount_of(office.our_lines(number)) for number in (ADATUM, COHO)} == {
        number: told[number] for number in (ADATUM, COHO)
    }
    assert (office.doubled(), office.unbalanced()) == ([], [])
    again = office.sync()
    assert (again.statuses, again.writes) == (["no_change", "no_change"], [])


@pytest.mark.parametrize("moment", ["delay_after", "delay"])
def test_worker_killed_while_a_write_is_under_way(firm: Firm, moment: str):
    # delay_after: the line is written, its answer never read. delay: it lands after the worker's death.
    firm.office.fault(moment, vendor="syncro", method="POST", path="/add_line_item$", skip=3, milliseconds=2500)
    worker = firm.start(*WORKER)
    firm.start(*BEAT)
    run_id = firm.start_billing()
    wait_until(lambda: firm.writes() >= 3 and not firm.office.waiting_faults())
    firm.kill(worker)

    firm.start(*WORKER)
    wait_until(lambda: firm.run(run_id).state == RunState.FINISHED)

    firm.kill_all()
    assert firm.run(run_id).error == ""
    assert_right(firm.office)


def test_worker_killed_between_two_months_changes(firm: Firm):
    firm.office.sync("billing")
    firm.office.advance()
    firm.office.sync("products")
    before = firm.writes()
    firm.office.fault("delay_after", vendor="syncro", method="POST|PUT", path="/line_item|_line_item", skip=1)
    worker = firm.start(*WORKER)
    firm.start(*BEAT)
    run_id = firm.start_billing()
    wait_until(lambda: firm.writes() > before and not firm.office.waiting_faults())
    firm.kill(worker)

    firm.start(*WORKER)
    wait_until(lambda: firm.run(run_id).state == RunState.FINISHED)

    firm.kill_all()
    assert_right(firm.office)


def test_broker_killed_while_a_worker_holds_a_task(firm: Firm, broker: Callable[[], subprocess.Popen[bytes]]):
    firm.office.fault("delay", vendor="syncro", method="POST", path="/add_line_item$", skip=3, milliseconds=2500)
    queue = broker()
    worker = firm.start(*WORKER)
    firm.start(*BEAT)
    run_id = firm.start_billing()  # into the queue that the tests share: the janitor finds the run
    wait_until(lambda: firm.writes() >= 3 and not firm.office.waiting_faults())
    firm.kill(queue)

    broker()  # it comes back and has forgotten everything
    wait_until(lambda: firm.run(run_id).state == RunState.FINISHED)

    assert worker.poll() is None
    firm.kill_all()
    assert firm.run(run_id).error == ""
    assert_right(firm.office)


def test_two_processes_on_one_run_have_one_effect(firm: Firm):
    words = [sys.executable, "manage.py", "sync", "--partner", "northwind", "--billing", "--json"]
    together = [firm.start(*words), firm.start(*words)]

    codes = [process.wait(PATIENCE) for process in together]

    assert codes == [0, 0]
    assert firm.writes() == len(firm.office.our_lines())
    with partner_scope(firm.office.partner_id()):
        states = list(Run.objects.filter(kind="billing").values_list("state", flat=True))
    assert set(states) == {RunState.FINISHED}
    assert_right(firm.office)
