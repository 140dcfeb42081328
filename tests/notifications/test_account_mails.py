"""Mails about sign-in wait in an outbox: no page waits for a mail server, and no row holds a link that lets in."""

from __future__ import annotations

import smtplib
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.utils import timezone

from notifications.delivering import FIRST_WAIT, MOST_ATTEMPTS
from notifications.models import AccountMail, MessageState
from notifications.tasks import deliver_due
from tests.accounts.mailbox import letters_to, link_in
from tests.portal.cast import Cast
from tests.portal.conftest import cast

__all__ = ["cast"]
BOB = "bob@northwind.example"


class Dead(EmailBackend):
    """A mail server that takes nothing."""

    asked = 0

    def send_messages(self, _messages: Any) -> int:
        Dead.asked += 1
        raise smtplib.SMTPServerDisconnected("gone")


@pytest.fixture
def dead_server(settings: Any) -> None:
    Dead.asked = 0
    settings.EMAIL_BACKEND = f"{__name__}.Dead"


def ask_for_link() -> int:
    return int(Client().post("/accounts/password/reset/", {"email": BOB}).status_code)


@pytest.mark.usefixtures("dead_server")
def test_page_does_not_wait_for_the_mail_server_and_the_mail_is_not_lost(cast: Cast, settings: Any) -> None:
    answered, asked = ask_for_link(), Dead.asked
    deliver_due()
    tried = AccountMail.objects.get()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with time_machine.travel(timezone.now() + FIRST_WAIT * 1.1):
        link = link_in(str(letters_to(BOB)[-1].body), "/accounts/password/reset/key/")
        page = Client().get(link, follow=True)

    assert (answered, asked, Dead.asked) == (302, 0, 1)
    assert (tried.state, tried.attempts, tried.last_error) == (MessageState.DUE, 1, "SMTPServerDisconnected")
    assert page.status_code == 200


def test_row_keeps_whom_and_what_it_is_about_and_no_key(cast: Cast) -> None:
    ask_for_link()
    waiting = str(AccountMail.objects.values().get())
    link = link_in(str(letters_to(BOB)[-1].body), "/accounts/password/reset/key/")
    key = link.rstrip("/").rpartition("/")[2]

    kept = AccountMail.objects.get()
    assert (kept.person, kept.kind, kept.state) == (cast.users["bob"], "account/email/password_reset_key", "sent")
    assert key
    assert key.split("-", 1)[1] not in waiting + str(AccountMail.objects.values().get())
    assert "http" not in waiting


@pytest.mark.usefixtures("dead_server")
def test_mail_that_never_leaves_is_given_up(cast: Cast) -> None:
    ask_for_link()
    AccountMail.objects.update(attempts=MOST_ATTEMPTS - 1)

    deliver_due()

    assert AccountMail.objects.get().state == MessageState.FAILED
    assert mail.outbox == []


def test_mail_is_sent_once(cast: Cast) -> None:
    ask_for_link()

    assert (deliver_due(), deliver_due(), len(mail.outbox)) == (1, 0, 1)
