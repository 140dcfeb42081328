"""The sandbox from its back side: its log, its calendar, its switches and its faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.installation import Installation
from sandbox.faults import ALWAYS, clear_faults, order_fault
from sandbox.mapping import mapping_of
from sandbox.state import Store
from sandbox.timeline import advance

Json = dict[str, Any]


class Vendors:
    """One sandbox in a process of its own; this works on the same file beside it."""

    def __init__(self, installation: Installation, data: Path, *accounts: str) -> None:
        self._installation = installation
        self.data = data
        words = [word for account in accounts for word in ("--account", account)]
        told = installation.start_vendor("sandbox", "serve", "--data", str(data), *words)
        self.accounts: Mapping[str, Json] = {one["subdomain"]: one for one in told["accounts"]}
        self._store = Store(data)

    def close(self) -> None:
        """End the process."""
        self._store.close()
        self._installation.stop_vendor()

    def mapping(self, account: str) -> list[Json]:
        """What the reseller has in mind."""
        with self._alone() as store:
            return mapping_of(store, account)

    def newest_request(self) -> int:
        """Number of the last request."""
        with self._alone() as store:
            return max((entry["number"] for entry in store.requests()), default=0)

    def requests_after(self, number: int) -> list[Json]:
        """The log from there on."""
        with self._alone() as store:
            return store.requests(number)

    def pass_month(self) -> None:
        """Templates run, then the distributor's invoices come."""
        with self._alone() as store:
            advance(store)

    def switch(self, **settings: str) -> None:
        """Behave otherwise from now on."""
        with self._alone() as store:
            store.remember("switches", store.switches | settings)

    def set_latency(self, milliseconds: int) -> None:
        """Every answer comes that much later; 0 for at once."""
        with self._alone() as store:
            clear_faults(store)
            if milliseconds:
                order_fault(store, {"action": "delay", "milliseconds": milliseconds, "count": ALWAYS})

    @contextmanager
    def _alone(self) -> Iterator[Store]:
        with self._store.exclusive():
            yield self._store


def opened(installation: Installation, *accounts: str, name: str = "sandbox") -> Vendors:
    """A sandbox at the beginning of its story."""
    return Vendors(installation, installation.fresh_folder(name), *accounts)


def names(count: int) -> Sequence[str]:
    """Names of so many accounts."""
    return [f"reseller-{number}" for number in range(1, count + 1)]
