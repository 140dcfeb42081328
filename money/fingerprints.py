"""Short digests by which planning knows that nothing changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol


class ChargeLike(Protocol):
    """What of a charge decides how it is billed."""

    @property
    def pk(self) -> int: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def cost(self) -> Decimal: ...
    @property
    def retail(self) -> Decimal: ...


def charges_digest(charges: Iterable[ChargeLike]) -> str:
    """Digest of the charges of a period, whatever their order."""
    return digest(
        [
            f"{c.pk}:{c.quantity.normalize()}:{c.cost.normalize()}:{c.retail.normalize()}"
            for c in sorted(charges, key=lambda charge: charge.pk)
        ]
    )


def digest(told: object) -> str:
    """31 hexadecimal digits of anything with a stable ``repr``."""
    return hashlib.sha256(repr(told).encode()).hexdigest()[:31]
