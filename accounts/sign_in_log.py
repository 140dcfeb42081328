"""Who signed in, from where, and how that went: in the log, in the audit of the partners that a person works for.

What concerns nobody's partner (operators, addresses that are nobody's) stands in the audit of the installation.
"""

from __future__ import annotations

from typing import Any

import structlog
from allauth.account import signals as account_signals
from allauth.mfa import signals as factor_signals
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.identity import person_of
from accounts.models import User
from accounts.selectors import list_accesses
from accounts.visitors import address_of
from core.audit import Actor, actor_of, record
from core.installation_audit import record_installation
from core.scope import current_partner_id, partner_scope

log = structlog.get_logger("billingsync.sign_in")
NOBODY = Actor("nobody")


def note(request: HttpRequest | None, deed: str, text: str, person: User | None, *, well: bool = True) -> None:
    """Write down a deed of sign-in: ``deed`` is its name in the audit, ``text`` says it in words."""
    address = address_of(request) if request is not None else ""
    log.info("sign_in", deed=deed, person=person.pk if person else None, address=address, well=well)
    told = f"{text} (from {address})" if address else text
    if person is None:
        record_installation(NOBODY, deed, told)
        return
    actor, accesses = actor_of(person), list_accesses(person.pk)
    if person.is_operator or not accesses:
        record_installation(actor, deed, told)
    for access in accesses:
        if current_partner_id() in {None, access.partner_id}:
            with partner_scope(access.partner_id):
                record(actor, deed, told)


def note_failure(request: HttpRequest, email: str, *, locked: bool) -> None:
    """Somebody did not get in with this address, or no longer may try for a while."""
    person = person_of(email)
    deed = "signin.locked_out" if locked else "signin.failed"
    text = "Too many attempts to sign in" if locked else "Sign-in failed"
    note(request, deed, text if person else f"{text} as an address that is nobody’s", person, well=False)


@receiver(account_signals.user_logged_in)
def _signed_in(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    note(request, "signin.signed_in", "Signed in", user)


@receiver(user_logged_out)
def _signed_out(request: HttpRequest, user: User | None, **_kwargs: Any) -> None:
    if user is not None:
        note(request, "signin.signed_out", "Signed out", user)


@receiver(account_signals.authentication_step_completed)
def _step(request: HttpRequest, user: User, method: str, *, reauthenticated: bool = False, **_kwargs: Any) -> None:
    if reauthenticated:
        note(request, "signin.confirmed", f"Confirmed again who they are, by {method}", user)
    elif method == "mfa":
        note(request, "signin.second_factor", "Second factor given", user)


@receiver(factor_signals.authentication_failed)
def _factor_failed(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    note(request, "signin.second_factor_failed", "Second factor refused", user, well=False)


@receiver(factor_signals.authenticator_added)
def _factor_added(request: HttpRequest, user: User, authenticator: Any, **_kwargs: Any) -> None:
    note(request, "signin.factor_added", f"Second factor added: {authenticator.get_type_display()}", user)


@receiver(factor_signals.authenticator_removed)
def _factor_removed(request: HttpRequest, user: User, authenticator: Any, **_kwargs: Any) -> None:
    note(request, "signin.factor_removed", f"Second factor removed: {authenticator.get_type_display()}", user)


@receiver([account_signals.password_changed, account_signals.password_reset, account_signals.password_set])
def _new_password(request: HttpRequest, user: User, **_kwargs: Any) -> None:
    note(request, "signin.new_password", "New password", user)


@receiver(account_signals.email_changed)
def _new_address(request: HttpRequest, user: User, to_email_address: Any, **_kwargs: Any) -> None:
    note(request, "signin.new_address", f"Signs in with {to_email_address.email} from now on", user)
