"""``manage.py mail_test ADDRESS``: send one e-mail now, and say what the mail server says."""

from __future__ import annotations

import smtplib
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.management.base import BaseCommand, CommandError

from core.installation import why_no_writes
from notifications.delivering import AUTOMATIC, words_of


class Command(BaseCommand):
    """Exit code 1 where the server does not take it."""

    help = "Send a test e-mail to ADDRESS at once, past the outbox, and say what the mail server says."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address")

    def handle(self, *_args: Any, address: str, **_options: Any) -> None:
        if why := why_no_writes():
            raise CommandError(why)
        text = f"E-mail of {settings.PUBLIC_URL} leaves. Nothing has to be done."
        try:
            EmailMessage("Billing Sync: a test", text, to=[address], headers=AUTOMATIC).send()
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise CommandError(f"Not sent: {words_of(error)}") from error
        self.stderr.write(f"The mail server took it, from {settings.DEFAULT_FROM_EMAIL} to {address}.", style_func=str)
