"""What the operator sees of background work that broke: whose and how often, never what the partner's data says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.cross_partner import RowPage, ask_page
from core.models import Job

SHOWN_FOR = dt.timedelta(days=2)  # longer than a day: the daily sync is tried once a day


@dataclass(frozen=True, slots=True)
class PartnerBreakdown:
    """Work that broke for one partner and did not work since; ``error`` is the name of its class."""

    partner_name: str
    job: str
    since: dt.datetime
    last_at: dt.datetime
    times: int
    error: str

    @property
    def label(self) -> str:
        """The work in words."""
        return Job(self.job).label


def partner_breakdowns(now: dt.datetime, page: int = 1) -> RowPage[PartnerBreakdown]:
    """Background work that breaks, what broke last first."""
    return ask_page("partner_breakdowns", PartnerBreakdown, now - SHOWN_FOR, page=page)
