"""Background work on connections."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from accounts.services import list_partners
from connections.alerts import remind_of_broken
from connections.checking import run_check
from core.each_partner import each_by_itself
from core.models import Job


@shared_task
def remind_broken_connections() -> int:
    """Remind of connections that went on failing; returns how many reminders were queued."""
    now = timezone.now()
    partners = [(partner.partner_id, partner.partner_id) for partner in list_partners()]
    return sum(each_by_itself(Job.REMIND, partners, lambda _partner: remind_of_broken(now)))


@shared_task
def check_credentials(partner_id: int, check_id: int) -> None:
    """Test credentials that somebody waits for."""
    run_check(partner_id, check_id)
