"""One month of trouble: faults, kills and people at work while syncs go on."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Sequence

from chaos.draws import Draws
from chaos.mischief import Kill, draw_aimed, draw_faults, draw_kills, draw_loss
from chaos.partners import Partner
from chaos.processes import Installation
from chaos.upsets import draw_upsets
from sandbox.wire import Json

RIDE_SECONDS = 2.8  # faults and kills of one month happen within this time
GLANCE_SECONDS = 0.04  # between looks at the sandbox's requests, which cost next to nothing
LOOK_SECONDS = 0.15  # between looks at the portal, each of which takes time from the product itself
BROKEN_SECONDS = 0.6  # until somebody gives back a token or permission
MAPPING_EDITS = 0.2  # share of the months in which mappings are switched off and on during a sync
MOVES = 0.4  # share of the months in which the mapping that may move does so during a sync
SETTINGS = 0.1  # share of the months in which settings change during a sync
RETRIES = 0.3  # share of the months in which somebody presses "Try again what failed"


class Ride:
    """Trouble is made for the first partner; a neighbour shares the machine.

    ``by_hand`` is how many templates people run by hand after an answer was lost, each at most once.
    """

    def __init__(
        self, installation: Installation, partners: Sequence[Partner], draws: Draws, month: int, *, by_hand: int
    ) -> None:
        self.installation = installation
        self.partners = partners
        self.first = partners[0]
        self.vendors = partners[0].vendors
        self.draws = draws
        self.month = month
        self.edits: Counter[str] = Counter()
        self.kills: Counter[str] = Counter()
        self._by_hand = by_hand
        self._ran: set[int] = set()
        self._broken_since = 0.0
        self._office = _draw_office(draws.of(month, "office"))

    def play(self, *, lossy: bool) -> None:
        """Order faults, press the button, kill and edit while it goes on; then people put right what they did."""
        log = self._last_request()
        self._order_faults(lossy=lossy)
        kills = draw_kills(self.draws.of(self.month, "kills"), 2)
        self.sync_now(times=self.draws.of(self.month, "presses").choice((1, 1, 2)))
        began, looked, idle = time.monotonic(), 0.0, False
        while (elapsed := time.monotonic() - began) < RIDE_SECONDS:
            requests = self.vendors.requests_after(log)
            if kills and (idle or len(requests) >= kills[0].after_requests or elapsed > kills[0].after_seconds):
                self._kill(kills.pop(0))
                idle = False
            self._act(requests, elapsed)
            if elapsed > 1.0 and elapsed - looked > LOOK_SECONDS:
                looked, idle = elapsed, self._is_over()
                if idle and not kills:
                    break
            time.sleep(GLANCE_SECONDS)
        self._put_right()

    def sync_now(self, *, times: int = 1) -> None:
        """Every partner presses the button."""
        for partner in self.partners:
            partner.portal.sync_now(times=times)

    def _order_faults(self, *, lossy: bool) -> None:
        faults = draw_faults(self.draws.of(self.month, "faults"))
        aimed = draw_aimed(self.draws.of(self.month, "aimed"))
        if lossy:
            faults = [*draw_loss(self.draws.of(self.month, "loss")), *faults[:3]]
        upsets = draw_upsets(self.draws, self.month, self.vendors, self.first.entries)
        for fault in [*aimed, *faults, *upsets]:
            self.vendors.order(fault.kind, fault.order)

    def _act(self, requests: list[Json], elapsed: float) -> None:
        """What people do meanwhile: run a template by hand, change mappings and settings, give back the access."""
        if self._by_hand and self._run_template_after_loss(requests):
            self._by_hand -= 1
        while self._office and elapsed > self._office[0][0]:
            self._work_in_office(self._office.pop(0)[1])
        if any(partner.vendors.access_is_broken() for partner in self.partners):
            self._broken_since = self._broken_since or time.monotonic()
            if time.monotonic() - self._broken_since > BROKEN_SECONDS:
                self._broken_since = 0.0
                for partner in self.partners:
                    partner.vendors.restore_access()
                self.sync_now()

    def _work_in_office(self, kind: str) -> None:
        """Somebody changes mappings or settings in the middle of a sync."""
        if kind == "move" and self.first.mover is None:
            return
        if kind == "move":
            self.first.move()
        elif kind == "settings":
            self.first.change_settings(self.draws.of(self.month, "settings"))
        self.first.configure(off=2 if kind == "mapping" else 0, may_fail=True)
        self.edits[kind] += 1

    def _is_over(self) -> bool:
        """Whether nothing runs and nothing waits for an approval."""
        return all(
            partner.portal.is_idle() and (partner.wishes.approval == "automatic" or not partner.portal.approve())
            for partner in self.partners
        )

    def _put_right(self) -> None:
        """Mappings and templates that were switched off are on again; sometimes what failed is tried again."""
        if not self.first.settled:
            self.first.vendors.restore_access()
            self.first.configure(may_fail=True)
        self.vendors.switch_on()
        if self.draws.of(self.month, "retry").random() < RETRIES:
            self.edits["retry_failed"] += self.first.portal.retry_failed()

    def _kill(self, kill: Kill) -> None:
        action, _, name = kill.name.rpartition(" ")
        if action:
            self.installation.pause(name, kill.pause_seconds)
        else:
            self.installation.kill(name, kill.share)
        self.kills[kill.name] += 1

    def _run_template_after_loss(self, requests: list[Json]) -> bool:
        """Somebody generates the invoice of a template to which a write has just been lost on the way."""
        lost = [
            r
            for r in requests
            if r["fault"] in ("drop_after", "drop_before", "truncated")
            and r["method"] != "GET"
            and "/schedules/" in r["path"]
        ]
        if not lost:
            return False
        account = next(one for one in self.partners if f"/{one.vendors.account}/" in lost[-1]["path"]).vendors
        template_id = int(lost[-1]["path"].split("/schedules/")[1].split("/")[0])
        if template_id in self._ran:
            return False
        self._ran.add(template_id)
        if account.run_template(template_id):
            self.edits["run_template"] += 1
        return True

    def _last_request(self) -> int:
        requests = self.vendors.requests_after(0)
        return int(requests[-1]["number"]) if requests else 0


def _draw_office(draws: random.Random) -> list[tuple[float, str]]:
    """What is changed in the program itself meanwhile, and after how many seconds."""
    shares = (("mapping", MAPPING_EDITS), ("move", MOVES), ("settings", SETTINGS))
    drawn = [(draws.uniform(0.3, 2.5), kind, draws.random() < share) for kind, share in shares]
    return sorted((seconds, kind) for seconds, kind, wanted in drawn if wanted)
