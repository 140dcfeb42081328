"""``manage.py restored``: the database was restored by other means than ``restore``, and is older than the vendors."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from billingsync.after_restore import WHAT_NOW, take_all_as_restored
from connections.selectors import targets_in_words


class Command(BaseCommand):
    """After a snapshot of the disk, a point-in-time recovery, or ``pg_restore`` by hand."""

    help = "Say that the database was restored: no run goes on, every plan waits, what may be billed is looked for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of",
            metavar="TIME",
            help="when the backup was made, as 2026-11-30T03:00+00:00; else when the ledger's newest write was sent",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        as_of = _instant(options["as_of"]) if options["as_of"] else None
        for said in take_all_as_restored(as_of):
            self.stderr.write(said, style_func=str)
        self.stderr.write(WHAT_NOW.format(targets=targets_in_words()), style_func=str)


def _instant(text: str) -> dt.datetime:
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError as wrong:
        raise CommandError(f"--as-of {text}: write it as 2026-11-30T03:00+00:00.", returncode=2) from wrong
    if instant.tzinfo is None:
        raise CommandError(f"--as-of {text}: say in which zone, as +00:00.", returncode=2)
    if instant > timezone.now():
        raise CommandError(f"--as-of {text} is yet to come.", returncode=2)
    return instant
