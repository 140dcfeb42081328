"""What a worker does with the tests of credentials that were asked for."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import Partner
from connections.checking import run_check
from connections.models import CheckState, CredentialCheck
from core.scope import partner_scope


def run_waiting_checks(partner: Partner) -> int:
    """Do what waits; answers how many tests that were."""
    with partner_scope(partner.pk):
        waiting = list(CredentialCheck.objects.filter(state=CheckState.WAITING).values_list("pk", flat=True))
    for pk in waiting:
        run_check(partner.pk, pk)
    return len(waiting)


def press(browser: Client, partner: Partner, path: str, values: dict[str, str] | None = None) -> Any:
    """Press a button that has credentials tested, and follow the page to its end."""
    pressed = browser.post(path, values or {})
    if not run_waiting_checks(partner):
        return pressed
    return browser.get(pressed["Location"], follow=True)
