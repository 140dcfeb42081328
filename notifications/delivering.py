"""Delivery of what the outbox holds: claim a message, send it, note what became of it.

A row that was claimed and never finished (the worker died while sending) is sent again: at least once.
"""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from core.scope import partner_scope
from notifications.keys import INVITATION, NothingToOpen, put_key_in
from notifications.letters import Letter, one_line
from notifications.links import messages_page, preferences_page
from notifications.models import Message, MessageState
from notifications.notices import add_notice

logger = logging.getLogger(__name__)

STUCK_AFTER = dt.timedelta(minutes=10)  # far longer than any SMTP time-out
FIRST_WAIT = dt.timedelta(minutes=1)
LONGEST_WAIT = dt.timedelta(hours=6)
MOST_ATTEMPTS = 12  # about a day and a half


class _Unwritable(Exception):
    """An address or header that no mail can carry: the next attempt would fail as well."""


PERMANENT = range(500, 600)  # what a mail server answers where it will never take it (RFC 5321, 4.2.1)
AUTOMATIC = {"Auto-Submitted": "auto-generated"}  # nobody's holiday answers it (RFC 3834)


def find_due(at_most: int) -> list[tuple[int, int]]:
    """(partner id, message id) of what is to be sent now, over all partners."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT partner_id, message_id FROM due_messages(%s, %s, %s)", [now, now - STUCK_AFTER, at_most])
        return list(cursor.fetchall())


def deliver(partner_id: int, message_id: int) -> bool:
    """Send one message, if nobody else is at it. True: it was sent by this call."""
    with partner_scope(partner_id):
        message = _claim(message_id)
    if message is None:
        return False
    error = _send(partner_id, message)
    with partner_scope(partner_id):
        if error is None:
            _own(message).update(state=MessageState.SENT, sent_at=timezone.now(), last_error="", **_shown(message))
        elif isinstance(error, (NothingToOpen, _Unwritable)) or is_refused(error):
            _give_up(message, error)
        else:
            _note_failure(message, error)
    return error is None


def _send(partner_id: int, message: Message) -> Exception | None:
    """Answers why it could not be sent, whatever that is: a message keeps no other one back."""
    try:
        with partner_scope(partner_id):
            put_key_in(message)
            mail = _compose(message)
        mail.send()
    except (NothingToOpen, _Unwritable, smtplib.SMTPException, OSError) as error:
        return error
    except Exception as error:
        logger.exception("message %s broke while it was sent", message.pk)
        return error
    return None


def _shown(message: Message) -> dict[str, str]:
    """In development e-mails are read here, and their links followed."""
    return {"text": message.text, "html": message.html} if settings.DEVELOPMENT else {}


def wait_after(attempts: int) -> dt.timedelta:
    """How long to wait after this many failed attempts; doubles up to ``LONGEST_WAIT``."""
    return min(FIRST_WAIT * (1 << (attempts - 1)), LONGEST_WAIT)


def is_refused(error: Exception) -> bool:
    """Whether the server of the one address will never take the mail. A refused sender is ours to cure."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code in PERMANENT for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code in PERMANENT


def words_of(error: Exception) -> str:
    """What the server said, or what else went wrong."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(f"{code} {_text(said)}" for code, said in error.recipients.values())[:500]
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"[:500]
    return f"{type(error).__name__}: {error}"[:500]


def _text(said: bytes | str) -> str:
    return one_line(said.decode(errors="replace") if isinstance(said, bytes) else said)


def _claim(message_id: int) -> Message | None:
    now = timezone.now()
    # Later than any wait ends: the clock was set back since.
    due = Q(not_before__lte=now) | Q(not_before__gt=now + 2 * LONGEST_WAIT)
    stuck = Q(claimed_at__lt=now - STUCK_AFTER) | Q(claimed_at__gt=now + STUCK_AFTER)
    free = Q(due, state=MessageState.DUE) | Q(stuck, state=MessageState.SENDING)
    message = Message.objects.select_for_update(skip_locked=True, no_key=True).filter(free, pk=message_id).first()
    if message is not None:
        message.state, message.claimed_at = MessageState.SENDING, now
        message.attempts += 1
        message.save(update_fields=["state", "claimed_at", "attempts"])
    return message


def _compose(message: Message) -> EmailMultiAlternatives:
    """The mail, tried out."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    # The same id at every attempt lets mail servers drop a copy that was sent twice.
    headers = {"Message-ID": f"<{message.partner_id}.{message.pk}.billing-sync@{domain}>", **AUTOMATIC}
    if message.kind != INVITATION:
        headers["List-Unsubscribe"] = f"<{preferences_page(message.partner.slug)}>"
    mail = EmailMultiAlternatives(message.subject, message.text, to=message.to, headers=headers)
    mail.attach_alternative(message.html, "text/html")
    try:
        mail.message()
    except ValueError as error:
        raise _Unwritable(str(error)) from error
    return mail


def _note_failure(message: Message, error: Exception) -> None:
    given_up = message.attempts >= MOST_ATTEMPTS
    log = logger.error if given_up else logger.warning
    log("message %s could not be sent (attempt %s): %s", message.pk, message.attempts, type(error).__name__)
    _own(message).update(
        state=MessageState.FAILED if given_up else MessageState.DUE,
        not_before=timezone.now() + wait_after(message.attempts),
        last_error=words_of(error),
    )
    if given_up:
        _tell(message, error)


def _give_up(message: Message, error: Exception) -> None:
    logger.error("message %s cannot be sent: %s", message.pk, type(error).__name__)
    _own(message).update(state=MessageState.FAILED, last_error=words_of(error))
    if not isinstance(error, NothingToOpen):
        _tell(message, error)


def _tell(message: Message, error: Exception) -> None:
    """Those who work in the portal hear that somebody is not reached. In the scope."""
    address, page = ", ".join(message.to), messages_page(message.partner.slug)
    letter = Letter(
        subject=f"An e-mail to {address} was not delivered",
        lead=f"“{message.subject}”: {words_of(error)}",
        tone="bad",
        link=page,
    )
    add_notice(f"mail:{message.pk}", letter, message.partner)


def _own(message: Message) -> Any:
    """The row while this claim still holds: a slow sender must not overwrite a later one."""
    return Message.objects.filter(pk=message.pk, state=MessageState.SENDING, claimed_at=message.claimed_at)
