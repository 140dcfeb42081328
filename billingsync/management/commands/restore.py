"""``manage.py restore FILE``: a backup into an empty database, with every plan held."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from billingsync.backups import BackupFailed, hold_every_plan, restore
from connections.selectors import targets_in_words

WHAT_NOW = """
The ledger is now as old as the backup, and {targets} is not. Before workers and beat start:
  1. Sync each partner. Lines written since the backup are found by their marks and written no second time.
  2. Look at each one-time line of the plan: if its template ran since the backup, it may be billed already.
  3. Apply or discard the plans, then set the approval of the programs back."""


class Command(BaseCommand):
    """Refuses a database that holds partners. ``--hold-only`` is for a dump that was restored by hand."""

    help = "Restore a backup into an empty database, bring its schema up to date, and hold every billing plan."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, nargs="?")
        parser.add_argument("--hold-only", action="store_true", help="the rows are there already: only hold the plans")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.MIGRATE_DATABASE_URL:
            raise CommandError("Set MIGRATE_DATABASE_URL, the login of the schema's owner.", returncode=2)
        if bool(options["file"]) == options["hold_only"]:
            raise CommandError("Name a file, or say --hold-only.", returncode=2)
        if options["file"]:
            self._restore(options["file"])
        for program in hold_every_plan():
            self._say(f"{program}: every billing plan waits now.")
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
