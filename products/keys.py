"""The key of a product: what makes two rows of a price list the same sellable item."""

from __future__ import annotations

import hashlib

KEY_LENGTH = 200
_DIGEST_LENGTH = 16


def product_key(sku: str, term: str, billing_cycle: str) -> str:
    """SKU, term and billing cycle as the source writes them, in lower case, joined with ``|``.

    Absent parts are empty. It never depends on what else is sold. A key too long for the column
    ends in a digest of the whole, so that two long keys stay different.
    """
    key = "|".join(" ".join(part.split()).lower() for part in (sku, term, billing_cycle))
    if len(key) <= KEY_LENGTH:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{key[: KEY_LENGTH - _DIGEST_LENGTH - 1]}#{digest}"
