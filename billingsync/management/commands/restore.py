"""``manage.py restore FILE``: a backup into an empty database, with every plan held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from billingsync.after_restore import WHAT_NOW, take_all_as_restored
from billingsync.backups import BackupFailed, restore
from connections.selectors import targets_in_words
from core.audit import COMMAND
from core.installation_audit import record_installation


class Command(BaseCommand):
    """Refuses a database that holds partners. A dump that was restored by hand needs ``restored``."""

    help = "Restore a backup into an empty database, bring its schema up to date, and hold every billing plan."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.MIGRATE_DATABASE_URL:
            raise CommandError("Set MIGRATE_DATABASE_URL, the login of the schema's owner.", returncode=2)
        self._restore(options["file"])
        record_installation(COMMAND, "backup.restored", "Restored from a backup: every plan waits")
        for said in take_all_as_restored():
            self._say(said)
        self._say(WHAT_NOW.format(targets=targets_in_words()))

    def _restore(self, file: Path) -> None:
        self._say(f"Restoring {file} ...")
        try:
            restore(settings.MIGRATE_DATABASE_URL, settings.LOGIN_DATABASE_URL, file)
        except BackupFailed as failure:
            raise CommandError(str(failure)) from failure
        call_command("migrate", verbosity=0, interactive=False)

    def _say(self, text: str) -> None:
        self.stderr.write(text, style_func=str)
