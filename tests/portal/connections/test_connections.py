"""Connections: cards, the credential form against the vendors' wire, requests and the operator."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import Partner
from connections import alerts
from connections.models import Connection, ConnectionStatus, Trouble
from core.scope import partner_scope
from notifications.models import Message
from tests import factories as make
from tests.onboarding import Vendors, vendors
from tests.portal.cast import PASSWORD, Cast, Shop
from tests.portal.connections.checks import press

__all__ = ["vendors"]


def connection_of(partner: Partner, system: str) -> Connection | None:
    with partner_scope(partner.pk):
        return Connection.objects.filter(system=system).first()


def test_admin_connects_a_source(cast: Cast, vendors: Vendors) -> None:
    response = press(cast.client("adam"), cast.northwind, "/p/northwind/connections/prism/", vendors.prism)

    connection = connection_of(cast.northwind, "prism")
    assert connection is not None
    assert connection.status == ConnectionStatus.CONNECTED
    page = response.content.decode()
    assert "PRISM is connected" in page
    assert vendors.prism["client_secret"] not in page


def test_card_lists_what_the_credentials_of_a_source_can_read(cast: Cast, vendors: Vendors) -> None:
    response = press(cast.client("adam"), cast.northwind, "/p/northwind/connections/prism/", vendors.prism)
    page = response.content.decode()

    for name in ("Companies and their agreements", "Microsoft tenants and subscriptions", "Price list", "Invoices"):
        assert f"<div>{name}</div>" in page


def test_refused_credentials_save_nothing_and_say_what_to_do(cast: Cast, vendors: Vendors) -> None:
    wrong = {"client_id": vendors.prism["client_id"], "client_secret": "sample-wrong-value"}

    response = press(cast.client("adam"), cast.northwind, "/p/northwind/connections/prism/", wrong)

    page = response.content.decode()
    assert response.status_code == 422
    assert connection_of(cast.northwind, "prism") is None
    assert "Nothing was saved" in page
    assert vendors.prism["client_id"] in page
    assert "sample-wrong-value" not in page


def test_stored_secret_is_never_shown(cast: Cast, vendors: Vendors) -> None:
    adam = cast.client("adam")
    press(adam, cast.northwind, "/p/northwind/connections/prism/", vendors.prism)
    adam.post("/accounts/reauthenticate/", {"password": PASSWORD})

    page = adam.get("/p/northwind/connections/prism/").content.decode()

    assert "Stored on" in page
    assert vendors.prism["client_id"] in page
    assert vendors.prism["client_secret"] not in page


def test_replacing_credentials_asks_for_the_password_first(cast: Cast, vendors: Vendors) -> None:
    adam = cast.client("adam")
    press(adam, cast.northwind, "/p/northwind/connections/prism/", vendors.prism)

    read = adam.get("/p/northwind/connections/prism/")
    written = adam.post("/p/northwind/connections/prism/", {"client_id": "other", "client_secret": "sample-posted"})

    assert read["Location"].startswith("/accounts/reauthenticate/")
    assert written["Location"].startswith("/accounts/reauthenticate/")
    assert "sample-posted" not in str(dict(adam.session))


def test_target_is_requested_enabled_and_connected(cast: Cast, vendors: Vendors) -> None:
    adam, olga = cast.client("adam"), cast.sure("olga")
    adam.post("/p/northwind/connections/syncro/request/")
    asked = olga.get("/operator/").content.decode()

    olga.post("/operator/northwind/syncro/enable/")
    ready = connection_of(cast.northwind, "syncro")
    press(adam, cast.northwind, "/p/northwind/connections/syncro/", vendors.syncro)

    assert "Northwind IT" in asked
    assert ready is not None
    assert ready.status == ConnectionStatus.READY
    done = connection_of(cast.northwind, "syncro")
    assert done is not None
    assert done.status == ConnectionStatus.CONNECTED
    with partner_scope(cast.northwind.pk):
        assert sorted(Message.objects.values_list("kind", flat=True)) == ["target_enabled", "target_requested"]


def test_target_cannot_be_connected_before_it_is_enabled(cast: Cast, vendors: Vendors) -> None:
    response = cast.client("adam").post("/p/northwind/connections/syncro/", vendors.syncro)

    assert response["Location"] == "/p/northwind/connections/"
    assert connection_of(cast.northwind, "syncro") is None


@pytest.mark.parametrize("subdomain", ["evil.example.com", "127.0.0.1", "northwind.syncromsp.com.evil.example"])
def test_foreign_hosts_are_refused_as_subdomain(cast: Cast, vendors: Vendors, subdomain: str) -> None:
    cast.sure("olga").post("/operator/northwind/syncro/enable/")

    entered = {"subdomain": subdomain, "api_token": "sample-token"}
    response = press(cast.client("adam"), cast.northwind, "/p/northwind/connections/syncro/", entered)

    assert response.status_code == 422
    stored = connection_of(cast.northwind, "syncro")
    assert stored is not None
    assert stored.status == ConnectionStatus.READY


def test_disconnecting_says_what_stops_and_forgets_the_secrets(cast: Cast, vendors: Vendors) -> None:
    adam = cast.client("adam")
    press(adam, cast.northwind, "/p/northwind/connections/prism/", vendors.prism)
    adam.post("/accounts/reauthenticate/", {"password": PASSWORD})

    warned = adam.get("/p/northwind/connections/prism/disconnect/").content.decode()
    adam.post("/p/northwind/connections/prism/disconnect/")

    connection = connection_of(cast.northwind, "prism")
    assert "No program that is switched on uses it" in warned
    assert connection is not None
    with partner_scope(cast.northwind.pk):
        assert connection.secrets.count() == 0


@pytest.mark.parametrize("requested", [True, False])
def test_what_is_not_connected_cannot_be_disconnected_past_the_operator(cast: Cast, requested: bool) -> None:
    adam = cast.client("adam")
    adam.post("/accounts/reauthenticate/", {"password": PASSWORD})
    if requested:
        adam.post("/p/northwind/connections/syncro/request/")

    page = adam.post("/p/northwind/connections/syncro/disconnect/", follow=True).content.decode()

    connection = connection_of(cast.northwind, "syncro")
    assert "Syncro is not connected." in page
    assert (connection and connection.status) == (ConnectionStatus.REQUESTED if requested else None)


def test_problem_of_a_connection_is_shown_with_its_cure(cast: Cast, shop: Shop) -> None:
    with partner_scope(cast.northwind.pk):
        Connection.objects.filter(system="syncro").update(
            status="attention", problem="Syncro refused the token. Create a new one, then replace it here."
        )

    for path in ("/p/northwind/connections/", "/p/northwind/"):
        assert "Create a new one, then replace it here." in cast.client("vera").get(path).content.decode()


def test_disconnecting_names_programs_mappings_the_next_sync_and_a_running_one(cast: Cast, shop: Shop) -> None:
    adam = cast.client("adam")
    adam.post("/accounts/reauthenticate/", {"password": PASSWORD})
    with partner_scope(cast.northwind.pk):
        shop.program.next_due_at = timezone.now() + dt.timedelta(hours=5)
        shop.program.save()
        make.RunFactory(program=shop.program, state="applying", status="", done=3, total=8)

    response = adam.get("/p/northwind/connections/syncro/disconnect/")

    told = [(each.text, each.urgent) for each in response.context["consequences"]]
    assert told == [
        ("A billing sync is under way (3 of 8 done): it ends at its next call. What it has written stays.", True),
        ("Microsoft CSP, from PRISM to Syncro, stops. Its next sync will do nothing but fail:", False),
        ("1 mapping kept, 1 switched on: nothing new is billed by them.", False),
    ]
    assert "What it means" in response.content.decode()


def test_card_says_since_when_the_credentials_are_stored(cast: Cast, vendors: Vendors) -> None:
    adam = cast.client("adam")
    press(adam, cast.northwind, "/p/northwind/connections/prism/", vendors.prism)

    assert "Credentials stored" in adam.get("/p/northwind/connections/").content.decode()


def test_history_tells_when_it_worked_when_not_and_who_did_what(cast: Cast, vendors: Vendors) -> None:
    adam = cast.client("adam")
    press(adam, cast.northwind, "/p/northwind/connections/prism/", vendors.prism)
    with partner_scope(cast.northwind.pk):
        connection = Connection.objects.get()
        alerts.note_failure(connection, "PRISM refused the secret. Replace it.", "401")
        alerts.note_failure(connection, "PRISM still refuses the secret.", "401")  # the same in other words
        alerts.note_failure(connection, "PRISM hides its invoices.", "403", Trouble.PERMISSION)
    press(adam, cast.northwind, "/p/northwind/connections/prism/test/")

    response = cast.client("vera").get("/p/northwind/connections/prism/history/")

    stood = [(spell.status, spell.problem) for spell, _seconds in response.context["spells"]]
    assert stood == [
        ("connected", ""),
        ("attention", "PRISM hides its invoices."),
        ("attention", "PRISM refused the secret. Replace it."),
        ("connected", ""),
        ("ready", ""),
    ]
    facts = [(fact.actor_name, fact.text) for fact in response.context["facts"]]
    assert facts == [
        ("adam@northwind.example", "PRISM tested: works"),
        ("adam@northwind.example", f"PRISM credentials stored: {connection.account}"),
    ]
    page = response.content.decode()
    assert vendors.prism["client_secret"] not in page
    assert "401" not in page


def test_failed_test_is_in_the_history(cast: Cast, vendors: Vendors) -> None:
    adam = cast.client("adam")
    press(adam, cast.northwind, "/p/northwind/connections/prism/", vendors.prism)
    with partner_scope(cast.northwind.pk):
        Connection.objects.update(credentials={"client_id": "gone"})

    press(adam, cast.northwind, "/p/northwind/connections/prism/test/")

    facts = cast.client("vera").get("/p/northwind/connections/prism/history/").context["facts"]
    assert facts[0].text == "PRISM tested: does not work"


@pytest.mark.parametrize(("system", "status"), [("syncro", 200), ("nothing", 404)])
def test_history_of_what_was_never_connected(cast: Cast, system: str, status: int) -> None:
    response = cast.client("vera").get(f"/p/northwind/connections/{system}/history/")

    assert response.status_code == status
    assert ("Nothing has happened yet" in response.content.decode()) == (status == 200)
