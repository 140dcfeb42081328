"""How sign-in behaves here."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse

from accounts.models import User
from core.addresses import validate_address
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
        validate_address(email)
        return email

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """The address is proven: by the invitation that reached it, or by whoever configured the partner."""
        EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
        response: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return response
