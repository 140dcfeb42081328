"""Delivery of e-mails in the background."""

from __future__ import annotations

from celery import shared_task

from core.installation import why_no_writes
from notifications import account_mails, delivering

BATCH = 100


@shared_task
def deliver_due() -> int:
    """Send what is due, one partner's scope at a time; returns how many were sent. Where writes are off, none is."""
    if why_no_writes():
        return 0
    of_people = account_mails.deliver_account_mails(BATCH)
    due = delivering.find_due(BATCH)
    return of_people + sum(delivering.deliver(partner_id, message_id) for partner_id, message_id in due)
