"""Write business facts to the audit log, in the transaction of what they tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

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


def record(actor: Actor, action: str, text: str) -> None:
    """Add one fact to the log of the partner whose scope is open. ``text`` holds no secret."""
    AuditEntry.objects.create(actor_id=actor.user_id, actor_name=actor.name, action=action, text=text)


def record_all(actor: Actor, facts: Iterable[tuple[str, str]]) -> None:
    """Add many facts, each an action and its text, in the order given."""
    entries = [
        AuditEntry(actor_id=actor.user_id, actor_name=actor.name, action=action, text=text) for action, text in facts
    ]
    AuditEntry.objects.bulk_create(entries, batch_size=500)
