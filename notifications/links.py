"""Addresses of the pages that e-mails lead to."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

from django.conf import settings


def page(path: str) -> str:
    """Full address of a page of this installation; ``path`` with or without a slash in front."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/{path.lstrip('/')}"


def path_of(address: str) -> str:
    """The page of this installation that a full address leads to, for use within the portal."""
    parts = urlsplit(address)
    return urlunsplit(("", "", parts.path, parts.query, parts.fragment))


def connections_page(partner_slug: str, system: str = "") -> str:
    """The Connections page of a partner, at the card of the system."""
    return page(f"/p/{partner_slug}/connections/{f'#{system}' if system else ''}")


def connect_page(partner_slug: str, system: str) -> str:
    """The form that takes a system's credentials."""
    return page(f"/p/{partner_slug}/connections/{system}/")


def programs_page(partner_slug: str) -> str:
    """The list of programs, where their settings are."""
    return page(f"/p/{partner_slug}/programs/")


def program_settings_page(partner_slug: str, program_id: int) -> str:
    """The settings of a program, among them its notification addresses."""
    return page(f"/p/{partner_slug}/programs/{program_id}/edit/")


def messages_page(partner_slug: str) -> str:
    """What became of a partner's e-mails."""
    return page(f"/p/{partner_slug}/messages/")


def preferences_page(partner_slug: str) -> str:
    """Which e-mails of a partner the reader gets."""
    return page(f"/p/{partner_slug}/email-preferences/")


def run_page(partner_slug: str, run_id: int) -> str:
    """A run with its warnings and changes."""
    return page(f"/p/{partner_slug}/runs/{run_id}/")


def not_mapped_page(partner_slug: str, program_id: int) -> str:
    """The customers of a program that nobody mapped."""
    return page(f"/p/{partner_slug}/programs/{program_id}/billing/?tab=not_mapped")


def mapping_page(partner_slug: str, program_id: int, customer_id: int, motion: str) -> str:
    """Where a motion of a customer is mapped."""
    return page(f"/p/{partner_slug}/programs/{program_id}/billing/{customer_id}/{motion}/")


def customer_page(partner_slug: str, program_id: int, customer_id: int) -> str:
    """A customer with its charges and lines."""
    return page(f"/p/{partner_slug}/programs/{program_id}/customers/{customer_id}/")


def operator_page() -> str:
    """The operator's page with the open requests."""
    return page("/operator/")


def invitation_page(token: str) -> str:
    """Where an invitation is accepted."""
    return page(f"/invitations/{token}/")
