"""The outbox: queue an e-mail in the transaction of what it tells.

What happened once is told once: each address has one message per event, and its own fate.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Partner
from core.scope import scoped_partner_id
from notifications.composer_registry import compose, render
from notifications.letters import Why
from notifications.models import Message
from notifications.soon import deliver_soon


def queue(
    kind: str, *, event: str, to: Sequence[str], context: Mapping[str, Any], why: Why | None = None
) -> list[Message]:
    """Write one message for each address into the outbox, in the caller's scope and transaction; answers those made.

    ``event`` names what happened ("run:17"): the messages of an event are made once. ``KeyError`` where the kind or a
    fact is missing.
    """
    if not to or Message.objects.filter(event=event).exists():
        return []
    partner = Partner.objects.get(pk=scoped_partner_id())
    rendered = render(compose(kind, context, partner), why)
    made = []
    for place, address in enumerate(to):
        message, is_new = Message.objects.get_or_create(
            event=f"{event}/to:{place}" if place else event,
            defaults={
                "kind": kind,
                "to": [address],
                "subject": rendered.subject,
                "text": rendered.text,
                "html": rendered.html,
                "not_before": timezone.now(),
            },
        )
        made += [message] if is_new else []
    if made:
        transaction.on_commit(deliver_soon, robust=True)
    return made
