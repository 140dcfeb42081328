"""Credentials at rest."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from core.secrets import SealBroken, SealContext, seal, sealed_with_current_key, unseal

OLD = "old:" + base64.b64encode(b"o" * 32).decode()
NEW = "new:" + base64.b64encode(b"n" * 32).decode()
PLACE = SealContext(table="connections_secret", partner_id=1, row_id=7, name="client_secret")


@pytest.fixture(autouse=True)
def _old_key(settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = [OLD]


@given(st.text())
def test_sealed_value_opens_in_its_place(plaintext: str) -> None:
    assert unseal(seal(plaintext, PLACE), PLACE) == plaintext


def test_sealed_value_does_not_hold_the_plaintext() -> None:
    assert b"hunter2hunter2" not in seal("hunter2hunter2", PLACE)


def test_same_plaintext_is_sealed_differently_each_time() -> None:
    assert seal("hunter2", PLACE) != seal("hunter2", PLACE)


@pytest.mark.parametrize(
    "elsewhere",
    [
        SealContext(table="other", partner_id=1, row_id=7, name="client_secret"),
        SealContext(table="connections_secret", partner_id=2, row_id=7, name="client_secret"),
        SealContext(table="connections_secret", partner_id=1, row_id=8, name="client_secret"),
        SealContext(table="connections_secret", partner_id=1, row_id=7, name="api_token"),
    ],
)
def test_sealed_value_opens_nowhere_else(elsewhere: SealContext) -> None:
    with pytest.raises(SealBroken):
        unseal(seal("hunter2", PLACE), elsewhere)


def test_changed_value_is_an_error() -> None:
    sealed = bytearray(seal("hunter2", PLACE))
    sealed[-1] ^= 1
    with pytest.raises(SealBroken):
        unseal(bytes(sealed), PLACE)


def test_missing_key_is_an_error_and_never_ciphertext(settings: Settings) -> None:
    sealed = seal("hunter2", PLACE)
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    with pytest.raises(SealBroken, match="FIELD_ENCRYPTION_KEYS"):
        unseal(sealed, PLACE)


def test_wrong_key_under_the_right_name_is_an_error(settings: Settings) -> None:
    sealed = seal("hunter2", PLACE)
    settings.FIELD_ENCRYPTION_KEYS = ["old:" + NEW.partition(":")[2]]
    with pytest.raises(SealBroken):
        unseal(sealed, PLACE)


def test_ring_seals_with_first_key_and_opens_with_all(settings: Settings) -> None:
    before = seal("hunter2", PLACE)
    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    after = seal("hunter2", PLACE)
    assert unseal(before, PLACE) == unseal(after, PLACE) == "hunter2"
    assert (sealed_with_current_key(before), sealed_with_current_key(after)) == (False, True)
