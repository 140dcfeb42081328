"""Second factors are kept sealed."""

from __future__ import annotations

import base64

import pytest
from allauth.mfa.adapter import get_adapter

from core.secrets import SealBroken


def test_mfa_secret_is_sealed_and_opens_again() -> None:
    sealed = get_adapter().encrypt("JBSWY3DPEHPK3PXP")

    assert "JBSWY3DPEHPK3PXP" not in sealed
    assert b"JBSWY3DPEHPK3PXP" not in base64.b64decode(sealed)
    assert get_adapter().decrypt(sealed) == "JBSWY3DPEHPK3PXP"


def test_mfa_secret_sealed_with_a_lost_key_is_an_error(settings) -> None:
    sealed = get_adapter().encrypt("JBSWY3DPEHPK3PXP")
    settings.FIELD_ENCRYPTION_KEYS = ["other:" + base64.b64encode(b"k" * 32).decode()]

    with pytest.raises(SealBroken):
        get_adapter().decrypt(sealed)
