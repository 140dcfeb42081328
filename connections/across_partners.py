"""What the operator sees of connections over all partners: no credentials, no secrets."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from connectors.registry import SYSTEMS
from core.cross_partner import RowPage, ask_page


@dataclass(frozen=True, slots=True)
class TargetRequest:
    """A partner waits for the operator to enable a target."""

    partner_slug: str
    partner_name: str
    system: str
    requested_by: str
    requested_at: dt.datetime | None

    @property
    def label(self) -> str:
        """The target as people write it."""
        return SYSTEMS[self.system].label


@dataclass(frozen=True, slots=True)
class TroubledConnection:
    """A connection that needs attention."""

    partner_name: str
    system: str
    since: dt.datetime | None
    detail: str

    @property
    def label(self) -> str:
        """The system as people write it."""
        return SYSTEMS[self.system].label


def target_requests(page: int = 1) -> RowPage[TargetRequest]:
    """Targets that partners wait for, the oldest request first."""
    return ask_page("target_requests", TargetRequest, page=page)


def troubled_connections(page: int = 1) -> RowPage[TroubledConnection]:
    """Connections that need attention, the oldest trouble first."""
    return ask_page("troubled_connections", TroubledConnection, page=page)
