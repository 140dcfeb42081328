"""A partner of the product on one account of the sandbox: configured, synced, in this process."""

from __future__ import annotations

import io
import json
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command

from accounts.services import find_partner
from bench.installation import BenchFailedError
from bench.vendors import Json, Vendors

_SECRETS = ("BENCH_PRISM", "BENCH_SYNCRO")


@dataclass(frozen=True, slots=True)
class Synced:
    """What one ``sync`` did: its runs as the command tells them, and the seconds it took."""

    runs: list[Json]
    seconds: float

    def written(self) -> int:
        """Products and lines that were created, changed or removed."""
        return sum(run["counts"][name] for run in self.runs for name in ("created", "updated", "removed"))


class BenchPartner:
    """One partner, made by ``configure``. ``slug`` may differ from the vendors' ``account``."""

    def __init__(self, vendors: Vendors, account: str, slug: str) -> None:
        self.vendors = vendors
        self.account = account
        self.slug = slug

    @property
    def partner_id(self) -> int:
        """Id of the partner."""
        found = find_partner(self.slug)
        if found is None:
            raise BenchFailedError(f"{self.slug} was not configured")
        return found

    def configure(self, *, mode: str = "all", mappings: Sequence[Json] | None = None) -> None:
        """Make the partner; without ``mappings`` all that the reseller has in mind."""
        entries = self.vendors.mapping(self.account) if mappings is None else mappings
        told = self.vendors.accounts[self.account]
        os.environ |= dict(zip(_SECRETS, (told["prism_client_secret"], told["syncro_token"]), strict=True))
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            json.dump(_configuration(self.slug, told, mode, entries), file)
            file.flush()
            call_command("configure", file.name, stdout=io.StringIO(), stderr=io.StringIO())

    def sync(self, *kinds: str) -> Synced:
        """``manage.py sync``, both kinds without any."""
        out = io.StringIO()
        flags = [f"--{kind}" for kind in kinds]
        started = time.perf_counter()
        with suppress(SystemExit):  # 1 when a run is an error, as its status says too
            call_command("sync", "--partner", self.slug, "--json", *flags, stdout=out, stderr=io.StringIO())
        seconds = time.perf_counter() - started
        runs = json.loads(out.getvalue())["runs"]
        stopped = [run for run in runs if run["status"] == "error" and not run["api_calls"]]
        if stopped:
            raise BenchFailedError(f"a sync did not work: {stopped[0]['messages']}")
        return Synced(runs, seconds)


def _configuration(slug: str, told: Json, mode: str, entries: Sequence[Json]) -> Json:
    program: dict[str, Any] = {
        "program": "microsoft-csp",
        "source": "prism",
        "target": "syncro",
        "enabled": True,
        "billing": {"enabled": True, "motions": ["seat_monthly", "azure_plan", "seat_annual"]},
        "products": {"enabled": True, "mode": mode, "sync_azure": True, "sync_annual": True},
    }
    return {
        "partner": {"slug": slug, "name": f"Sample {slug}", "time_zone": "UTC", "currency": "USD"},
        "connections": [
            {"system": "prism", "client_id": told["prism_client_id"], "client_secret_env": _SECRETS[0]},
            {"system": "syncro", "subdomain": told["subdomain"], "api_token_env": _SECRETS[1]},
        ],
        "programs": [program],
        "mappings": [_mapped(entry) for entry in entries],
    }


def _mapped(entry: Json) -> Json:
    wanted = {name: entry[name] for name in ("customer", "motion", "syncro_customer", "invoice_template")}
    return wanted | {"pricing": "cost_and_retail", "sync": True}
