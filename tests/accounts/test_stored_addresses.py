"""What the migration makes of people whom an older version stored, with or without a proof of their address."""

from __future__ import annotations

import importlib

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.db import connection

from accounts.identity import person_of
from accounts.models import User
from accounts.services import create_user

MIGRATION = importlib.import_module("accounts.migrations.0003_prove_stored_addresses")

pytestmark = pytest.mark.django_db


def stored(email: str, **row: object) -> User:
    """A person as the older version stored them, with one row of allauth where something is said of it."""
    user = User.objects.create_user(email, "correct horse battery staple")
    if row:
        EmailAddress.objects.create(**{"user": user, "email": email, **row})
    return user


def migrate() -> None:
    MIGRATION.prove_stored_addresses(apps, connection.schema_editor())


@pytest.mark.parametrize(
    "row",
    [{}, {"verified": False}, {"verified": True, "primary": True}],
    ids=["never signed in", "opened the page of their address", "signed in"],
)
def test_people_go_on_signing_in(client, row: dict[str, object]) -> None:
    user = stored("kim@northwind.example", **row)

    migrate()

    assert person_of("kim@northwind.example") == user
    login = {"login": "kim@northwind.example", "password": "correct horse battery staple"}
    assert client.post("/accounts/login/", login)["Location"] == "/"


def test_pending_addresses_are_forgotten() -> None:
    user = stored("kim@northwind.example", verified=True, primary=True)
    EmailAddress.objects.create(user=user, email="kim@elsewhere.example")

    migrate()

    assert list(EmailAddress.objects.values_list("email", "verified")) == [("kim@northwind.example", True)]


def test_address_that_a_press_made_count_is_nobodys_until_its_owner_comes() -> None:
    stranger = stored("victor@tailwind.example", verified=False, primary=True)

    migrate()

    assert person_of("victor@tailwind.example") is None
    victor = create_user(email="victor@tailwind.example")
    assert person_of("victor@tailwind.example") == victor
    stranger.refresh_from_db()
    assert stranger.email == f"person-{stranger.pk}@unproven.invalid"


def test_person_without_an_address_keeps_none() -> None:
    stored("")

    migrate()

    assert not EmailAddress.objects.exists()


def test_address_gets_its_one_spelling() -> None:
    ada = stored("ada@xn--bcher-kva.example")
    stored("kim@north\u200bwind.example")
    kim = stored("kim@northwind.example")

    migrate()

    assert person_of("ada@bücher.example") == ada
    assert person_of("kim@northwind.example") == kim
    rows = EmailAddress.objects.order_by("email").values_list("email", flat=True)
    assert list(rows) == ["ada@bücher.example", "kim@northwind.example"]
