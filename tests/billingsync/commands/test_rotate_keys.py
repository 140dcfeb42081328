"""``rotate_keys``: credentials move to the new key, and the old one can go."""

from __future__ import annotations

import base64

import pytest
from pytest_django import Settings

from accounts.models import Partner
from connections.models import Secret
from connections.services import credentials_unchanged
from core.scope import partner_scope
from core.secrets import sealed_with_current_key
from tests.billingsync.commands.conftest import Run
from tests.onboarding import Vendors

NEW = "rotated:" + base64.b64encode(b"r" * 32).decode()


def test_secrets_move_to_the_new_key(run: Run, connected: Partner, vendors: Vendors, settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [NEW, *settings.FIELD_ENCRYPTION_KEYS]
    assert run("rotate_keys").told.strip() == "Sealed anew: 2"
    assert run("rotate_keys").told.strip() == "Sealed anew: 0"
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with partner_scope(connected.pk):
        assert all(sealed_with_current_key(bytes(secret.sealed)) for secret in Secret.objects.all())
    assert credentials_unchanged(connected.pk, "prism", vendors.prism)
    assert credentials_unchanged(connected.pk, "syncro", vendors.syncro)


@pytest.mark.usefixtures("connected")
def test_secret_that_no_key_opens_is_named(run: Run, settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    outcome = run("rotate_keys")
    assert outcome.code == 1
    assert "northwind: prism client_secret" in outcome.told
    assert "northwind: syncro api_token" in outcome.told


@pytest.mark.usefixtures("connected")
def test_secret_that_names_the_key_of_another_ring_is_opened_all_the_same(run: Run, settings: Settings) -> None:
    name = settings.FIELD_ENCRYPTION_KEYS[0].partition(":")[0]
    settings.FIELD_ENCRYPTION_KEYS = [f"{name}:" + base64.b64encode(b"o" * 32).decode()]

    outcome = run("rotate_keys")

    assert outcome.code == 1
    assert "northwind: prism client_secret" in outcome.told
    assert "northwind: syncro api_token" in outcome.told
