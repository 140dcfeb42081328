"""Links of mails about sign-in, made at the moment when the mail leaves."""

from __future__ import annotations

from allauth.account import app_settings
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.urls import reverse

from accounts.models import User
from notifications import links

RESET = "account/email/password_reset_key"
CONFIRM = ("account/email/email_confirmation", "account/email/email_confirmation_signup")


def find_links(kind: str, to: str, person: User | None) -> dict[str, str] | None:
    """What a mail of that kind leads to, by the name of the fact; None where that is over."""
    if kind == RESET:
        return {"password_reset_url": _reset_page(person)} if person is not None and person.is_active else None
    if kind in CONFIRM:
        wish = EmailAddress.objects.filter(user=person, email=to, verified=False).first()
        return {"activate_url": _confirm_page(wish)} if wish else None
    return {"password_reset_url": links.page(reverse("account_reset_password"))}


def _reset_page(person: User) -> str:
    key = app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(person)
    names = {"uidb36": user_pk_to_url_str(person), "key": key}
    return links.page(reverse("account_reset_password_from_key", kwargs=names))


def _confirm_page(wish: EmailAddress) -> str:
    return links.page(reverse("account_confirm_email", args=[EmailConfirmationHMAC(wish).key]))
