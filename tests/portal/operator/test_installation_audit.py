"""The installation's audit on the operator's pages, and what an operator does there."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from connections import services
from core.audit import COMMAND, Actor
from core.installation_audit import record_installation
from core.models import AuditEntry, InstallationEntry
from core.scope import partner_scope
from tests.portal.cast import Cast


def open_page(cast: Cast, **query: str) -> Any:
    return cast.client("olga").get("/operator/audit/", query)


def texts(page: Any) -> list[str]:
    return [entry.text for entry in page.context["table"].paginated_rows.data]


@pytest.fixture
def deeds() -> None:
    record_installation(COMMAND, "keys.rotated", "Sealed anew: 4, not opened: 0")
    record_installation(Actor("nobody"), "signin.failed", "Sign-in failed as an address that is nobody’s")
    record_installation(COMMAND, "backup.made", "Backup of 1,024 bytes")


def test_operators_see_who_did_what_to_the_installation(cast: Cast, deeds: None) -> None:
    page = open_page(cast)

    assert texts(page)[:3] == [
        "Backup of 1,024 bytes",
        "Sign-in failed as an address that is nobody’s",
        "Sealed anew: 4, not opened: 0",
    ]
    assert 'href="/operator/audit/"' in cast.client("olga").get("/operator/").content.decode()


def test_entries_are_found_by_who_what_and_day(cast: Cast, deeds: None) -> None:
    tomorrow = (timezone.now() + dt.timedelta(days=1)).date().isoformat()

    assert texts(open_page(cast, person="nobody")) == ["Sign-in failed as an address that is nobody’s"]
    assert texts(open_page(cast, action="keys")) == ["Sealed anew: 4, not opened: 0"]
    assert texts(open_page(cast, since=tomorrow)) == []
    assert "No match" in open_page(cast, since=tomorrow).content.decode()


def test_every_deed_of_a_command_can_be_picked(cast: Cast) -> None:
    """A deed that no choice names would be found by nobody."""
    call_command("maintenance", "on")
    call_command("maintenance", "off")
    call_command("rotate_keys")
    call_command("operator", "vera@northwind.example")
    actions = set(InstallationEntry.objects.values_list("action", flat=True))
    assert {"maintenance.on", "maintenance.off", "keys.rotated", "operator.made"} <= actions

    for action in actions:
        subject = action.partition(".")[0]
        page = open_page(cast, action=subject)
        assert not page.context["find"].errors, action
        assert action in {entry.action for entry in page.context["table"].paginated_rows.data}


def test_target_enabled_by_an_operator_is_in_both_audits_and_asks_who_it_is(cast: Cast) -> None:
    services.request_target(cast.northwind.pk, "syncro", Actor("alice@northwind.example", cast.users["alice"].pk))

    sent_away = cast.client("olga").post("/operator/northwind/syncro/enable/")

    assert sent_away.status_code == 302
    assert sent_away["Location"].startswith("/accounts/reauthenticate/?next=%2Foperator%2F")
    assert not InstallationEntry.objects.filter(action="target.enabled").exists()

    assert cast.sure("olga").post("/operator/northwind/syncro/enable/")["Location"] == "/operator/"

    entry = InstallationEntry.objects.get(action="target.enabled")
    assert (entry.actor_name, entry.text) == ("olga@operator.example", "Syncro enabled for northwind")
    with partner_scope(cast.northwind.pk):
        assert AuditEntry.objects.filter(action="target.enabled").count() == 1
