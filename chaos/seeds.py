"""One seed: a reseller of its own, some months of faults, edits and kills, then the comparison."""

from __future__ import annotations

import json
import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from chaos.cast import WORDS, configuration, draw_entries, draw_switches, secrets_of
from chaos.comparing import Damage, compare, hand_made
from chaos.mischief import Kill, draw_faults, draw_kills, draw_loss, edit_at_rest
from chaos.portal import Portal
from chaos.processes import Installation
from chaos.vendors import Vendors
from sandbox.wire import Json

RIDE_SECONDS = 4.0  # faults and kills of one month happen within this time
GLANCE_SECONDS = 0.04  # between looks at the sandbox's requests, which cost next to nothing
LOOK_SECONDS = 0.3  # between looks at the portal, each of which takes time from the product itself
BOUND_SECONDS = 60.0  # after that a run may not be active any more
EMAIL = "owner@example.com"


@dataclass
class SeedResult:
    """What happened in one seed, and what it left behind."""

    seed: int
    months: int = 0
    quiet: bool = True
    faults: Counter[str] = field(default_factory=Counter)
    edits: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    errors: int = 0
    stuck: int = 0
    seconds: float = 0.0
    longest_end: float = 0.0  # seconds from the last fault until every run had ended
    damage: Damage = field(default_factory=Damage)

    @property
    def failed(self) -> bool:
        """Whether anything is not as it must be."""
        found = self.damage
        return bool(
            self.stuck or found.duplicates or found.missing or found.wrong_cents or found.foreign or found.unbalanced
        )


def run_seed(installation: Installation, seed: int) -> SeedResult:
    """Play one seed on a running installation."""
    started = time.monotonic()
    folder = installation.folder / "sandbox" / str(seed)
    shutil.rmtree(folder, ignore_errors=True)
    draws = random.Random(seed)  # noqa: S311  # nosec B311 - a replay needs the same numbers
    account = f"reseller-{seed}"
    installation.start_sandbox(folder, account, draw_switches(draws))
    vendors = Vendors(folder, account)
    try:
        play = _Play(installation, vendors, draws, SeedResult(seed))
        play.run()
        play.result.seconds = round(time.monotonic() - started, 1)
        if not play.result.failed:
            shutil.rmtree(folder, ignore_errors=True)
        return play.result
    finally:
        vendors.close()


class _Play:
    """A seed while it is being played."""

    def __init__(self, installation: Installation, vendors: Vendors, draws: random.Random, result: SeedResult) -> None:
        self.installation = installation
        self.vendors = vendors
        self.draws = draws
        self.result = result
        self.slug = f"chaos-{result.seed}-{int(time.time())}"
        self.entries = draw_entries(draws, vendors.mapping())
        self.foreign = hand_made(vendors)
        self.portal = Portal(installation.url, self.slug, EMAIL, WORDS)
        result.quiet = draws.random() < 0.5
        result.months = draws.choice((2, 3)) if result.quiet else 3

    def run(self) -> None:
        self._configure()
        for month in range(self.result.months):
            if month:
                self.vendors.pass_month()
                self.result.edits.update(edit_at_rest(self.draws, self.vendors))
            last = month == self.result.months - 1
            self._ride()
            # The first month is always finished: with its listing it is settled which invoices are the past.
            calm = self.result.quiet or not month or last
            if calm:
                self._settle()
            if last:
                self._sync_by_command()
            elif calm:
                self.portal.sync_now()
                self._wait_for_end()
        self._compare()

    def _configure(self) -> None:
        file = self.installation.folder / "partner.yaml"
        text = configuration(self.slug, self.vendors.account, EMAIL, self.entries)
        file.write_text(text, encoding="utf-8")
        self.installation.manage("configure", str(file), secrets=secrets_of(self.vendors.credentials()))

    # --- trouble

    def _ride(self) -> None:
        """Order faults, press the button, kill and edit while it goes on."""
        log = self._last_request()
        faults = draw_faults(self.draws)
        if not self.result.quiet:
            faults = [*draw_loss(self.draws), *faults[:3]]
        for fault in faults:
            self.vendors.order(fault.order)
            self.result.faults[fault.kind] += 1
        kills = draw_kills(self.draws, 2)
        runs_by_hand = 0 if self.result.quiet else self.draws.choice((0, 1, 2))
        self.portal.sync_now(times=self.draws.choice((1, 1, 2)))
        began, broken_since, looked = time.monotonic(), 0.0, 0.0
        while (elapsed := time.monotonic() - began) < RIDE_SECONDS:
            requests = self.vendors.requests_after(log)
            if kills and (len(requests) >= kills[0].after_requests or elapsed > kills[0].after_seconds):
                self._kill(kills.pop(0))
            if runs_by_hand and self._run_template_after_loss(requests):
                runs_by_hand -= 1
            if self.vendors.access_is_broken():
                broken_since = broken_since or time.monotonic()
                if time.monotonic() - broken_since > 1.0:
                    self.vendors.restore_access()
                    broken_since = 0.0
                    self.portal.sync_now()
            if not kills and elapsed > 1.0 and elapsed - looked > LOOK_SECONDS:
                looked = elapsed
                if self.portal.is_idle():
                    return
            time.sleep(GLANCE_SECONDS)

    def _kill(self, kill: Kill) -> None:
        self.installation.kill(kill.name, self.draws)
        self.result.kills[kill.name] += 1

    def _run_template_after_loss(self, requests: list[Json]) -> bool:
        """Somebody generates the invoice of a template whose line has just been lost on the way."""
        lost = [
            r
            for r in requests
            if r["fault"] in ("drop_after", "drop_before", "truncated") and r["path"].endswith("add_line_item")
        ]
        if not lost:
            return False
        schedule_id = int(lost[-1]["path"].split("/")[-2])
        if self.vendors.run_template(schedule_id):
            self.result.edits["run_template"] += 1
        return True

    def _last_request(self) -> int:
        requests = self.vendors.requests_after(0)
        return int(requests[-1]["number"]) if requests else 0

    # --- calm

    def _settle(self) -> None:
        """No faults any more: what is under way must end by itself within the bound."""
        self.vendors.calm()
        for name in self.installation.revive():
            self.result.damage.say(f"{name} had ended by itself")
        self._wait_for_end()

    def _wait_for_end(self) -> None:
        began = time.monotonic()
        if not self.portal.wait_until_idle(BOUND_SECONDS):
            self.result.stuck += 1
            self.result.damage.say("a run was still active after the bound")
        self.result.longest_end = max(self.result.longest_end, round(time.monotonic() - began, 1))

    def _sync_by_command(self) -> None:
        """One clean sync, by the command: its answer tells how the runs ended."""
        told = json.loads(self.installation.manage("sync", "--partner", self.slug, "--json", may_fail=True))
        self.result.runs = self.portal.count_runs()
        for run in told["runs"]:
            if run["status"] == "error":
                self.result.errors += 1
                self.result.damage.say(f"clean {run['kind']} sync: {' / '.join(run['messages'])[:600]}")

    def _compare(self) -> None:
        runs = self.installation.manage("reconcile", "--partner", self.slug, "--json", may_fail=True)
        damage = compare(
            self.vendors,
            self.entries,
            invoices=json.loads(runs)["invoices"],
            foreign=self.foreign,
            quiet=self.result.quiet,
        )
        damage.facts = [*self.result.damage.facts, *damage.facts]
        self.result.damage = damage


def result_file(folder: Path) -> Path:
    """Where a series writes one line per seed."""
    return folder / f"results-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"
