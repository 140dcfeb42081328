"""One seed: a reseller of its own, some months of faults, edits and kills, then the comparison."""

from __future__ import annotations

import shutil
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chaos.cast import KEPT, draw_limit, draw_switches, limit_switches
from chaos.comparing import Damage, count_strays
from chaos.draws import Draws
from chaos.edits import edit_at_rest, end_subscriptions, lines_to_price, type_in_prices
from chaos.partners import Partner
from chaos.processes import Installation, InstallationFailedError
from chaos.rides import Ride
from chaos.vendors import Vendors

BOUND_SECONDS = 60.0  # after that a run may not be active any more
REVIVAL_SECONDS = 5.0  # between looks whether every process is still there
QUIET_MONTHS, ROUGH_MONTHS = 2, 3  # a quiet seed is compared after each; a rough one has one whose trouble goes on
NEIGHBOURS = 0.25  # share of the seeds with a second partner
SLOW = 0.5  # share of the second partners whose Syncro takes its time over each answer, all along
MOVES_AT_REST = 0.4  # share of the months before which the mapping that may move does so
SETTINGS_AT_REST = 0.15  # share of the months before which settings change


@dataclass
class SeedResult:
    """What happened in one seed, and what it left behind."""

    seed: int
    partners: int = 1
    months: int = 0
    quiet: bool = True
    limit: int = 0
    switches: Sequence[str] = ()
    faults: Counter[str] = field(default_factory=Counter)  # that happened
    unmet: Counter[str] = field(default_factory=Counter)  # that were ordered and never happened
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
        return bool(self.stuck or self.damage.found)


def run_seed(installation: Installation, seed: int) -> SeedResult:
    """Play one seed on a running installation."""
    started = time.monotonic()
    folder = installation.folder / "sandbox" / str(seed)
    shutil.rmtree(folder, ignore_errors=True)
    draws = Draws(seed)
    accounts = [f"reseller-{seed}", f"neighbour-{seed}"][: 2 if draws.of("neighbour").random() < NEIGHBOURS else 1]
    result = SeedResult(seed, partners=len(accounts), limit=draw_limit(seed))
    result.switches = draw_switches(draws.of("switches"))
    result.quiet = draws.of("mode").random() < 0.5
    result.months = QUIET_MONTHS if result.quiet else ROUGH_MONTHS
    installation.limit_to(result.limit)
    window = limit_switches(result.limit, draws.of("window"))
    installation.start_sandbox(folder, accounts, [*result.switches, *window])
    vendors = [Vendors(folder, account) for account in accounts]
    try:
        if len(vendors) > 1 and draws.of("slow neighbour").random() < SLOW:
            vendors[1].be_slow(draws.of("milliseconds").randint(80, 160))
        play = _Play(
            installation, [Partner(installation, one, draws, quiet=result.quiet) for one in vendors], draws, result
        )
        try:
            play.run()
        except InstallationFailedError as error:
            result.stuck += 1
            result.damage.say(str(error))
        result.faults, result.unmet = vendors[0].count_faults()
        result.seconds = round(time.monotonic() - started, 1)
        if not result.failed:
            shutil.rmtree(folder, ignore_errors=True)
        return result
    finally:
        for one in vendors:
            one.close()


class _Play:
    """A seed while it is being played."""

    def __init__(self, installation: Installation, partners: list[Partner], draws: Draws, result: SeedResult) -> None:
        self.installation = installation
        self.partners = partners
        self.first = partners[0]
        self.vendors = partners[0].vendors
        self.draws = draws
        self.result = result
        self.keeps = KEPT in result.switches

    def run(self) -> None:
        for partner in self.partners:
            partner.configure()
        for month in range(self.result.months):
            if month:
                self._pass_month(month)
            last = month == self.result.months - 1
            self._ride(month)
            # The first month is always finished, so that a rough seed has lines that its second month can lose.
            # Where one-time lines stay, nobody but a finished sync keeps the next run from billing them again.
            calm = self.result.quiet or self.keeps or not month or last
            if calm:
                self._settle()
            if last:
                self._sync_at_last()
            elif calm:
                self._sync_now()
                self._wait_for_end()
                self._complete_months()
            if self.result.quiet and not last:
                self._compare(f"month {month + 1}", self.partners[:1])
        self._compare("at the end", self.partners)
        count_strays([partner.marks() for partner in self.partners], self.result.damage)
        self.result.damage.refused += self.vendors.count_refusals()

    def _pass_month(self, month: int) -> None:
        """Templates run, then the new invoice comes; around it people do what they do between syncs."""
        entries = self.first.entries
        priced = lines_to_price(self.vendors, entries) if self.result.quiet else []
        self.result.edits["end_subscription"] += end_subscriptions(self.draws.of(month, "ends"), self.vendors, entries)
        for partner in self.partners:
            partner.vendors.note_one_time()
        self.vendors.pass_month()
        self.result.edits["type_in_price"] += type_in_prices(self.vendors, priced)
        self.result.edits.update(edit_at_rest(self.draws, month, self.vendors, entries))
        if self.first.mover is not None and self.draws.of(month, "move").random() < MOVES_AT_REST:
            self.first.move()
            self.result.edits["move"] += 1
        if self.draws.of(month, "other settings").random() < SETTINGS_AT_REST:
            self.first.change_settings(self.draws.of(month, "settings at rest"))
            self.result.edits["settings"] += 1
        if not self.first.settled:
            self.first.vendors.restore_access()
            self.first.configure(may_fail=True)

    def _ride(self, month: int) -> None:
        number = 0 if self.result.quiet or (self.keeps and month) else self.draws.of(month, "by hand").choice((0, 1, 2))
        ride = Ride(self.installation, self.partners, self.draws, month, by_hand=number)
        try:
            ride.play(lossy=not self.result.quiet)
        finally:
            self.result.edits += ride.edits
            self.result.kills += ride.kills

    # --- calm

    def _sync_now(self) -> None:
        for partner in self.partners:
            partner.portal.sync_now()

    def _complete_months(self) -> None:
        """A person says of months that all of their invoices are there, and the lines that wait for it go."""
        asked = [partner for partner in self.partners if partner.say_months_are_complete()]
        for partner in asked:
            partner.portal.sync_now()
        if asked:
            self._wait_for_end()

    def _settle(self) -> None:
        """No faults any more: what is under way must end by itself within the bound."""
        for partner in self.partners:
            partner.vendors.calm()
        for name in self.installation.revive():
            self.result.damage.say(f"{name} had ended by itself")
        if not self.first.settled:
            self.first.configure()
        self._wait_for_end()

    def _wait_for_end(self) -> None:
        """Every run must end within the bound; a process that ended by itself is started again, as a service is."""
        began = time.monotonic()
        for partner in self.partners:
            while not partner.wait_until_idle(REVIVAL_SECONDS):
                self.installation.revive()
                if time.monotonic() - began > BOUND_SECONDS:
                    self.result.stuck += 1
                    self.result.damage.say(f"{partner.slug}: a run was still active after the bound")
                    break
        self.result.longest_end = max(self.result.longest_end, round(time.monotonic() - began, 1))

    def _sync_at_last(self) -> None:
        """One clean sync of each partner, approved where a person is asked; the first one's by the command."""
        for partner in self.partners[1:]:
            partner.portal.sync_now()
        outcome = self.first.sync_by_command()
        self.result.errors += outcome.errors
        self.result.damage.facts += outcome.facts
        self._wait_for_end()
        self._complete_months()
        self.result.runs += sum(partner.portal.count_runs() for partner in self.partners)

    def _compare(self, when: str, partners: Sequence[Partner]) -> None:
        damage = Damage()
        for partner in partners:
            damage.add(partner.damage(quiet=self.result.quiet))
        damage.facts = [f"{when}: {fact}" for fact in damage.facts]
        self.result.damage.held_cents = 0  # only what waits at the end is told
        self.result.damage.add(damage)


def result_file(folder: Path) -> Path:
    """Where a series writes one line per seed."""
    return folder / f"results-{time.strftime('%Y%m%d-%H%M%S')}.jsonl"
