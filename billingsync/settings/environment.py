"""What the environment says, and what production refuses to start without."""

from __future__ import annotations

import base64
import binascii
import os
import socket
from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

from billingsync.settings.values import SettingProblem, public_host_is_answered, wrong_behind_a_proxy, wrong_values

ENVIRONMENTS = ("development", "test", "production")

# What production must be told, with the words an administrator needs to fill it in.
PRODUCTION_VARIABLES = {
    "SECRET_KEY": "at least 50 random characters; signs sessions and links",
    "FIELD_ENCRYPTION_KEYS": "key ring id:base64-of-32-bytes[,older-id:...]; the first encrypts, all decrypt",
    "INSTALLATION_ID": "the name of this installation, made once and kept; a copy of its database writes nowhere else",
    "DATABASE_URL": "postgres://billingsync_app:PASSWORD@HOST:5432/billingsync; the role that owns nothing",
    "REDIS_URL": "redis://:PASSWORD@HOST:6379/0; queue, cache and rate limits",
    "ALLOWED_HOSTS": "host names that the service answers to, separated by commas",
    "PUBLIC_URL": "where people reach the service, e.g. https://billing.example.com; used in e-mails",
    "EMAIL_URL": "smtp+tls://USER:PASSWORD@HOST:587; how e-mail leaves",
    "DEFAULT_FROM_EMAIL": "sender of e-mails, e.g. Billing Sync <billing@example.com>",
    "OPERATOR_EMAIL": "who is told when a partner requests a target",
}

# Commands that change the schema and so log in as its owner (MIGRATE_DATABASE_URL).
OWNER_COMMANDS = frozenset(
    {
        "backup",
        "migrate",
        "restore",
        "makemigrations",
        "showmigrations",
        "sqlmigrate",
        "squashmigrations",
        "dbshell",
        "pgtrigger",
    }
)

# Both ends of a database connection find out within a minute that the other one is gone: a host that vanished would
# keep the lock of its run for hours otherwise, by the defaults of the kernel.
SIGNS_OF_LIFE = {
    "application_name": f"billingsync on {socket.gethostname()}"[:63],  # see core.session_locks
    "keepalives_idle": 20,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 50_000,
    "options": "-c tcp_keepalives_idle=20 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3 "
    "-c tcp_user_timeout=50000",
}

SECRET_KEY_LENGTH = 50
FIELD_KEY_BYTES = 32

# A write may land this long after it was claimed: its wait for the request limit, then the connect and read timeout of
# ``connectors.edge.http``.
LONGEST_CALL_SECONDS = 55


def environment_name(environ: Mapping[str, str] = os.environ) -> str:
    """``BILLINGSYNC_ENV``. Raises ``ImproperlyConfigured`` on another word, and where it is missing beside a server.

    Without it and without any server's address it is development: that has servers of its own.
    """
    name = environ.get("BILLINGSYNC_ENV", "")
    servers = [variable for variable in ("DATABASE_URL", "REDIS_URL") if environ.get(variable)]
    if not name and servers:
        raise ImproperlyConfigured(
            f"Set BILLINGSYNC_ENV to one of {', '.join(ENVIRONMENTS)}: {' and '.join(servers)} says where servers are, "
            "and development has its own."
        )
    if name and name not in ENVIRONMENTS:
        raise ImproperlyConfigured(f"BILLINGSYNC_ENV is {name!r}; use one of {', '.join(ENVIRONMENTS)}.")
    return name or "development"


def require_good_values(name: str, environ: Mapping[str, str] = os.environ) -> None:
    """Raise ``ImproperlyConfigured`` naming every variable that is missing, unreadable or unsafe, all at once."""
    problems = wrong_values(environ)
    if name == "production":
        needless = {"FIELD_ENCRYPTION_KEYS"} if environ.get("WITHOUT_KEYS") == "1" else set()
        missing = [
            SettingProblem(variable, f"missing. {meaning}")
            for variable, meaning in PRODUCTION_VARIABLES.items()
            if variable not in needless and not environ.get(variable, "").strip()
        ]
        unsafe = [*_unsafe_values(environ), *wrong_behind_a_proxy(environ)]
        problems = _first_of_each([*missing, *problems, *unsafe])
        if not {"ALLOWED_HOSTS", "PUBLIC_URL"} & {problem.variable for problem in problems}:
            problems += public_host_is_answered(environ)
    if problems:
        lines = "\n".join(str(problem) for problem in problems)
        raise ImproperlyConfigured(f"Billing Sync cannot start in {name}. Set these variables:\n{lines}")


def _first_of_each(problems: list[SettingProblem]) -> list[SettingProblem]:
    return list({problem.variable: problem for problem in reversed(problems)}.values())[::-1]


def is_owner_command(arguments: list[str]) -> bool:
    """True when ``manage.py`` was called with a command that must own the schema."""
    return len(arguments) > 1 and arguments[1] in OWNER_COMMANDS


def _unsafe_values(environ: Mapping[str, str]) -> list[SettingProblem]:
    problems = []
    secret = environ.get("SECRET_KEY", "")
    if secret and len(secret) < SECRET_KEY_LENGTH:
        problems.append(SettingProblem("SECRET_KEY", f"too short. It needs {SECRET_KEY_LENGTH} characters"))
    keys = environ.get("FIELD_ENCRYPTION_KEYS", "")
    if keys and not all(is_field_key(entry) for entry in keys.split(",")):
        problems.append(SettingProblem("FIELD_ENCRYPTION_KEYS", "unreadable. Each entry is id:base64 of 32 bytes"))
    if "*" in environ.get("ALLOWED_HOSTS", "").split(","):
        problems.append(SettingProblem("ALLOWED_HOSTS", "* answers to any host. Name the hosts"))
    public = environ.get("PUBLIC_URL", "")
    if public and not public.startswith("https://"):
        problems.append(SettingProblem("PUBLIC_URL", "must begin with https://"))
    settle = environ.get("SETTLE_SECONDS", "").strip()
    if settle and not (settle.isdecimal() and int(settle) > LONGEST_CALL_SECONDS):
        text = f"must be a whole number above {LONGEST_CALL_SECONDS}, the seconds that a call takes at most: a write "
        problems.append(SettingProblem("SETTLE_SECONDS", text + "whose answer was lost may land until then"))
    return problems


def is_field_key(entry: str) -> bool:
    """True for ``id:base64`` whose base64 holds exactly 32 bytes."""
    key_id, _, encoded = entry.strip().partition(":")
    try:
        return bool(key_id) and len(base64.b64decode(encoded, validate=True)) == FIELD_KEY_BYTES
    except binascii.Error:
        return False
