"""What the environment says, and what production refuses to start without."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ImproperlyConfigured

ENVIRONMENTS = ("development", "test", "production")

# What production must be told, with the words an administrator needs to fill it in.
PRODUCTION_VARIABLES = {
    "SECRET_KEY": "at least 50 random characters; signs sessions and links",
    "FIELD_ENCRYPTION_KEYS": "key ring id:base64-of-32-bytes[,older-id:...]; the first encrypts, all decrypt",
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

SECRET_KEY_LENGTH = 50
FIELD_KEY_BYTES = 32

# A write may land this long after it was claimed: its wait for the request limit, then the connect and read timeout of
# ``connectors.edge.http``.
LONGEST_CALL_SECONDS = 55


@dataclass(frozen=True)
class SettingProblem:
    """One variable that keeps production from starting."""

    variable: str
    trouble: str

    def __str__(self) -> str:
        return f"  {self.variable}: {self.trouble}"


def environment_name(environ: Mapping[str, str] = os.environ) -> str:
    """``BILLINGSYNC_ENV``, development when it is not set; raises ``ImproperlyConfigured`` on another word."""
    name = environ.get("BILLINGSYNC_ENV", "development")
    if name not in ENVIRONMENTS:
        raise ImproperlyConfigured(f"BILLINGSYNC_ENV is {name!r}; use one of {', '.join(ENVIRONMENTS)}.")
    return name


def require_production_variables(environ: Mapping[str, str] = os.environ) -> None:
    """Raise ``ImproperlyConfigured`` naming every variable that is missing or unsafe, all at once."""
    problems = [
        SettingProblem(name, f"missing. {meaning}")
        for name, meaning in PRODUCTION_VARIABLES.items()
        if not environ.get(name, "").strip()
    ]
    problems += _unsafe_values(environ)
    if problems:
        lines = "\n".join(str(problem) for problem in problems)
        raise ImproperlyConfigured(f"Billing Sync cannot start in production. Set these variables:\n{lines}")


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
