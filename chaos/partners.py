"""One partner of a seed: its configuration, its person at the pages, its comparison."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from chaos.cast import WORDS, configuration, draw_entries, draw_wishes, secrets_of
from chaos.comparing import Damage, compare, hand_made
from chaos.portal import Portal
from chaos.processes import Installation
from chaos.vendors import Vendors, mark_of

APPROVALS = 3  # a plan may be made anew behind an approval when the template changed meanwhile


@dataclass(frozen=True)
class Outcome:
    """How the runs of a clean sync ended."""

    errors: int
    facts: tuple[str, ...]


class Partner:
    """A reseller with an account of the sandbox and customers of its own."""

    def __init__(self, installation: Installation, vendors: Vendors, draws: random.Random) -> None:
        self.installation = installation
        self.vendors = vendors
        self.slug = f"{vendors.account}-{int(time.time())}"
        self.email = f"owner@{vendors.account}.example.com"
        self.entries = draw_entries(draws, vendors.mapping())
        self.wishes = draw_wishes(draws)
        self.foreign = hand_made(vendors)
        self.portal = Portal(installation.url, self.slug, self.email, WORDS)

    def configure(self, *, off: int = 0, may_fail: bool = False) -> None:
        """Apply the configuration file; with so many mappings switched off. It refuses what Syncro does not have."""
        file = self.installation.folder / f"{self.vendors.account}.yaml"
        entries = [entry for entry in self.entries if self.vendors.has_places_of(entry)]
        text = configuration(self.slug, self.vendors.account, self.email, entries, self.wishes, off=entries[:off])
        file.write_text(text, encoding="utf-8")
        secrets = secrets_of(self.vendors.credentials())
        self.installation.manage("configure", str(file), secrets=secrets, may_fail=may_fail)

    def wait_until_idle(self, seconds: float) -> bool:
        """True when every run ended within that time, those included that a person had to approve."""
        for _ in range(APPROVALS):
            if not self.portal.wait_until_idle(seconds):
                return False
            if self.wishes.approval == "automatic" or not self.portal.approve():
                return True
        return self.portal.wait_until_idle(seconds)

    def sync_by_command(self) -> Outcome:
        """One clean sync by the command, whose answer tells how the runs ended."""
        told = self.installation.ask("sync", "--partner", self.slug)
        failed = [run for run in told["runs"] if run["status"] == "error"]
        facts = [f"{self.slug}: clean {run['kind']} sync: {' / '.join(run['messages'])[:600]}" for run in failed]
        return Outcome(len(failed), tuple(facts))

    def marks(self) -> set[str]:
        """The marks of the program's lines in this partner's Syncro."""
        lines = [line for schedule in self.vendors.schedules() for line in schedule["lines"]]
        rows = [row for invoice in self.vendors.invoices() for row in invoice["line_items"]]
        return {mark_of(row) for row in [*lines, *rows]} - {""}

    def damage(self, *, quiet: bool) -> Damage:
        """What is wrong in this partner's Syncro."""
        invoices = self.installation.ask("reconcile", "--partner", self.slug)["invoices"]
        return compare(self.vendors, self.entries, invoices=invoices, foreign=self.foreign, quiet=quiet)
