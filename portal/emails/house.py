"""How a partner writes money and dates."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass, field
from decimal import Decimal

from babel.dates import format_datetime
from babel.numbers import format_currency

from accounts.models import Partner


@dataclass(frozen=True, slots=True)
class House:
    """How a partner writes money and dates."""

    partner: Partner = field(repr=False)

    def money(self, amount: Decimal, currency: str = "") -> str:
        """``amount`` in currency units, written as the partner's locale does."""
        code = currency or self.partner.currency
        return str(format_currency(amount, code, locale=self.partner.locale))

    def moment(self, at: dt.datetime) -> str:
        """Date, time and zone where the partner is."""
        zone = zoneinfo.ZoneInfo(self.partner.time_zone)
        local = format_datetime(at.astimezone(zone), "d MMM y, HH:mm", locale=self.partner.locale)
        return f"{local} ({self.partner.time_zone})"
