"""Commands that need the servers start them, and leave them running."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from devservers.places import data_folder
from devservers.trouble import ServerTrouble

# Commands that need neither database nor Redis.
NEED_NOTHING = frozenset(
    {
        "services", "help", "version", "check", "collectstatic", "compilemessages", "diffsettings", "findstatic",
        "makemessages", "makemigrations", "startapp", "sendtestemail",
    }
)  # fmt: skip


def missing_servers(arguments: list[str], environ: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Which embedded servers a ``manage.py`` command line needs: none in production or where a URL is set."""
    if environ.get("BILLINGSYNC_ENV") == "production" or len(arguments) < 2:
        return frozenset()
    if arguments[1] in NEED_NOTHING or arguments[1].startswith("-") or {"-h", "--help"} & set(arguments):
        return frozenset()
    names = {"postgres": "DATABASE_URL", "valkey": "REDIS_URL"}
    return frozenset(server for server, variable in names.items() if not environ.get(variable))


def start_missing_servers(arguments: list[str]) -> None:
    """Start what the command needs, before Django is set up; ends the program with words when that fails."""
    which = missing_servers(arguments)
    if not which:
        return
    from devservers import servers

    try:
        servers.start(data_folder(), say, which=which, migrated=arguments[1] != "migrate")
    except ServerTrouble as trouble:
        sys.exit(str(trouble))


def say(text: str) -> None:
    """Progress goes to stderr; stdout belongs to JSON."""
    print(text, file=sys.stderr, flush=True)  # noqa: T201  # this is the command line's own voice
