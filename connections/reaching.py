"""Whether the vendors can be reached from here, and how far our clock is from theirs: no credentials are sent."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils import timezone

from connections.clients import addresses_of, build_edge
from connectors.errors import ConnectorError
from connectors.registry import SYSTEMS

SOME_SUBDOMAIN = "www"  # of a vendor that gives each account one
SECONDS = 20.0  # for all addresses of a vendor


@dataclass(frozen=True, slots=True)
class Reached:
    """One address of a vendor: ``problem`` "" where it answered; ``ahead`` seconds that our clock is before its own."""

    label: str
    host: str
    problem: str
    ahead: float | None


def reach_vendors() -> list[Reached]:
    """Each address of each vendor, as this installation is set. Call it outside any scope."""
    return [_reach(system, url) for system in SYSTEMS for url in addresses_of(system).values()]


def _reach(system: str, address: str) -> Reached:
    url = address.replace("{subdomain}", SOME_SUBDOMAIN)
    label, host = SYSTEMS[system].label, urlsplit(url).hostname or url
    try:
        clock = build_edge(system, {}, SECONDS).reach(url)
    except ConnectorError as error:
        return Reached(label, host, error.detail, None)
    return Reached(label, host, "", (timezone.now() - clock).total_seconds() if clock else None)
