"""Second factors are kept sealed."""

from __future__ import annotations

import base64

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator

from accounts.second_factors import rotate_second_factors
from accounts.services import create_user
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


@pytest.mark.django_db
def test_second_factor_moves_to_the_new_key(settings) -> None:
    user = create_user(email="a.person@example.com")
    factor = Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt("JBSWY3DPEHPK3PXP")}
    )
    new = "rotated:" + base64.b64encode(b"r" * 32).decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *settings.FIELD_ENCRYPTION_KEYS]

    assert rotate_second_factors() == (1, [])
    assert rotate_second_factors() == (0, [])

    settings.FIELD_ENCRYPTION_KEYS = [new]
    factor.refresh_from_db()
    assert get_adapter().decrypt(factor.data["secret"]) == "JBSWY3DPEHPK3PXP"
