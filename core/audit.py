"""Write business facts to the audit log, in the transaction of what they tell."""

from __future__ import annotations

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
