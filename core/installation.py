"""Whose database this is, and what that forbids: a copy writes to nobody, and in maintenance people only read."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from core.models import Installation

SWITCHED_OFF = "Writes are off here (WRITES=off): nothing is written to a vendor, and no e-mail leaves."
OF_ANOTHER = (
    "This database belongs to another installation, so writes are off: nothing is written to a vendor, and no e-mail "
    "leaves. If it is meant to go on here, the operator says so by the command: manage.py installation --take-over."
)
MAINTENANCE = "Maintenance: pages can be read, nothing can be changed, and no sync goes on."
OF_BEFORE = ("accounts", "0002_row_security")  # schema-1 has it in accounts 0001_initial
TOO_OLD = (
    "An earlier version than schema-1 made this database, and it cannot be brought up to date. Nothing was changed. "
    "Make a new database and configure the partners again: the next sync takes over the lines that stand in the "
    "target, by their marks. See “Update” in docs/operations.md."
)


def read_installation() -> Installation:
    """The one row; an empty one where none was made."""
    return Installation.objects.filter(pk=1).first() or Installation()


def why_no_writes(known: Installation | None = None) -> str:
    """Why nothing is written to a vendor and no mail leaves, in words; "" where both may happen.

    A copy of the database keeps the identity of who made it, and each installation has its own in its environment.
    """
    if not settings.WRITES:
        return SWITCHED_OFF
    own = settings.INSTALLATION_ID
    stored = (known or read_installation()).identity if own else ""
    return OF_ANOTHER if stored and stored != own else ""


def standing_notices() -> list[str]:
    """What every page says at its top, as long as it is so."""
    installation = read_installation()
    found = [why_no_writes(installation)]
    if installation.maintenance_since:
        found.append(f"{MAINTENANCE} {installation.maintenance_note}".strip())
    return [text for text in found if text]


def in_maintenance() -> bool:
    """Whether people may only read, and no sync goes on."""
    return read_installation().maintenance_since is not None


def begin_maintenance(note: str) -> None:
    """From now on, until ``end_maintenance``. ``note`` is shown on every page."""
    Installation.objects.update_or_create(
        pk=1, defaults={"maintenance_since": timezone.now(), "maintenance_note": note}
    )


def end_maintenance() -> None:
    """People work again, and syncs go on."""
    Installation.objects.update(maintenance_since=None, maintenance_note="")


def take_over() -> None:
    """This installation owns the database from now on: it writes, whoever wrote before must not."""
    Installation.objects.update_or_create(pk=1, defaults={"identity": settings.INSTALLATION_ID})


def take_identity(apps: Any, **_kwargs: Any) -> None:
    """After ``migrate``: the first one to say who it is owns the database."""
    try:
        rows = apps.get_model("core", "Installation").objects
    except LookupError:  # migrated to a state before
        return
    rows.get_or_create(pk=1)
    rows.filter(pk=1, identity="").update(identity=settings.INSTALLATION_ID)


def refuse_older_schema(using: str, **_kwargs: Any) -> None:
    """Before ``migrate`` does anything: what it begins with has the names of before, and would count as done."""
    if OF_BEFORE in MigrationRecorder(connections[using]).applied_migrations():
        raise CommandError(TOO_OLD)
