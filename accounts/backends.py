"""Sign-in with address and password."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend

from accounts.identity import person_of
from accounts.models import User


class ProvenAddressBackend(AuthenticationBackend):
    """An address opens an account only once it is proven: allauth's own backend takes any that was ever entered."""

    def _authenticate_by_email(self, email: str, password: str) -> User | None:
        user: User | None = self._check_password(person_of(email), password)
        return user
