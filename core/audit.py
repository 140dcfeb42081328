"""Write business facts to the audit log, in the transaction of what they tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import connection
from django.db.models import QuerySet

from core.enums import About
from core.models import AuditEntry


class SignedIn(Protocol):
    """A user, as far as the audit log needs one."""

    email: Any
    pk: Any


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in user, or a named part of the program."""

    name: str
    user_id: int | None = None


SCHEDULER = Actor("Schedule")
COMMAND = Actor("Command line")


def actor_of(user: SignedIn) -> Actor:
    """The signed-in user as an actor."""
    return Actor(name=user.email, user_id=user.pk)


@dataclass(frozen=True, slots=True)
class Fact:
    """What is to be told: ``text`` holds no secret. ``about`` names the record by which it is found again."""

    action: str
    text: str
    about: tuple[About, int] | None = None


def record(actor: Actor, action: str, text: str, about: tuple[About, int] | None = None) -> None:
    """Add one fact to the log of the partner whose scope is open."""
    _entry(actor, Fact(action, text, about)).save(force_insert=True)


def record_all(actor: Actor, facts: Iterable[Fact]) -> None:
    """Add many facts, in the order given."""
    AuditEntry.objects.bulk_create([_entry(actor, fact) for fact in facts], batch_size=500)


def entries_about(kind: About, record_id: int, actions: Iterable[str]) -> QuerySet[AuditEntry]:
    """What was done about one record, of these actions, the newest first."""
    return AuditEntry.objects.filter(about=kind, about_id=record_id, action__in=actions)


def prune_audit(before: dt.datetime, at_most: int = 500) -> int:
    """Entries of both audits that are older, of all partners; how many. Call it outside any scope.

    The program's role may remove none: a function of the owner does, and nothing younger than a year.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT prune_audit(%s, %s)", [before, at_most])
        return int(cursor.fetchone()[0])


def prune_history(before: dt.datetime, at_most: int = 500) -> int:
    """Rows of the history of connections, programs and mappings that are older, of all partners; how many.

    The newest row of each object stays. Removed as ``prune_audit`` does, and nothing younger than a year.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT prune_history(%s, %s)", [before, at_most])
        return int(cursor.fetchone()[0])


def _entry(actor: Actor, fact: Fact) -> AuditEntry:
    kind, record_id = fact.about or ("", None)
    return AuditEntry(
        actor_id=actor.user_id,
        actor_name=actor.name,
        action=fact.action,
        text=fact.text,
        about=kind,
        about_id=record_id,
    )
