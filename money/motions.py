"""What is known of each billing motion, one row each.

A new motion is a row here and its word in ``money.enums``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.records import Cadence
from money.enums import Kind, Motion, Style


@dataclass(frozen=True, slots=True)
class BillingMotion:
    """How the charges of a motion come, and how they are billed.

    ``cadence``: how the source says that a subscription is billed so. ``kind``: what its positive rows are, None
    where the ratio tells. ``style``: the lines that they ask for. ``dated``: its periods are both dates of a charge,
    not a month. ``regular``: its rows make an invoice the month's invoice.
    """

    motion: Motion
    cadence: Cadence
    style: Style
    kind: Kind | None = None
    dated: bool = False
    regular: bool = False


_ROWS = (
    BillingMotion(Motion.SEAT_MONTHLY, Cadence.MONTHLY, Style.RECURRING_LINE, regular=True),
    BillingMotion(Motion.AZURE_PLAN, Cadence.USAGE, Style.LINE_PER_PERIOD, Kind.USAGE),
    BillingMotion(Motion.SEAT_ANNUAL, Cadence.ANNUAL, Style.LINE_PER_CHARGE, Kind.ONE_TIME, dated=True),
)
MOTIONS: Mapping[str, BillingMotion] = {row.motion: row for row in _ROWS}
MOTION_OF: Mapping[Cadence, Motion] = {row.cadence: row.motion for row in _ROWS}
REGULAR = tuple(row.motion for row in _ROWS if row.regular)
