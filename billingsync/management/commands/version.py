"""``manage.py version``: which version of Billing Sync this is."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from billingsync.version import read_version


class Command(BaseCommand):
    """In place of Django's own, which says Django's."""

    help = "Say which version of Billing Sync this is."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(read_version())
