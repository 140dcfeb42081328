"""Invitations are mails to strangers: so many an hour, and one address is not flooded."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Invitation
from accounts.services import MOST_INVITATIONS, AccountError, invite, resend_invitation, withdraw_invitation
from core.audit import COMMAND
from core.scope import partner_scope
from notifications.models import Message
from tests.portal.cast import Cast

LATER = dt.timedelta(minutes=11)


def offer(cast: Cast, address: str) -> Invitation:
    with partner_scope(cast.northwind.pk):
        return invite(email=address, role="viewer", invited_by=cast.users["adam"])


def mails(cast: Cast) -> int:
    with partner_scope(cast.northwind.pk):
        return Message.objects.filter(kind="invitation").count()


def test_partner_sends_so_many_invitations_an_hour(cast: Cast) -> None:
    for number in range(MOST_INVITATIONS):
        offer(cast, f"person-{number}@elsewhere.example")
    with pytest.raises(AccountError, match="20 invitations were sent within an hour"):
        offer(cast, "one-more@elsewhere.example")

    with time_machine.travel(timezone.now() + dt.timedelta(minutes=61)):
        offer(cast, "one-more@elsewhere.example")
    assert mails(cast) == MOST_INVITATIONS + 1


def test_withdrawing_makes_no_room(cast: Cast) -> None:
    first = offer(cast, "nina@elsewhere.example")
    with partner_scope(cast.northwind.pk):
        withdraw_invitation(invitation=first, actor=COMMAND)

    with pytest.raises(AccountError, match="just now"):
        offer(cast, "nina@elsewhere.example")
    assert mails(cast) == 1


def test_one_address_is_written_to_once_in_ten_minutes(cast: Cast) -> None:
    first = offer(cast, "nina@elsewhere.example")
    with partner_scope(cast.northwind.pk), pytest.raises(AccountError, match="just now"):
        resend_invitation(invitation=first, invited_by=cast.users["adam"])

    with time_machine.travel(timezone.now() + LATER), partner_scope(cast.northwind.pk):
        resend_invitation(invitation=first, invited_by=cast.users["adam"])
    assert mails(cast) == 2


def test_long_name_of_a_partner_fills_no_subject(cast: Cast) -> None:
    with partner_scope(cast.northwind.pk):
        cast.northwind.name = "Win a prize now " * 12
        cast.northwind.save()
    offer(cast, "nina@elsewhere.example")

    with partner_scope(cast.northwind.pk):
        assert len(Message.objects.get(kind="invitation").subject) < 75
