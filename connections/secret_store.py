"""Credentials of a connection in the database: sealed, bound to their row, never shown."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

from django.utils import timezone

from connections.models import Connection, Secret
from core.scope import scoped_partner_id
from core.secrets import SealBroken, SealContext, seal, sealed_with_current_key, unseal

TABLE = "connections_secret"


def read_credentials(connection: Connection) -> dict[str, str]:
    """All credentials of a connection, secrets opened. Hand them to a vendor's client only.

    Raises ``SealBroken`` when a secret cannot be opened with the key ring.
    """
    opened = {secret.name: unseal(bytes(secret.sealed), _place(secret)) for secret in connection.secrets.all()}
    return {**connection.credentials, **opened}


def same_credentials(connection: Connection, given: Mapping[str, str]) -> bool:
    """True when every given value is what is stored already; unreadable secrets count as different."""
    try:
        stored = read_credentials(connection)
    except SealBroken:
        return False
    return all(hmac.compare_digest(stored.get(name, "").encode(), value.encode()) for name, value in given.items())


def store_secrets(connection: Connection, secrets: Mapping[str, str]) -> None:
    """Seal and store secrets by name; the ones that are not given stay."""
    for name, value in secrets.items():
        secret, _ = Secret.objects.get_or_create(
            connection=connection, name=name, defaults={"stored_at": timezone.now()}
        )
        secret.sealed = seal(value, _place(secret))
        secret.stored_at = timezone.now()
        secret.save(update_fields=["sealed", "stored_at"])


def rotate_secrets() -> tuple[int, list[Secret]]:
    """Seal the open partner's secrets anew with the ring's first key.

    Returns how many were sealed anew, and the ones that no key of the ring opens. Each is opened, whatever key it
    names: another key may have been given the same name.
    """
    rotated, broken = 0, []
    for secret in Secret.objects.select_for_update(no_key=True).order_by("pk"):
        try:
            opened = unseal(bytes(secret.sealed), _place(secret))
        except SealBroken:
            broken.append(secret)
            continue
        if sealed_with_current_key(bytes(secret.sealed)):
            continue
        secret.sealed = seal(opened, _place(secret))
        secret.save(update_fields=["sealed"])
        rotated += 1
    return rotated, broken


def _place(secret: Secret) -> SealContext:
    return SealContext(table=TABLE, partner_id=scoped_partner_id(), row_id=secret.pk, name=secret.name)
