"""Addresses of the pages that e-mails lead to."""

from __future__ import annotations

from django.conf import settings


def page(path: str) -> str:
    """Full address of a page of this installation; ``path`` with or without a slash in front."""
    return f"{settings.PUBLIC_URL.rstrip('/')}/{path.lstrip('/')}"


def connections_page(partner_slug: str) -> str:
    """The Connections page of a partner."""
    return page(f"/p/{partner_slug}/connections/")


def operator_page() -> str:
    """The operator's page with the open requests."""
    return page("/operator/")


def invitation_page(token: str) -> str:
    """Where an invitation is accepted."""
    return page(f"/invitations/{token}/")
