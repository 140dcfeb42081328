"""How motions and pricing strategies are called."""

from __future__ import annotations

from customers.models import Pricing
from money.enums import Motion

MOTIONS = dict(Motion.pairs())

PRICINGS = dict(Pricing.choices)
