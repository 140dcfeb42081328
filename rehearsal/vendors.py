"""The vendors of the rehearsal: the sandbox, by its commands and its records."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from rehearsal.processes import Processes, free_port
from rehearsal.servers import listens
from rehearsal.steps import NotSoError, wait_for
from sandbox.demo_partner import LOGIN_WORDS, PARTNER, configuration
from sandbox.state import Store
from sandbox.syncro_api.invoices import KIND as INVOICE
from sandbox.syncro_api.schedules import KIND as SCHEDULE
from sandbox.ui_edits import apply_edit
from sandbox.wire import Json

CHECKOUT = Path(__file__).resolve().parents[1]
_MARK = re.compile(r"\[(BS:[A-Z2-7]{10})\]")
_WRITES = re.compile(r"/(add_line_item|line_items/\d+|remove_line_item)$")

# A line of ours without its mark and its name: template, one-time, quantity, retail and cost in cents.
Bill = tuple[int, bool, Decimal, int, int]


class Vendors:
    """One reseller's accounts at both vendors; the calendar begins today, for clocks are compared."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir()
        self.port = free_port()
        self._processes = Processes(folder)
        self._store: Store | None = None
        self._one_time: set[str] = set()

    def start(self) -> None:
        """Serve."""
        start = dt.datetime.now(dt.UTC).date().isoformat()
        words = ["serve", "--data", str(self.folder), "--port", str(self.port), "--start", start]
        words += ["--account", PARTNER, "--switch", "months=field"]
        self._processes.start("sandbox", [sys.executable, "-m", "sandbox", *words], cwd=CHECKOUT, env={})
        wait_for(lambda: listens(self.port), 60, "the sandbox does not answer")
        self._store = Store(self.folder)

    def stop(self) -> None:
        """No more."""
        self._processes.stop()
        if self._store is not None:
            self._store.close()

    @property
    def store(self) -> Store:
        """Their records, which the server works on too."""
        if self._store is None:
            raise NotSoError("the sandbox does not run")
        return self._store

    def addresses(self) -> dict[str, str]:
        """The variables by which an installation finds them."""
        url = f"http://127.0.0.1:{self.port}"
        return {
            "PRISM_IDENTITY_URL": f"{url}/prism/identity/core/connect/token",
            "PRISM_API_URL": f"{url}/prism/api",
            "SYNCRO_BASE_URL": f"{url}/syncro/{{subdomain}}/api/v1",
            "ALLOW_PRIVATE_API_HOSTS": "1",
        }

    def partner_file(self) -> str:
        """The configuration file of the reseller, with the mapping that it has in mind."""
        return configuration(self._ask("mapping", "--account", PARTNER)["mappings"])

    def secrets(self) -> dict[str, str]:
        """What the configuration file names."""
        with self.store.exclusive():
            account = self.store.accounts[PARTNER]
        return {
            "DEMO_LOGIN": LOGIN_WORDS,
            "DEMO_PRISM": account["prism_client_secret"],
            "DEMO_SYNCRO": account["syncro_token"],
        }

    def pass_month(self) -> None:
        """A month goes by: templates run, then the distributor's invoices come."""
        self._note_one_time()
        self._ask("advance")

    def run_templates(self) -> None:
        """Every template makes its invoice."""
        self._note_one_time()
        with self.store.exclusive():
            for template in self.store.records(PARTNER, SCHEDULE):
                apply_edit(self.store, PARTNER, {"action": "run_template", "schedule_id": template["id"]})

    def count_writes(self) -> int:
        """How often a line was written, changed or taken off; products are not counted."""
        with self.store.exclusive():
            asked = self.store.requests(0)
        return sum(one["method"] != "GET" and bool(_WRITES.search(one["path"])) for one in asked)

    def lines(self) -> list[tuple[int, Json]]:
        """Every line of ours that stands, with its template."""
        with self.store.exclusive():
            templates = self.store.records(PARTNER, SCHEDULE)
        return [(one["id"], line) for one in templates for line in one["lines"] if mark_of(line)]

    def standing(self) -> Counter[Bill]:
        """What stands, by what it bills; so two installations can be compared."""
        return Counter(
            (template, line["one_time_charge"], Decimal(line["quantity"]), line["retail_cents"], line["cost_cents"])
            for template, line in self.lines()
        )

    def doubled(self) -> list[str]:
        """Marks that two lines carry."""
        return _more_than_once(Counter(mark_of(line) for _, line in self.lines()))

    def billed_once(self) -> Counter[str]:
        """How often each one-time line is on an invoice or still stands."""
        self._note_one_time()
        with self.store.exclusive():
            invoices = self.store.records(PARTNER, INVOICE)
        rows = [mark_of(row) for invoice in invoices for row in invoice["line_items"]]
        found = Counter([*rows, *(mark_of(line) for _, line in self.lines())])
        return Counter({mark: number for mark, number in found.items() if mark in self._one_time})

    def _note_one_time(self) -> None:
        """An invoice does not say which of its lines were one-time: remember it before it is made."""
        self._one_time |= {mark_of(line) for _, line in self.lines() if line["one_time_charge"]}

    def _ask(self, *words: str) -> Any:
        command = [sys.executable, "-m", "sandbox", *words, "--data", str(self.folder)]
        done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotSoError(f"the sandbox's {words[0]}: {done.stderr.strip()[-500:]}")
        return json.loads(done.stdout)


def mark_of(row: Mapping[str, Any]) -> str:
    """The program's mark in a line of a template or an invoice, "" without one."""
    found = _MARK.search(f"{row.get('description') or ''} {row.get('name') or ''}")
    return found.group(1) if found else ""


def _more_than_once(counted: Counter[str]) -> list[str]:
    return sorted(mark for mark, number in counted.items() if number > 1)
