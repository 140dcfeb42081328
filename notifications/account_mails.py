"""The outbox of e-mails about people's own sign-in: a page writes a row, the background work sends it.

So no page waits for a mail server, and what could not be sent is tried again. A row that was claimed and never
finished is sent again: at least once.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from notifications.composer_registry import compose_account_mail
from notifications.delivering import AUTOMATIC, MOST_ATTEMPTS, STUCK_AFTER, is_refused, wait_after
from notifications.models import AccountMail, MessageState
from notifications.soon import deliver_soon

logger = logging.getLogger(__name__)
USEFUL_FOR = dt.timedelta(hours=12)  # who asked for a link has asked again by then


def queue_account_mail(kind: str, to: str, facts: Mapping[str, Any], person: User | None) -> AccountMail:
    """Write a mail into the outbox, in the caller's transaction. ``facts`` are JSON and hold no link that lets in."""
    mail = AccountMail.objects.create(kind=kind, to=to, facts=dict(facts), person=person, not_before=timezone.now())
    transaction.on_commit(deliver_soon, robust=True)
    return mail


def deliver_account_mails(at_most: int = 100) -> int:
    """Send what is due; answers how many were sent."""
    now = timezone.now()
    due = AccountMail.objects.filter(_to_be_sent(now)).order_by("not_before", "pk")
    return sum(_deliver(pk) for pk in due.values_list("pk", flat=True)[:at_most])


def _deliver(mail_id: int) -> bool:
    mail = _claim(mail_id)
    if mail is None:
        return False
    own = AccountMail.objects.filter(pk=mail.pk, state=MessageState.SENDING, claimed_at=mail.claimed_at)
    try:
        _send(mail)
    except Exception as error:  # noqa: BLE001  # whatever it is, a mail keeps no other one back
        logger.warning("account mail %s could not be sent: %s", mail.pk, type(error).__name__)
        over = mail.attempts >= MOST_ATTEMPTS or timezone.now() - mail.created_at > USEFUL_FOR
        given_up = over or is_refused(error)
        own.update(
            state=MessageState.FAILED if given_up else MessageState.DUE,
            not_before=timezone.now() + wait_after(mail.attempts),
            last_error=type(error).__name__,
        )
        return False
    own.update(state=MessageState.SENT, sent_at=timezone.now(), last_error="")
    return True


def _send(mail: AccountMail) -> None:
    rendered = compose_account_mail(mail.kind, mail.to, mail.facts, mail.person)
    if rendered is None:
        return
    message = EmailMultiAlternatives(rendered.subject, rendered.text, to=[mail.to], headers=AUTOMATIC)
    message.attach_alternative(rendered.html, "text/html")
    message.send()


def _claim(mail_id: int) -> AccountMail | None:
    now = timezone.now()
    with transaction.atomic():
        free = AccountMail.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
        mail = free.select_related("person").filter(_to_be_sent(now), pk=mail_id).first()
        if mail is not None:
            mail.state, mail.claimed_at = MessageState.SENDING, now
            mail.attempts += 1
            mail.save(update_fields=["state", "claimed_at", "attempts"])
    return mail


def _to_be_sent(now: dt.datetime) -> Q:
    stuck = Q(state=MessageState.SENDING, claimed_at__lt=now - STUCK_AFTER)
    return Q(state=MessageState.DUE, not_before__lte=now) | stuck
