"""What the operator sees of each partner: counts, and nothing that a partner has entered or imported."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.cross_partner import RowPage, ask_page

RECENT = dt.timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class PartnerFigures:
    """One partner in numbers; ``failed_runs`` of the last 24 hours, ``running`` at this moment."""

    slug: str
    name: str
    users: int
    customers: int
    mappings: int
    mappings_on: int
    failed_runs: int
    running: int
    last_success: dt.datetime | None
    troubled_connections: int


def partner_figures(words: str, now: dt.datetime, page: int = 1) -> RowPage[PartnerFigures]:
    """Partners whose name contains the words, those with failed runs first, then by name."""
    return ask_page("partner_figures", PartnerFigures, words.strip(), now - RECENT, page=page)
