"""E-mails about a person's own sign-in, in the portal's look: by the name that allauth gives each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from accounts.browsers import describe_browser
from notifications import links
from notifications.letters import Letter

Facts = Mapping[str, Any]

IGNORE = "If you did not ask for it, do nothing: without the link nobody gets in."


def find_letter(name: str, facts: Facts) -> Letter | None:
    """The letter of that name, such as ``account/email/password_reset_key``; None where we have none."""
    if name in _CHANGES:
        return _change(*_CHANGES[name], facts)
    write = _LETTERS.get(name)
    return write(facts) if write else None


def is_letter(name: str) -> bool:
    """Whether we have a letter of that name."""
    return name in _CHANGES or name in _LETTERS


def _reset_password(facts: Facts) -> Letter:
    return Letter(
        subject="Set a new password for Billing Sync",
        lead="Set a new password with this link. It works once, for an hour.",
        button="Set a new password",
        link=facts["password_reset_url"],
        footer=IGNORE,
    )


def _unknown_account(facts: Facts) -> Letter:
    return Letter(
        subject="There is no account for this address at Billing Sync",
        lead=f"Somebody asked for a new password for {facts['email']}, but there is no account for it.",
        tone="warning",
        paragraphs=(
            "If it was you, you may sign in with another address.",
            "People join by invitation. Ask an admin of your company for one.",
        ),
        footer="If it was not you, do nothing.",
    )


def _confirm_address(facts: Facts) -> Letter:
    return Letter(
        subject="Confirm your address for Billing Sync",
        lead=f"{facts['user']} wants to sign in to Billing Sync with this address.",
        paragraphs=("It counts once you have followed the link, signed in as before. The link works for a day.",),
        button="Confirm the address",
        link=facts["activate_url"],
        footer=IGNORE,
    )


def _address_taken(facts: Facts) -> Letter:
    return Letter(
        subject="You have an account at Billing Sync already",
        lead=f"Somebody wanted to use {facts['email']} at Billing Sync, but it has an account already.",
        tone="warning",
        paragraphs=("If it was you and you forgot the password, set a new one.",),
        button="Set a new password",
        link=facts["password_reset_url"],
        footer="If it was not you, do nothing.",
    )


def _change(subject: str, lead: str, facts: Facts) -> Letter:
    """Something about the sign-in was changed; facts: timestamp, ip, user_agent and what the lead names."""
    return Letter(
        subject=f"{subject} - Billing Sync",
        lead=lead.format_map(facts),
        tone="warning",
        paragraphs=(
            "If it was you, there is nothing to do.",
            "If not, set a new password at once and sign out all other browsers.",
        ),
        figures=(
            ("When", f"{facts['timestamp']:%Y-%m-%d %H:%M} UTC"),
            ("From", str(facts["ip"])),
            ("With", describe_browser(facts["user_agent"])),
        ),
        button="See where you are signed in",
        link=links.page("/accounts/sessions/"),
    )


_LETTERS: Mapping[str, Callable[[Facts], Letter]] = {
    "account/email/password_reset_key": _reset_password,
    "account/email/unknown_account": _unknown_account,
    "account/email/email_confirmation": _confirm_address,
    "account/email/email_confirmation_signup": _confirm_address,
    "account/email/account_already_exists": _address_taken,
}
# Name of the letter -> subject and first line.
_CHANGES = {
    "account/email/locked_out": (
        "Too many attempts to sign in",
        (
            "Somebody tried to sign in to your account too often, and is kept out for five minutes. "
            "A browser that you have signed in with before still lets you in."
        ),
    ),
    "account/email/password_changed": ("Your password was changed", "The password of your account was changed."),
    "account/email/password_reset": ("Your password was set anew", "A new password was set for your account."),
    "account/email/password_set": ("You have a password now", "A password was set for your account."),
    "account/email/email_changed": (
        "Your address was changed",
        "You sign in with {to_email} from now on, no longer with {from_email}.",
    ),
    "account/email/email_confirm": ("Your address is confirmed", "The address of your account was confirmed."),
    "account/email/email_deleted": ("An address was removed", "{deleted_email} was removed from your account."),
    "mfa/email/totp_activated": (
        "Authenticator app added",
        "Your sign-in now asks for a code of an app.",
    ),
    "mfa/email/totp_deactivated": (
        "Authenticator app removed",
        "Your sign-in no longer asks for a code of an app.",
    ),
    "mfa/email/recovery_codes_generated": (
        "New recovery codes",
        "New recovery codes were made for your account. The old ones no longer work.",
    ),
    "mfa/email/webauthn_added": ("Passkey added", "A passkey or security key was added to your account."),
    "mfa/email/webauthn_removed": ("Passkey removed", "A passkey or security key was removed from your account."),
    "socialaccount/email/account_connected": (
        "Company sign-in connected",
        "Your account can now be opened with {provider}.",
    ),
    "socialaccount/email/account_disconnected": (
        "Company sign-in disconnected",
        "Your account can no longer be opened with {provider}.",
    ),
}
