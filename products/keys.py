"""The key of a product: what makes two rows of a price list the same sellable item."""

from __future__ import annotations

import hashlib

KEY_LENGTH = 200
_DIGEST_LENGTH = 16


def product_key(sku: str, term: str, billing_cycle: str, offer: str = "") -> str:
    """SKU, term and billing cycle as the source writes them, in lower case, joined with ``|``; then the offer's id.

    One SKU is sold in several offers, which the price list may tell apart by nothing but the id: it is
    left out where it is the SKU. Other absent parts are empty. It never depends on what else is sold. A
    key too long for the column ends in a digest of the whole, so that two long keys stay different.
    """
    parts = [_normal(part) for part in (sku, term, billing_cycle)]
    last = _normal(offer)
    key = "|".join([*parts, last] if last not in ("", parts[0]) else parts)
    if len(key) <= KEY_LENGTH:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{key[: KEY_LENGTH - _DIGEST_LENGTH - 1]}#{digest}"


def _normal(part: str) -> str:
    return " ".join(part.split()).lower()
