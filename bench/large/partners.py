"""The partners of the large installation, and the person who works for all of them and runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg2
from django.conf import settings

from accounts.identity import person_of
from accounts.models import Role
from accounts.services import create_user, ensure_member, find_partner
from bench.installation import BenchFailedError
from bench.large.rows import LARGE, ONE, SMALL, Sizes, fill
from bench.seeding import seed_partner
from core.audit import COMMAND
from core.scope import partner_scope

SLUG = "large"
ALONE = "one"  # with one row of what pages list
PARTNERS = {SLUG: LARGE, ALONE: ONE, "small-a": SMALL, "small-b": SMALL, "small-c": SMALL}
LOGIN_EMAIL = "owner@large.example"
LOGIN_WORDS = "large sample login"  # sample data: the server listens on 127.0.0.1 alone


def make(say: Callable[[str], None], partners: dict[str, Sizes] = PARTNERS) -> None:
    """Make the partners. Raises ``BenchFailedError`` when one of them is there already."""
    there = [slug for slug in partners if find_partner(slug) is not None]
    if there:
        raise BenchFailedError(f"there is a partner {there[0]} already; remove the data folder to begin anew")
    for slug, sizes in partners.items():
        partner = seed_partner(slug)
        made = fill(partner, sizes, say if slug == SLUG else _quiet)
        _let_in(partner.partner_id)
        say(f"{slug}: " + ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in made.items()))
    say("statistics")
    _vacuum()


def how_to_open(folder: Path) -> str:
    """Commands that show the portal."""
    env = f"BILLINGSYNC_DATA_DIR={folder}"
    return (
        f"  {env} make dev\n\n"
        f"and sign in at /p/{SLUG}/ as {LOGIN_EMAIL} with: {LOGIN_WORDS}\n"
        f"Afterwards: {env} .venv/bin/python manage.py services stop"
    )


def _quiet(_text: str) -> None:
    """Small partners take no time."""


def _let_in(partner_id: int) -> None:
    user = person_of(LOGIN_EMAIL) or create_user(email=LOGIN_EMAIL, password=LOGIN_WORDS, is_operator=True)
    with partner_scope(partner_id):
        ensure_member(user=user, role=Role.OWNER, actor=COMMAND)


def _vacuum() -> None:
    """What PostgreSQL does by itself within minutes; only the owner may."""
    connection = psycopg2.connect(settings.MIGRATE_DATABASE_URL)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    connection.close()
