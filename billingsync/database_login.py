"""Row security holds only for a role that cannot pass it by and owns no table: with another one nothing starts.

Nor does it on a server that is too old."""

from __future__ import annotations

import sys
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from billingsync.settings.environment import is_owner_command

_IS_ABOVE = """
    SELECT rolsuper, rolbypassrls,
           EXISTS (SELECT FROM pg_tables WHERE tablename = 'accounts_partner' AND tableowner = current_user)
    FROM pg_roles WHERE rolname = current_user
"""
OLDEST_POSTGRESQL = 15  # operations.md names it, and make rehearse runs on it
_proven: set[str] = set()  # users that this process has asked about


@receiver(connection_created)
def refuse_old_server(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Whoever logs in: an older server lacks what migrations and queries use, or nobody has tried it."""
    major: int = connection.pg_version // 10_000  # type: ignore[attr-defined]  # of PostgreSQL's
    if major < OLDEST_POSTGRESQL:
        connection.close()
        raise ImproperlyConfigured(
            f"DATABASE_URL: PostgreSQL {major} is not supported, {OLDEST_POSTGRESQL} is the oldest that is. "
            "Upgrade the server, or name another one."
        )


@receiver(connection_created)
def refuse_powerful_login(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Ask once in each process. Commands that own the schema log in as its owner, on purpose."""
    user = str(connection.settings_dict["USER"])
    if user in _proven or is_owner_command(sys.argv):
        return
    with connection.cursor() as cursor:
        cursor.execute(_IS_ABOVE)
        superuser, passes_by, owns = cursor.fetchone()
    trouble = {"is a superuser": superuser, "has BYPASSRLS": passes_by, "owns the tables": owns}
    found = [words for words, true in trouble.items() if true]
    if found:
        connection.close()
        raise ImproperlyConfigured(
            f"DATABASE_URL: its role {user} {' and '.join(found)}, so row security would not keep partners apart. "
            "It must be the role that owns nothing, made by python -m billingsync.database_roles."
        )
    _proven.add(user)
