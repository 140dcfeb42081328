"""Delivery of e-mails in the background."""

from __future__ import annotations

from celery import shared_task

from notifications import delivering

BATCH = 100


@shared_task
def deliver_due() -> int:
    """Send what is due, one partner's scope at a time; returns how many were sent."""
    return sum(delivering.deliver(partner_id, message_id) for partner_id, message_id in delivering.find_due(BATCH))
