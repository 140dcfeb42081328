"""``make demo``: a partner connected to imitated vendors, synced, proved and shown in a browser.

Starts servers, sandbox, worker, beat and web server, all with data of their own under ``var/demo``,
and talks to the product only through ``manage.py`` and HTTP. Whatever it started it stops again.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox.demo_partner import LOGIN_EMAIL, LOGIN_WORDS, PARTNER, configuration, environment
from sandbox.demo_processes import Processes, listen_near

CHECKOUT = Path(__file__).resolve().parents[1]
WEB_SECONDS = 60.0
WRITES = ("created", "updated", "removed")
BUCKETS = ("synced", "rounding", "held", "excluded", "not_mapped", "unknown", "failed")


class DemoFailedError(Exception):
    """A step did not work; the text says which."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demonstration; 0 when every invoice balanced, 130 after Ctrl-C before that was known."""
    parser = argparse.ArgumentParser(prog="sandbox.demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="stop after printing")
    parser.add_argument("--advance", action="store_true", help="first let a month pass at the vendors")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with ExitStack() as stack:
            demo = Demo(stack)
            balanced = demo.run(advance=options.advance)
            if not options.once:
                demo.serve()
            return 0 if balanced else 1
    except DemoFailedError as failed:
        say(f"The demonstration stopped: {failed}")
        return 1
    except KeyboardInterrupt:
        return 130


def say(text: str = "") -> None:
    """Print at once, so that progress shows wherever the output goes."""
    print(text, flush=True)


def _interrupt(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


class Demo:
    """One demonstration, from an empty folder or from where the last one stopped."""

    def __init__(self, stack: ExitStack) -> None:
        base = os.environ.get("BILLINGSYNC_DATA_DIR")
        self.folder = (Path(base).resolve() if base else CHECKOUT / "var") / "demo"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.started = time.monotonic()
        self.stack = stack
        self.processes = Processes(self.folder, CHECKOUT)
        self.env = dict(os.environ)
        self.url = ""

    def run(self, *, advance: bool) -> bool:
        """Start everything, sync and print; true when every invoice balanced."""
        self.step("Starting the vendors' imitations ...")
        self.stack.enter_context(self.processes)
        told = self.processes.start_sandbox(self.folder / "sandbox")
        listener = self.stack.enter_context(listen_near(8000))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.env = environment(os.environ, told, self.folder, self.url)
        if advance:
            self.step("A month passes at the vendors ...")
            self._sandbox("advance")
        self._start_services()
        self.step("Starting worker, scheduler and web server ...")
        self.processes.start_product(listener, self.env)
        mappings = self._sandbox("mapping", "--account", PARTNER)["mappings"]
        self._configure(mappings)
        runs = self._sync()
        balanced = self._show(mappings, runs)
        self._wait_for_web()
        return balanced

    def serve(self) -> None:
        """Go on until Ctrl-C, or until a process ends by itself."""
        say()
        say("Serving until Ctrl-C.")
        try:
            while (ended := self.processes.find_ended()) is None:
                time.sleep(0.5)
        except KeyboardInterrupt:
            say("\nStopping ...")
            return
        raise DemoFailedError(f"{ended} ended by itself; its log is in {self.folder}")

    def step(self, text: str) -> None:
        """Say what is being done, and since when."""
        say(f"[{time.monotonic() - self.started:5.1f} s] {text}")

    def _start_services(self) -> None:
        """PostgreSQL and Redis of the demonstration's own, unless the environment names others."""
        if "DATABASE_URL" in os.environ and "REDIS_URL" in os.environ:
            self._manage("migrate", "--no-input", "--verbosity", "0")
            return
        self.step("Starting PostgreSQL and Valkey ...")
        before = json.loads(self._manage("services", "status", "--json"))
        if not any(state and state["running"] for state in before.values()):
            self.stack.callback(self._manage, "services", "stop", quiet=True)
        self._manage("services", "start")

    def _configure(self, mappings: list[dict[str, Any]]) -> None:
        self.step(f"Configuring the partner {PARTNER} ...")
        file = self.folder / f"{PARTNER}.yaml"
        file.write_text(configuration(mappings), encoding="utf-8")
        self._manage("configure", str(file))

    def _sync(self) -> list[dict[str, Any]]:
        self.step("Syncing products and billing ...")
        runs: list[dict[str, Any]] = self._ask("sync")["runs"]
        return runs

    def _show(self, mappings: list[dict[str, Any]], runs: list[dict[str, Any]]) -> bool:
        self.step("Proving it ...")
        invoices = self._ask("reconcile")["invoices"]
        say()
        self._show_runs(runs)
        say(f"Customers mapped:  {len({one['customer'] for one in mappings})} ({len(mappings)} mappings)")
        say()
        for invoice in invoices:
            _show_invoice(invoice)
        say()
        say(f"Open  {self.url}")
        say(f"Login {LOGIN_EMAIL}")
        say(f"      {LOGIN_WORDS}")
        say(f"Commands in another terminal: set -a; . {self._write_environment()}; set +a")
        return bool(invoices) and all(_balanced(invoice) for invoice in invoices)

    def _show_runs(self, runs: list[dict[str, Any]]) -> None:
        for run in runs:
            counts = run["counts"]
            title = "Products" if run["kind"] == "products" else "Invoice lines"
            if not any(counts[name] for name in WRITES):
                status = "No change" if run["status"] == "no_change" else run["status"].replace("_", " ").capitalize()
                say(f"{title + ':':18} {status}, nothing was written ({counts['held']} wait for a person)")
                continue
            done = ", ".join(f"{counts[name]} {name}" for name in (*WRITES, "held", "failed") if counts[name])
            say(f"{title + ':':18} {done}")

    def _write_environment(self) -> Path:
        """What commands of the product need to reach this demonstration."""
        changed = {name: value for name, value in self.env.items() if os.environ.get(name) != value}
        file = self.folder / "environment"
        file.touch(mode=0o600)
        file.write_text("".join(f"{name}='{value}'\n" for name, value in sorted(changed.items())), encoding="utf-8")
        return file

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + WEB_SECONDS
        while time.monotonic() < deadline:
            if (ended := self.processes.find_ended()) is not None:
                raise DemoFailedError(f"{ended} ended by itself; its log is in {self.folder}")
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=30):  # noqa: S310  # our own address  # nosec B310
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        raise DemoFailedError(f"the web server does not answer; its log is in {self.folder}")

    def _sandbox(self, *words: str) -> Any:
        command = [sys.executable, "-m", "sandbox", *words, "--data", str(self.folder / "sandbox")]
        done = subprocess.run(command, cwd=CHECKOUT, text=True, stdout=subprocess.PIPE, check=False)
        if done.returncode:
            raise DemoFailedError(f"“{' '.join(words)}” of the sandbox ended with {done.returncode}")
        return json.loads(done.stdout)

    def _ask(self, command: str) -> dict[str, Any]:
        """A command's JSON; it ends with 1 when it has something bad to tell, which JSON does too."""
        told = self._manage(command, "--partner", PARTNER, "--json", may_end_with=(0, 1))
        if not told:
            raise DemoFailedError(f"“manage.py {command}” said nothing")
        answer: dict[str, Any] = json.loads(told)
        return answer

    def _manage(self, *words: str, may_end_with: Sequence[int] = (0,), quiet: bool = False) -> str:
        command = [sys.executable, "manage.py", *words]
        progress = subprocess.DEVNULL if quiet else None
        done = subprocess.run(
            command, cwd=CHECKOUT, env=self.env, text=True, stdout=subprocess.PIPE, stderr=progress, check=False
        )
        if done.returncode not in may_end_with:
            raise DemoFailedError(f"“manage.py {words[0]}” ended with {done.returncode}")
        return done.stdout


def _show_invoice(invoice: dict[str, Any]) -> None:
    retail = invoice["retail"]
    verdict = "balances to the cent" if _balanced(invoice) else "DOES NOT BALANCE"
    total = f"{Decimal(retail['source_total']):,}"
    say(f"Invoice {invoice['number']} ({invoice['period']}): {total} {invoice['currency']}, {verdict}")
    for name in BUCKETS:
        if Decimal(retail[name]):
            say(f"    {name.replace('_', ' '):11} {Decimal(retail[name]):>14,}")


def _balanced(invoice: dict[str, Any]) -> bool:
    return bool(invoice["retail"]["balanced"] and invoice["cost"]["balanced"])


if __name__ == "__main__":
    sys.exit(main())
