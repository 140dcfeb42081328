"""How sign-in behaves here."""

from __future__ import annotations

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from accounts.identity import stop_waiting
from accounts.models import User
from core.addresses import clean_address
from core.secrets import SealContext, seal, unseal

_MFA_SECRETS = SealContext("mfa_authenticator", 0, 0, "secret")  # users belong to no partner


class MFAAdapter(DefaultMFAAdapter):
    """Second factors are kept sealed, like all credentials."""

    def encrypt(self, text: str) -> str:
        """Seal a TOTP secret or the seed of recovery codes."""
        return base64.b64encode(seal(text, _MFA_SECRETS)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The inverse of ``encrypt``; raises ``SealBroken`` on a wrong key."""
        return unseal(base64.b64decode(encrypted_text), _MFA_SECRETS)


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by themselves; people come by invitation."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # allauth calls it so
        return False

    def clean_email(self, email: str) -> str:
        """Only what mail can be sent to: sign-in writes to it at once."""
        return clean_address(email)

    def set_password(self, user: User, password: str) -> None:
        """Nothing else of the person is stored with it: it may have changed since they were read."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The person who waits for this address has proved it, and has no other from now on."""
        try:
            with transaction.atomic():
                return stop_waiting(email_address) and bool(super().confirm_email(request, email_address))
        except IntegrityError:  # somebody else proved it at the same moment
            failed = {"email": email_address.email}
            self.add_message(request, messages.ERROR, "account/messages/email_confirmation_failed.txt", failed)
            return False
