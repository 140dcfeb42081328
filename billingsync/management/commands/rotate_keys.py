"""``manage.py rotate_keys``: seal all stored credentials with the first key of the ring."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.second_factors import rotate_second_factors
from accounts.services import list_partners
from connections.secret_store import rotate_secrets
from core.audit import COMMAND
from core.installation_audit import record_installation
from core.scope import partner_scope


class Command(BaseCommand):
    """Put the new key first in FIELD_ENCRYPTION_KEYS, run this, then take the old key out."""

    help = "Seal all stored credentials anew with the first key of FIELD_ENCRYPTION_KEYS."

    def handle(self, *_args: Any, **_options: Any) -> None:
        rotated, broken = 0, []
        for partner in list_partners():
            with partner_scope(partner.partner_id):
                count, unreadable = rotate_secrets()
                broken += [f"{partner.slug}: {secret.connection.system} {secret.name}" for secret in unreadable]
            rotated += count
        count, people = rotate_second_factors()
        rotated += count
        broken += [f"second factor of {email}" for email in people]
        record_installation(COMMAND, "keys.rotated", f"Sealed anew: {rotated}, not opened: {len(broken)}")
        self.stderr.write(f"Sealed anew: {rotated}", style_func=str)
        if broken:
            names = "\n".join(broken)
            raise CommandError(f"No key of the ring opens these; enter them again:\n{names}", returncode=1)
