"""What an installation needs, asked one by one: nothing is changed but a row and a key that probes write."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from redis.exceptions import RedisError

from billingsync.health import database_is_writable, redis_is_writable
from connections.reaching import Reached, reach_vendors
from core.installation import why_no_writes
from notifications.delivering import words_of

MOST_SECONDS_OFF = 30.0  # of a clock: dates of lines, settle times and second factors go by it


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: whether it is well, and what was found, in words."""

    name: str
    well: bool
    text: str


def examine() -> Iterator[Check]:
    """All checks, each as it is done. That this runs at all says that the settings could be read."""
    yield Check("settings", well=True, text=f"{settings.BILLINGSYNC_ENV}: every variable can be read and is safe")
    database = _database()
    yield database
    if database.well:
        yield _schema()
        yield _clock_of_database()
        yield Check("writes", well=True, text=why_no_writes() or "on: vendors are written to, and mails leave")
    redis = _redis()
    yield redis
    yield _mail()
    if redis.well and database.well:  # calls are counted in the one, and the other says whether they may write
        yield from map(_vendor, reach_vendors())


def _database() -> Check:
    try:
        connection.ensure_connection()  # refuses a role that would pass row security by
        user = connection.settings_dict["USER"]
        if database_is_writable():
            return Check("database", well=True, text=f"written as {user}, who obeys row security")
        return Check("database", well=False, text=f"{user} cannot write: is it migrated, read-only or full?")
    except (DatabaseError, ImproperlyConfigured) as trouble:
        return Check("database", well=False, text=f"DATABASE_URL: {trouble}".strip())


def _schema() -> Check:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    text = f"{len(missing)} migrations are missing: manage.py migrate" if missing else "up to date"
    return Check("schema", well=not missing, text=text)


def _clock_of_database() -> Check:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return _clock("clock of the database", (timezone.now() - cursor.fetchone()[0]).total_seconds())


def _redis() -> Check:
    try:
        well = redis_is_writable()
    except (RedisError, ValueError) as trouble:
        return Check("redis", well=False, text=f"REDIS_URL: {trouble}")
    return Check("redis", well=well, text="a key was written and read" if well else "REDIS_URL: takes no key")


def _mail() -> Check:
    try:
        with get_connection():
            text = f"{settings.EMAIL_BACKEND.rpartition('.')[2]} answers; manage.py mail_test ADDRESS sends one"
        return Check("mail", well=True, text=text)
    except (smtplib.SMTPException, OSError, ValueError) as trouble:
        return Check("mail", well=False, text=f"EMAIL_URL: {words_of(trouble)}")


def _vendor(reached: Reached) -> Check:
    name = f"{reached.label} at {reached.host}"
    if reached.problem:
        return Check(name, well=False, text=reached.problem)
    return Check(name, well=True, text="answers") if reached.ahead is None else _clock(name, reached.ahead)


def _clock(name: str, ahead: float) -> Check:
    off = f"our clock is {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'}"
    if abs(ahead) > MOST_SECONDS_OFF:
        return Check(name, well=False, text=f"{off}: set it by a time server")
    return Check(name, well=True, text=f"answers, {off}" if abs(ahead) >= 1 else "answers, and its clock is ours")
