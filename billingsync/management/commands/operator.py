"""``manage.py operator EMAIL``: make a person an operator of this installation, or no longer."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.identity import person_of
from accounts.models import User
from accounts.services import create_user
from core.audit import COMMAND
from core.installation_audit import record_installation


class Command(BaseCommand):
    """Operators enable targets and see the health of all partners; they see no partner's data."""

    help = "Make EMAIL an operator of this installation. A new person sets a password by “Forgot your password?”."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--remove", action="store_true", help="take the role away")

    def handle(self, *_args: Any, email: str, remove: bool, **_options: Any) -> None:
        user = person_of(email)
        if user is None and remove:
            raise CommandError(f"Nobody signs in with {email}.", returncode=2)
        user = user or _make_person(email)
        user.is_operator = not remove
        user.save(update_fields=["is_operator"])
        text = f"{user.email} is {'no longer' if remove else 'now'} an operator"
        record_installation(COMMAND, "operator.removed" if remove else "operator.made", text)
        self.stderr.write(text, style_func=str)


def _make_person(email: str) -> User:
    try:
        return create_user(email=email)
    except ValidationError as error:
        raise CommandError(f"{email}: {' '.join(error.messages)}", returncode=2) from error
