"""E-mails with their texts, and notices, that are over."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from core.bulk_saving import delete_some
from notifications.models import AccountMail, Message, MessageState, Notice

OVER = (MessageState.SENT, MessageState.FAILED)  # what is due is kept, however old


def prune_messages(before: dt.datetime) -> int:
    """Some e-mails and notices that were written before; how many. Inside the scope.

    An event is told once because its e-mail is known: none comes up again that long after.
    """
    return delete_some(Message.objects.filter(state__in=OVER, created_at__lt=before)) + delete_some(
        Notice.objects.filter(created_at__lt=before)
    )


@transaction.atomic
def prune_account_mails(before: dt.datetime) -> int:
    """Some e-mails about people's sign-in that were written before; how many. Outside any scope."""
    return delete_some(AccountMail.objects.filter(state__in=OVER, created_at__lt=before))
