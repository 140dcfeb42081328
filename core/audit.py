"""Write business facts to the audit log, in the transaction of what they tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.models import AuditEntry

if TYPE_CHECKING:
    from accounts.models import User


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a signed-in user, or a named part of the program."""

    name: str
    user_id: int | None = None


SCHEDULER = Actor("Schedule")
COMMAND = Actor("Command line")


def actor_of(user: User) -> Actor:
    """The signed-in user as an actor."""
    return Actor(name=user.email, user_id=user.pk)


def record(actor: Actor, action: str, text: str) -> None:
    """Add one fact to the log of the partner whose scope is open. ``text`` holds no secret."""
    AuditEntry.objects.create(actor_id=actor.user_id, actor_name=actor.name, action=action, text=text)
