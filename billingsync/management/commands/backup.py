"""``manage.py backup FILE``: the whole database in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from billingsync.backups import BackupFailed, dump
from core.audit import COMMAND
from core.installation_audit import record_installation


class Command(BaseCommand):
    """Logs in as the schema's owner, because row security hides rows from the others."""

    help = "Write the whole database to a new file. Credentials in it stay sealed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.MIGRATE_DATABASE_URL:
            raise CommandError("Set MIGRATE_DATABASE_URL, the login of the schema's owner.", returncode=2)
        try:
            size = dump(settings.MIGRATE_DATABASE_URL, options["file"])
        except BackupFailed as failure:
            raise CommandError(str(failure)) from failure
        record_installation(COMMAND, "backup.made", f"Backup of {size:,} bytes")
        self.stderr.write(f"{options['file']}: {size:,} bytes.", style_func=str)
        self.stderr.write("Keep FIELD_ENCRYPTION_KEYS somewhere else: without them the credentials in it are lost.")
