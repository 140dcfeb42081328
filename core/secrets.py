"""Credentials at rest: AES-GCM with a key ring, bound to the row they belong to.

A sealed value opens only with a key of the ring and only for the same table, partner, row and
name; anything else raises ``SealBroken``. There is no path that hands out ciphertext.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12


class SealBroken(Exception):
    """The value was sealed with a key that is not in the ring, or for another row."""


@dataclass(frozen=True, slots=True)
class SealContext:
    """The place a secret belongs to; part of what the seal protects."""

    table: str
    partner_id: int
    row_id: int
    name: str

    def to_bytes(self) -> bytes:
        """Unambiguous form: the parts, NUL-separated (none can hold a NUL)."""
        return f"{self.table}\0{self.partner_id}\0{self.row_id}\0{self.name}".encode()


def seal(plaintext: str, context: SealContext) -> bytes:
    """Encrypt with the ring's first key. The result names its key: ``key-id:nonce+ciphertext``."""
    key_id, key = next(iter(_key_ring().items()))
    nonce = os.urandom(NONCE_BYTES)
    body = AESGCM(key).encrypt(nonce, plaintext.encode(), context.to_bytes())
    return key_id.encode() + b":" + nonce + body


def unseal(sealed: bytes, context: SealContext) -> str:
    """Decrypt; raises ``SealBroken`` on a wrong key, a wrong row or a changed value."""
    key_id, _, rest = bytes(sealed).partition(b":")
    key = _key_ring().get(key_id.decode(errors="replace"))
    if key is None:
        raise SealBroken("the key that sealed this value is not in FIELD_ENCRYPTION_KEYS")
    try:
        plain = AESGCM(key).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], context.to_bytes())
    except InvalidTag as broken:
        raise SealBroken("the value was changed, or belongs to another row") from broken
    return plain.decode()


def sealed_with_current_key(sealed: bytes) -> bool:
    """False when rotation has to seal this value again."""
    return bytes(sealed).startswith(next(iter(_key_ring())).encode() + b":")


def _key_ring() -> dict[str, bytes]:
    ring = {}
    for entry in settings.FIELD_ENCRYPTION_KEYS:
        key_id, _, encoded = entry.partition(":")
        ring[key_id] = base64.b64decode(encoded)
    return ring
