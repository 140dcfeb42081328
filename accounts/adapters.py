"""How sign-in behaves here."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from accounts.identity import person_of, stop_waiting
from accounts.known_browsers import known_browser, remember_browser
from accounts.models import User
from accounts.sign_in_log import note_failure
from core.addresses import clean_address
from core.secrets import SealContext, seal, unseal

_MFA_SECRETS = SealContext("mfa_authenticator", 0, 0, "secret")  # users belong to no partner

LOCK_OUT_TOLD_EVERY = 3600  # seconds


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

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong password, or an address that is nobody's: written down."""
        note_failure(request, str(credentials.get("email", "")), locked=False)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Too many attempts: written down, and whose account it is gets a mail."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            email = str(credentials.get("email", ""))
            note_failure(request, email, locked=True)
            self._tell_of_lock_out(email)
            raise

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """This browser is known to be the person's from now on."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_browser(request, response, user)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Attempts from a browser that the person signed in with before are counted apart from everybody else's.

        So nobody locks them out from elsewhere.
        """
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return key + known_browser(request, str(credentials.get("email", "")))

    def _tell_of_lock_out(self, email: str) -> None:
        person = person_of(email)
        if person is not None and cache.add(f"told-of-lock-out:{person.pk}", 1, LOCK_OUT_TOLD_EVERY):
            self.send_notification_mail("account/email/locked_out", person)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The person who waits for this address has proved it, and has no other from now on."""
        try:
            with transaction.atomic():
                return stop_waiting(email_address) and bool(super().confirm_email(request, email_address))
        except IntegrityError:  # somebody else proved it at the same moment
            failed = {"email": email_address.email}
            self.add_message(request, messages.ERROR, "account/messages/email_confirmation_failed.txt", failed)
            return False
