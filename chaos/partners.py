"""One partner of a seed: its configuration, its person at the pages, its comparison."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass

from chaos.cast import SOURCES, WORDS, can_leave_prices, configuration, draw_entries, draw_wishes, secrets_of
from chaos.comparing import Damage, compare, hand_made
from chaos.draws import Draws, pick
from chaos.expected import COST, NEITHER
from chaos.portal import Portal
from chaos.processes import Installation
from chaos.vendors import Vendors, mark_of
from sandbox.wire import Json

MOVERS = 0.45  # share of the partners with a mapping that may move to a second template of its customer
COMPLETE = "complete"  # the answer that a month has all of its invoices
SHARERS = 0.4  # share of the partners with two programs on one target: every second mapping is of the other one
PRICERS = 0.4  # share of the partners with a mapping that does not sync all prices
APPROVALS = 3  # a plan may be made anew behind an approval when the template changed meanwhile


@dataclass(frozen=True)
class Outcome:
    """How the runs of a clean sync ended."""

    errors: int
    facts: tuple[str, ...]


class Partner:
    """A reseller with an account of the sandbox and customers of its own."""

    def __init__(self, installation: Installation, vendors: Vendors, draws: Draws, *, quiet: bool) -> None:
        self.installation = installation
        self.vendors = vendors
        self.slug = f"{vendors.account}-{int(time.time())}"
        self.email = f"owner@{vendors.account}.example.com"
        self.entries = draw_entries(draws.of(vendors.account, "entries"), vendors.mapping())
        self.wishes = draw_wishes(draws.of(vendors.account, "wishes"))
        self._draw_programs(draws.of(vendors.account, "programs"))
        self.mover = self._draw_mover(draws.of(vendors.account, "mover"))
        if quiet:
            self._draw_pricing(draws.of(vendors.account, "pricing"))
        self.foreign = hand_made(vendors)
        self.portal = Portal(installation.url, self.slug, self.email, WORDS)
        self.known = False  # whether the portal has its owner
        self.settled = False  # whether the file as it is meant was applied

    def configure(self, *, off: int = 0, may_fail: bool = False) -> None:
        """Apply the configuration file; with so many mappings switched off. It refuses what Syncro does not have."""
        file = self.installation.folder / f"{self.vendors.account}.yaml"
        entries = [entry for entry in self.entries if self.vendors.has_places_of(entry)]
        email = "" if self.known else self.email
        text = configuration(self.slug, self.vendors.account, email, entries, self.wishes, off=entries[:off])
        file.write_text(text, encoding="utf-8")
        secrets = secrets_of(self.vendors.credentials())
        done = self.installation.manage("configure", str(file), secrets=secrets, may_fail=may_fail)
        self.known = self.known or done
        self.settled = done and not off

    def move(self) -> None:
        """The mapping that may move changes to its other template; the file must be applied for it."""
        if self.mover is not None:
            first, second = self.mover["been"]
            self.mover["invoice_template"] = first if self.mover["invoice_template"] == second else second
            self.vendors.note_move(self.mover)
            self.settled = False

    def change_settings(self, draws: random.Random) -> None:
        """Other settings that leave the money as it is; the file must be applied for them."""
        self.wishes = draw_wishes(draws)
        self.settled = False

    def wait_until_idle(self, seconds: float) -> bool:
        """True when every run ended within that time; plans that wait for a person are applied."""
        for _ in range(APPROVALS):
            if not self.portal.wait_until_idle(seconds):
                return False
            if not self.portal.approve():
                return True
        return self.portal.wait_until_idle(seconds)

    def say_months_are_complete(self) -> bool:
        """Where so many lines would go that a person must look first, one does: every invoice is there."""
        items = self.installation.ask("decide", "--partner", self.slug, "--list")["items"]
        newest = self.vendors.newest_month().isoformat()[:7]  # of a later month there are early orders alone
        asked = [item["id"] for item in items if _can_be_complete(item) and _month_of(item) <= newest]
        for number in asked:
            self.installation.manage("decide", "--partner", self.slug, number, COMPLETE)
        return bool(asked)

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

    def _draw_programs(self, draws: random.Random) -> None:
        """Both write to the same templates wherever a template has several mappings."""
        if draws.random() < SHARERS:
            for entry in self.entries[1::2]:
                entry["source"] = SOURCES[1]

    def _draw_mover(self, draws: random.Random) -> Json | None:
        """A mapping with a second template to move to."""
        if draws.random() > MOVERS:
            return None
        mover = pick(self.entries, draws.random())
        first = mover["invoice_template"]
        mover["been"] = [first, self.vendors.add_template_like(first)]
        return mover

    def _draw_pricing(self, draws: random.Random) -> None:
        """Only where nothing but a person's edit makes the price of a line differ from the source's, and no template
        runs before the lines of a month are written: what it billed would decide about the rest."""
        fit = [one for one in self.entries if one is not self.mover and can_leave_prices(self.vendors, one)]
        if fit and draws.random() < PRICERS:
            entry = pick(fit, draws.random())
            entry["pricing"] = draws.choice((COST, NEITHER))
            self.vendors.unsynced_prices.add(entry["invoice_template"])


def _can_be_complete(item: Json) -> bool:
    return any(choice["choice"] == COMPLETE for choice in item["choices"])


def _month_of(item: Json) -> str:
    """The month that a question whether its invoices are all there is about, as yyyy-mm."""
    return str(item["facts"]["subject"]).partition(":")[2]
