"""One seed: a reseller of its own, some months of faults, edits and kills, then the comparison."""

from __future__ import annotations

import random
import shutil
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from chaos.cast import draw_switches
from chaos.comparing import Damage, count_strays
from chaos.mischief import Kill, draw_faults, draw_kills, draw_loss, edit_at_rest
from chaos.partners import Partner
from chaos.processes import Installation, InstallationFailedError
from chaos.upsets import draw_upsets
from chaos.vendors import Vendors
from sandbox.wire import Json

RIDE_SECONDS = 4.0  # faults and kills of one month happen within this time
GLANCE_SECONDS = 0.04  # between looks at the sandbox's requests, which cost next to nothing
LOOK_SECONDS = 0.3  # between looks at the portal, each of which takes time from the product itself
BOUND_SECONDS = 60.0  # after that a run may not be active any more
NEIGHBOURS = 0.25  # share of the seeds with a second partner
MAPPING_EDITS = 0.2  # share of the months in which mappings are switched off and on during a sync
RETRIES = 0.3  # share of the months in which somebody presses "Try again what failed"


@dataclass
class SeedResult:
    """What happened in one seed, and what it left behind."""

    seed: int
    partners: int = 1
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
    accounts = [f"reseller-{seed}", f"neighbour-{seed}"][: 2 if draws.random() < NEIGHBOURS else 1]
    installation.start_sandbox(folder, accounts, draw_switches(draws))
    vendors = [Vendors(folder, account) for account in accounts]
    try:
        partners = [Partner(installation, one, draws) for one in vendors]
        play = _Play(installation, partners, draws, SeedResult(seed, partners=len(partners)))
        try:
            play.run()
        except InstallationFailedError as error:
            play.result.stuck += 1
            play.result.damage.say(str(error))
        play.result.seconds = round(time.monotonic() - started, 1)
        if not play.result.failed:
            shutil.rmtree(folder, ignore_errors=True)
        return play.result
    finally:
        for one in vendors:
            one.close()


class _Play:
    """A seed while it is being played. Trouble is made for the first partner; a neighbour shares the machine."""

    def __init__(
        self, installation: Installation, partners: list[Partner], draws: random.Random, result: SeedResult
    ) -> None:
        self.installation = installation
        self.partners = partners
        self.first = partners[0]
        self.vendors = partners[0].vendors
        self.draws = draws
        self.result = result
        result.quiet = draws.random() < 0.5
        result.months = draws.choice((2, 3)) if result.quiet else 3

    def run(self) -> None:
        for partner in self.partners:
            partner.configure()
        for month in range(self.result.months):
            if month:
                self._pass_month()
            last = month == self.result.months - 1
            self._ride()
            # The first month is always finished, so that a rough seed has lines that its second month can lose.
            calm = self.result.quiet or not month or last
            if calm:
                self._settle()
            if last:
                self._sync_by_command()
            elif calm:
                self._sync_now()
                self._wait_for_end()
        self._compare()

    def _pass_month(self) -> None:
        for partner in self.partners:
            partner.vendors.note_one_time()
        self.vendors.pass_month()
        self.result.edits.update(edit_at_rest(self.draws, self.vendors))

    # --- trouble

    def _ride(self) -> None:
        """Order faults, press the button, kill and edit while it goes on; then people put right what they did."""
        log = self._last_request()
        self._order_faults()
        kills = draw_kills(self.draws, 2)
        self._runs_by_hand = 0 if self.result.quiet else self.draws.choice((0, 1, 2))
        self._mappings_off_after = self.draws.uniform(0.5, 3.0) if self.draws.random() < MAPPING_EDITS else RIDE_SECONDS
        self._sync_now(times=self.draws.choice((1, 1, 2)))
        began, looked = time.monotonic(), 0.0
        self._broken_since = 0.0
        while (elapsed := time.monotonic() - began) < RIDE_SECONDS:
            requests = self.vendors.requests_after(log)
            if kills and (len(requests) >= kills[0].after_requests or elapsed > kills[0].after_seconds):
                self._kill(kills.pop(0))
            self._act(requests, elapsed)
            if not kills and elapsed > 1.0 and elapsed - looked > LOOK_SECONDS:
                looked = elapsed
                if self._is_over():
                    break
            time.sleep(GLANCE_SECONDS)
        self._put_right()

    def _order_faults(self) -> None:
        faults = draw_faults(self.draws)
        if not self.result.quiet:
            faults = [*draw_loss(self.draws), *faults[:3]]
        for fault in [*faults, *draw_upsets(self.draws, self.vendors, self.first.entries)]:
            self.vendors.order(fault.order)
            self.result.faults[fault.kind] += 1

    def _act(self, requests: list[Json], elapsed: float) -> None:
        """What people do meanwhile: run a template by hand, switch mappings off, give back the access."""
        if self._runs_by_hand and self._run_template_after_loss(requests):
            self._runs_by_hand -= 1
        if elapsed > self._mappings_off_after:
            self._mappings_off_after = RIDE_SECONDS
            self.first.configure(off=2, may_fail=True)
            self.result.edits["mapping"] += 1
        if any(partner.vendors.access_is_broken() for partner in self.partners):
            self._broken_since = self._broken_since or time.monotonic()
            if time.monotonic() - self._broken_since > 1.0:
                self._broken_since = 0.0
                for partner in self.partners:
                    partner.vendors.restore_access()
                self._sync_now()

    def _is_over(self) -> bool:
        """Whether nothing runs and nothing waits for an approval."""
        return all(
            partner.portal.is_idle() and (partner.wishes.approval == "automatic" or not partner.portal.approve())
            for partner in self.partners
        )

    def _put_right(self) -> None:
        """Mappings and templates that were switched off are on again; sometimes what failed is tried again."""
        if self.result.edits["mapping"]:
            self.first.vendors.restore_access()
            self.first.configure(may_fail=True)
        self.vendors.switch_on()
        if self.draws.random() < RETRIES:
            self.result.edits["retry_failed"] += self.first.portal.retry_failed()

    def _kill(self, kill: Kill) -> None:
        action, _, name = kill.name.rpartition(" ")
        if action:
            self.installation.pause(name, kill.pause_seconds)
        else:
            self.installation.kill(name, self.draws)
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
        account = next(one for one in self.partners if f"/{one.vendors.account}/" in lost[-1]["path"]).vendors
        if account.run_template(int(lost[-1]["path"].split("/")[-2])):
            self.result.edits["run_template"] += 1
        return True

    def _last_request(self) -> int:
        requests = self.vendors.requests_after(0)
        return int(requests[-1]["number"]) if requests else 0

    # --- calm

    def _sync_now(self, *, times: int = 1) -> None:
        for partner in self.partners:
            partner.portal.sync_now(times=times)

    def _settle(self) -> None:
        """No faults any more: what is under way must end by itself within the bound."""
        for partner in self.partners:
            partner.vendors.calm()
        for name in self.installation.revive():
            self.result.damage.say(f"{name} had ended by itself")
        if self.result.edits["mapping"]:
            self.first.configure()
        self._wait_for_end()

    def _wait_for_end(self) -> None:
        began = time.monotonic()
        for partner in self.partners:
            if not partner.wait_until_idle(BOUND_SECONDS):
                self.result.stuck += 1
                self.result.damage.say(f"{partner.slug}: a run was still active after the bound")
        self.result.longest_end = max(self.result.longest_end, round(time.monotonic() - began, 1))

    def _sync_by_command(self) -> None:
        """One clean sync of each partner, approved where a person is asked."""
        for partner in self.partners:
            outcome = partner.sync_by_command()
            self.result.runs += partner.portal.count_runs()
            self.result.errors += outcome.errors
            self.result.damage.facts += outcome.facts
        if any(partner.wishes.approval == "required" for partner in self.partners):
            self._wait_for_end()

    def _compare(self) -> None:
        for partner in self.partners:
            self.result.damage.add(partner.damage(quiet=self.result.quiet))
        count_strays([partner.marks() for partner in self.partners], self.result.damage)


def result_file(folder: Path) -> Path:
    """Where a series writes one line per seed."""
    return folder / f"results-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"
