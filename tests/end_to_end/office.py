"""A reseller at work: configures by YAML, syncs by command, and looks at what the vendors have."""

from __future__ import annotations

import io
import json
import re
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from django.core.management import call_command

from accounts.services import find_partner
from core.audit import COMMAND
from core.scope import partner_scope
from programs.models import Program
from reports.as_json import run_json
from sandbox.admin import whole_truth
from sandbox.faults import clear_faults, order_fault, waiting_faults
from sandbox.generation import line_amount
from sandbox.mapping import mapping_of
from sandbox.server import SandboxServer
from sandbox.timeline import advance
from sandbox.ui_edits import apply_real_edit
from syncs.deciding.answering import decide
from syncs.enums import ACTIVE_STATES, RunState
from syncs.models import Finding, Run
from syncs.running.advancing import advance as advance_run
from syncs.running.starting import apply_plan, discard_plan
from tests.end_to_end.balance import adds_up

Json = dict[str, Any]
ACCOUNT = "northwind"
MARK = re.compile(r"\[(BS:[A-Z2-7]{10})\]")


@dataclass(frozen=True)
class Synced:
    """What one ``sync`` command answered, and what it sent to Syncro."""

    runs: list[Json]
    code: int
    writes: list[Json]  # requests that are no GET, from the sandbox's own log
    calls: list[Json] = field(default_factory=list)

    def _run(self, kind: str) -> Json:
        return next(run for run in self.runs if run["kind"] == kind)

    @property
    def billing(self) -> Json:
        return self._run("billing")

    @property
    def products(self) -> Json:
        return self._run("products")

    @property
    def statuses(self) -> list[str]:
        return [run["status"] for run in self.runs]

    @property
    def messages(self) -> str:
        return "\n".join(text for run in self.runs for text in run["messages"])

    @property
    def changes(self) -> list[Json]:
        return [change for run in self.runs for change in run.get("changes", ())]  # of a preview


class Office:
    """One partner of the installation, on one account of the sandbox."""

    def __init__(self, server: SandboxServer, folder: Path) -> None:
        self.server = server
        self.store = server.store
        self.file = folder / "northwind.yaml"
        self.told = server.introduction()["accounts"][0]
        self.wishes: Json = {}

    # --- set-up

    def entries(self, *tenants: str, motions: Collection[str] = ()) -> list[Json]:
        """The mapping that the reseller has in mind, of these tenants (all without any)."""
        with self.store.exclusive():
            found = mapping_of(self.store, ACCOUNT)
        return [
            entry
            for entry in found
            if (not tenants or entry["tenant"] in tenants) and (not motions or entry["motion"] in motions)
        ]

    def configure(
        self,
        *tenants: str,
        motions: Collection[str] = (),
        pricing: str = "cost_and_retail",
        billing: Mapping[str, object] | None = None,
        products: Mapping[str, object] | None = None,
        late: bool = False,
    ) -> None:
        """Make Northwind IT look like this, by ``manage.py configure``."""
        plan: Json = {"enabled": True, "motions": ["seat_monthly", "azure_plan", "seat_annual"]}
        plan |= {"start": "latest", "approval": "automatic", "prorations": "line", "credits": "hold"}
        goods: Json = {"enabled": True, "mode": "in_use", "sync_azure": True, "sync_annual": True, "new_taxable": True}
        self.wishes = {
            "partner": {"slug": ACCOUNT, "name": "Northwind IT", "time_zone": "Europe/Oslo", "currency": "USD"},
            "connections": [
                {
                    "system": "prism",
                    "client_id": self.told["prism_client_id"],
                    "client_secret_env": "NORTHWIND_PRISM_SECRET",
                },
                {"system": "syncro", "subdomain": ACCOUNT, "api_token_env": "NORTHWIND_SYNCRO_TOKEN"},
            ],
            "programs": [
                {
                    "program": "microsoft-csp",
                    "source": "prism",
                    "target": "syncro",
                    "enabled": True,
                    "notification_emails": ["billing@northwind.example"],
                    "billing": plan | dict(billing or {}),
                    "products": goods | dict(products or {}),
                }
            ],
            "mappings": [] if late else self.mapped(self.entries(*tenants, motions=motions), pricing=pricing),
        }
        self.write_wishes()

    def mapped(self, entries: Sequence[Json], *, pricing: str = "cost_and_retail", sync: bool = True) -> list[Json]:
        """Entries of the mapping as the YAML file has them."""
        return [
            {
                "customer": entry["customer"],
                "motion": entry["motion"],
                "syncro_customer": entry["syncro_customer"],
                "invoice_template": entry["invoice_template"],
                "pricing": pricing,
                "sync": sync,
            }
            for entry in entries
        ]

    def write_wishes(self) -> None:
        """Configure what ``wishes`` says."""
        self.file.write_text(yaml.safe_dump(self.wishes, allow_unicode=True), encoding="utf-8")
        call_command("configure", str(self.file), stdout=io.StringIO(), stderr=io.StringIO())

    def set_billing(self, **values: object) -> None:
        """Change billing settings of the program."""
        self.wishes["programs"][0]["billing"] |= values
        self.write_wishes()

    def set_products(self, **values: object) -> None:
        """Change product settings of the program."""
        self.wishes["programs"][0]["products"] |= values
        self.write_wishes()

    def map(self, entries: Sequence[Json], **how: Any) -> None:
        """Map these entries as well, or anew."""
        made = {(one["customer"], one["motion"]): one for one in self.wishes["mappings"]}
        made |= {(one["customer"], one["motion"]): one for one in self.mapped(entries, **how)}
        self.wishes["mappings"] = list(made.values())
        self.write_wishes()

    # --- syncing

    def sync(self, *kinds: str, preview: bool = False) -> Synced:
        """``manage.py sync``; without kinds both."""
        before = self._newest_request()
        flags = [*(f"--{kind}" for kind in kinds), *(["--preview"] if preview else [])]
        code, answered = command("sync", "--partner", ACCOUNT, "--json", *flags)
        return self._synced(answered["runs"], code, before)

    def _synced(self, runs: list[Json], code: int, before: int) -> Synced:
        with self.store.exclusive():
            calls = self.store.requests(before)
        writes = [call for call in calls if call["vendor"] == "syncro" and call["method"] != "GET"]
        return Synced(runs, code, writes, calls)

    def planned(self) -> list[Json]:
        """What a sync would write now; a preview that ends before its plan says nothing of that."""
        preview = self.sync(preview=True)
        assert not [run["messages"] for run in preview.runs if run["status"] == "error"]
        return [change for change in preview.changes if change["state"] == "planned"]

    def _newest_request(self) -> int:
        with self.store.exclusive():
            return max((entry["number"] for entry in self.store.requests()), default=0)

    def balances(self, invoice: str = "") -> list[Json]:
        """``manage.py reconcile``."""
        _, answered = command("reconcile", "--partner", ACCOUNT, "--json", *(["--invoice", invoice] if invoice else []))
        found: list[Json] = answered["invoices"]
        return found

    def unbalanced(self) -> list[str]:
        """Numbers of the invoices that do not balance, of which there must be some."""
        found = self.balances()
        assert found, "there is no invoice that could fail to balance"
        return [
            one["number"]
            for one in found
            if not (one["retail"]["balanced"] and one["cost"]["balanced"] and adds_up(one))
        ]

    def newest_balance(self, side: str = "retail") -> dict[str, Decimal]:
        """The balance of the newest month's invoices, summed; empty buckets left out."""
        found = self.balances()
        newest, total = max(one["period"] for one in found), dict[str, Decimal]()
        for one in found:
            if one["period"] == newest:
                for name, amount in one[side].items():
                    if name != "balanced":
                        total[name] = total.get(name, Decimal(0)) + Decimal(amount)
        return {name: amount for name, amount in total.items() if amount}

    # --- people

    def partner_id(self) -> int:
        """Of Northwind IT."""
        found = find_partner(ACCOUNT)
        assert found is not None
        return found

    def decide(self, subject: str, choice: str, line_id: int | None = None) -> None:
        """Answer a held item."""
        with partner_scope(self.partner_id()):
            decide(program=Program.objects.get(), subject=subject, choice=choice, line_id=line_id, actor=COMMAND)

    def findings(self, code: str = "") -> list[Finding]:
        """Open findings, of one code or all."""
        with partner_scope(self.partner_id()):
            found = Finding.objects.filter(closed_at__isnull=True).order_by("pk")
            return list(found.filter(code=code) if code else found)

    def waiting_run(self) -> Run | None:
        """The billing plan that waits for a person."""
        with partner_scope(self.partner_id()):
            return Run.objects.filter(state=RunState.WAITING).first()

    def apply(self) -> Synced:
        """Apply the waiting plan, and let it be written."""
        run = self.waiting_run()
        assert run is not None
        with partner_scope(self.partner_id()):
            apply_plan(run=run, actor=COMMAND)
        return self._finish(run)

    def discard(self) -> None:
        """Discard the waiting plan."""
        run = self.waiting_run()
        assert run is not None
        with partner_scope(self.partner_id()):
            discard_plan(run=run, actor=COMMAND)

    def _finish(self, run: Run) -> Synced:
        before = self._newest_request()
        finish(self.partner_id(), run.pk)
        with partner_scope(self.partner_id()):
            told = run_json(Run.objects.get(pk=run.pk))
        return self._synced([told], 0, before)

    # --- the vendors

    def advance(self) -> Json:
        """A month goes by; answers the invoices that Syncro generated, by template."""
        with self.store.exclusive():
            made = advance(self.store)["accounts"][ACCOUNT]["generated"]
            invoices = [self.store.record(ACCOUNT, "invoice", number) for number in made]
        found: dict[int, list[Json]] = {}
        for invoice in invoices:
            assert invoice is not None
            found.setdefault(invoice["schedule_id"], []).append(invoice)
        return found  # type: ignore[return-value]  # keys are template ids

    def switch(self, **settings: str) -> None:
        """Let the vendors behave otherwise from now on."""
        with self.store.exclusive():
            self.store.remember("switches", self.store.switches | settings)

    def truth(self) -> Json:
        """What each template must bill, by the story alone."""
        with self.store.exclusive():
            return whole_truth(self.store, ACCOUNT)

    def edit(self, action: str, **values: Any) -> Json:
        """Somebody works in the vendors' screens; an edit that changes nothing is an error of the test."""
        with self.store.exclusive():
            return apply_real_edit(self.store, ACCOUNT, {"action": action, **values})

    def fault(self, action: str, **values: Any) -> None:
        """Something shall go wrong."""
        with self.store.exclusive():
            order_fault(self.store, {"action": action, **values})

    def waiting_faults(self) -> list[Json]:
        with self.store.exclusive():
            return waiting_faults(self.store)

    def clear_faults(self) -> None:
        """Nothing more shall go wrong."""
        with self.store.exclusive():
            clear_faults(self.store)

    def template(self, template_id: int) -> Json:
        """A template as Syncro has it."""
        with self.store.exclusive():
            found = self.store.record(ACCOUNT, "schedule", template_id)
        assert found is not None
        return found

    def templates(self) -> list[Json]:
        """All templates."""
        return self.records("schedule")

    def products(self) -> list[Json]:
        """All Syncro products."""
        return self.records("product")

    def records(self, kind: str) -> list[Json]:
        with self.store.exclusive():
            return self.store.records(ACCOUNT, kind)

    def our_lines(self, template_id: int | None = None) -> list[Json]:
        """Lines with a mark, on one template or all."""
        found = [self.template(template_id)] if template_id else self.templates()
        return [line for one in found for line in one["lines"] if mark_of(line)]

    def recurring(self, template_id: int) -> list[Json]:
        """Our recurring lines on a template."""
        return [line for line in self.our_lines(template_id) if not line["one_time_charge"]]

    def one_time(self, template_id: int) -> list[Json]:
        """Our one-time lines on a template."""
        return [line for line in self.our_lines(template_id) if line["one_time_charge"]]

    def foreign(self) -> list[Json]:
        """Lines that people typed in, by id."""
        found = [line for one in self.templates() for line in one["lines"] if line["by_hand"]]
        return sorted(found, key=lambda line: line["id"])

    def doubled(self) -> list[str]:
        """Marks that more than one line carries."""
        marks = Counter(mark_of(line) for line in self.our_lines())
        return [mark for mark, number in marks.items() if number > 1]


def mark_of(line: Json) -> str:
    """The mark in a line's description."""
    found = MARK.search(line["description"] or "")
    return found.group(1) if found else ""


def amount_of(lines: Sequence[Json], side: str = "retail") -> Decimal:
    """What lines of a template bill."""
    return sum((line_amount(Decimal(line["quantity"]), line[f"{side}_cents"]) for line in lines), Decimal(0))


def invoiced(invoices: Sequence[Json], side: str = "retail") -> Decimal:
    """What generated invoices bill, before tax."""
    name = "price" if side == "retail" else "cost"
    return sum(
        (
            line_amount(Decimal(row["quantity"]), int(Decimal(row[name]) * 100))
            for invoice in invoices
            for row in invoice["line_items"]
        ),
        Decimal(0),
    )


def command(name: str, *arguments: str) -> tuple[int, Json]:
    """Run a command of ``manage.py`` here; answers its exit code and its JSON."""
    out, code = io.StringIO(), 0
    try:
        call_command(name, *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        code = int(str(end.code))
    return code, json.loads(out.getvalue())


def finish(partner_id: int, run_id: int) -> None:
    """Move a run on until it is over."""
    while (delay := work_on(partner_id, run_id)) is not None:
        time.sleep(delay)


def work_on(partner_id: int, run_id: int) -> float | None:
    """Move a run on, or the one that it lets go first."""
    with partner_scope(partner_id):
        before = Run.objects.filter(pk=run_id).values("after")
        first = Run.objects.filter(pk__in=before, state__in=ACTIVE_STATES).first()
    return (advance_run(partner_id, first.pk) or 0.0) if first else advance_run(partner_id, run_id)
