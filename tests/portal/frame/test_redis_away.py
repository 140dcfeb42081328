"""While Redis is away people stay signed in, and signing in says what is down."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.portal.cast import PASSWORD, Cast

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture
def without_cache(settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "billingsync.cache.PrefixedRedisCache", "LOCATION": NOWHERE}}


def test_people_stay_signed_in_while_redis_is_away(cast: Cast, without_cache: None) -> None:
    assert cast.client("vera").get("/p/northwind/").status_code == 200


def test_sign_in_says_what_is_down(cast: Cast, without_cache: None) -> None:
    answer = Client().post("/accounts/login/", {"login": cast.users["alice"].email, "password": PASSWORD})

    assert answer.status_code == 503
    assert "Redis, which counts attempts to sign in" in answer.content.decode()
    assert "sessionid" not in answer.cookies
