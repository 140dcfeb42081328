"""The outbox: queue an e-mail in the transaction of what it tells.

A message row is unique per event, so that what happened once is told once.
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
from notifications.tasks import deliver_due


def queue(
    kind: str, *, event: str, to: Sequence[str], context: Mapping[str, Any], why: Why | None = None
) -> Message | None:
    """Write a message into the outbox, in the caller's scope and transaction.

    ``event`` names what happened ("run:17"): the second message of an event is not made. Without
    addresses nothing is made. ``KeyError`` where the kind or a fact is missing.
    """
    if not to or Message.objects.filter(event=event).exists():
        return None
    partner = Partner.objects.get(pk=scoped_partner_id())
    rendered = render(compose(kind, context, partner), why)
    message, made = Message.objects.get_or_create(
        event=event,
        defaults={
            "kind": kind,
            "to": list(to),
            "subject": rendered.subject,
            "text": rendered.text,
            "html": rendered.html,
            "not_before": timezone.now(),
        },
    )
    if made:
        transaction.on_commit(_deliver_soon, robust=True)
    return message if made else None


def _deliver_soon() -> None:
    deliver_due.apply_async(retry=False)
