"""What is so with the whole installation stands on every page; in maintenance a pressed button is told so."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from core.installation import SWITCHED_OFF
from core.models import Installation
from tests.portal.cast import PASSWORD, Cast

PAGES = ("/p/northwind/", "/p/northwind/audit/", "/p/nobody/", "/accounts/email/", "/accounts/2fa/")
ENTRANCES = ("/accounts/login/", "/accounts/password/reset/")


def pages(cast: Cast) -> list[str]:
    signed_in, anybody = cast.client("alice"), Client()
    texts = [signed_in.get(path).content.decode() for path in PAGES]
    return texts + [anybody.get(path).content.decode() for path in ENTRANCES]


def test_every_page_says_that_writes_are_off(cast: Cast, settings: Any) -> None:
    assert not [text for text in pages(cast) if SWITCHED_OFF in text]

    settings.WRITES = False

    assert [text.count(SWITCHED_OFF) for text in pages(cast)] == [1] * len(PAGES + ENTRANCES)


def test_maintenance_shows_its_note_and_lets_nothing_be_changed(cast: Cast) -> None:
    alice = cast.client("alice")
    call_command("maintenance", "on", "--note", "Back at 14:00 UTC.")

    refused = alice.post("/p/northwind/settings/", {"name": "Renamed"})
    page = alice.get("/p/northwind/")

    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "300")
    assert "Nothing was done" in refused.content.decode()
    assert "Back at 14:00 UTC." in page.content.decode()
    assert [each.maintenance_note for each in Installation.objects.all()] == ["Back at 14:00 UTC."]

    call_command("maintenance", "off")

    assert alice.post("/p/northwind/settings/", {"name": "Renamed"}).status_code != 503
    assert "Back at 14:00 UTC." not in alice.get("/p/northwind/").content.decode()


@pytest.mark.parametrize("state", ["on", "off"])
def test_people_sign_in_during_maintenance(cast: Cast, state: str) -> None:
    call_command("maintenance", state)

    answer = Client().post("/accounts/login/", {"login": cast.users["alice"].email, "password": PASSWORD})

    assert answer.status_code == 302


def test_people_sign_in_by_passkey_during_maintenance(cast: Cast) -> None:
    call_command("maintenance", "on")

    answer = Client().post("/accounts/2fa/webauthn/login/", {"credential": "{}"})

    assert "Nothing was done" not in answer.content.decode()
    assert answer.status_code != 503
