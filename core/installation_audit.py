"""The audit of the installation: what operators, commands and people without a partner did."""

from __future__ import annotations

from core.audit import Actor
from core.models import InstallationEntry


def record_installation(actor: Actor, action: str, text: str) -> None:
    """Add one fact; ``text`` holds no secret and nothing of a partner's data."""
    entry = InstallationEntry(actor_id=actor.user_id, actor_name=actor.name, action=action, text=text)
    entry.save(force_insert=True)
