"""Second factors at rest: sealed like all credentials, and moved along when the key is rotated."""

from __future__ import annotations

import base64

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from core.secrets import SealBroken, sealed_with_current_key

SEALED_FIELDS = ("secret", "seed")  # of TOTP, of recovery codes


def rotate_second_factors() -> tuple[int, list[str]]:
    """Seal them anew with the first key of the ring.

    Answers how many were sealed anew, and the addresses of people whose factor no key opens.
    """
    rotated, broken = 0, []
    for factor in Authenticator.objects.select_related("user").order_by("pk"):
        try:
            rotated += _rotate(factor)
        except SealBroken:
            broken.append(factor.user.email)
    return rotated, broken


def _rotate(factor: Authenticator) -> bool:
    adapter = get_adapter()
    opened = {name: adapter.decrypt(factor.data[name]) for name in SEALED_FIELDS if name in factor.data}
    stale = [name for name in opened if not _is_current(factor.data[name])]
    for name in stale:
        factor.data[name] = adapter.encrypt(opened[name])
    if stale:
        factor.save(update_fields=["data"])
    return bool(stale)


def _is_current(sealed: str) -> bool:
    return sealed_with_current_key(base64.b64decode(sealed))
