"""Background work on connections."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.services import list_partners
from connections.alerts import remind_of_broken
from core.scope import partner_scope


@shared_task
def remind_broken_connections() -> int:
    """Remind of connections that went on failing; returns how many reminders were queued."""
    now = timezone.now()
    sent = 0
    for partner in list_partners():
        with partner_scope(partner.partner_id):
            sent += remind_of_broken(now)
    return sent
