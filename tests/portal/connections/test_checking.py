"""Tests of credentials are a worker's: no page waits for a vendor."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from connections import checking
from connections.models import CheckState, Connection, ConnectionStatus, CredentialCheck
from core.scope import partner_scope
from tests.onboarding import Vendors, vendors
from tests.portal.cast import Cast
from tests.portal.connections.checks import press, run_waiting_checks

__all__ = ["vendors"]

PRISM = "/p/northwind/connections/prism/"
HTMX = {"hx-request": "true"}


@pytest.fixture
def adam(cast: Cast, vendors: Vendors) -> Client:
    """The admin, with PRISM connected."""
    browser = cast.client("adam")
    press(browser, cast.northwind, PRISM, vendors.prism)
    return browser


def checks(cast: Cast) -> list[CredentialCheck]:
    with partner_scope(cast.northwind.pk):
        return list(CredentialCheck.objects.order_by("pk"))


def test_no_button_calls_a_vendor_while_the_page_is_made(cast: Cast, vendors: Vendors) -> None:
    adam = cast.client("adam")
    pressed = adam.post(PRISM, vendors.prism)
    before = vendors.calls()
    page = adam.get(pressed["Location"]).content.decode()
    assert run_waiting_checks(cast.northwind) == 1
    after = vendors.calls()
    adam.post(f"{PRISM}test/")
    again = vendors.calls()
    run_waiting_checks(cast.northwind)

    assert (before, again) == (0, after)
    assert 0 < after < vendors.calls()
    assert "PRISM is being asked" in page


def test_partner_has_one_test_under_way(adam: Client, cast: Cast) -> None:
    first = adam.post(f"{PRISM}test/")
    second = adam.post(f"{PRISM}test/", follow=True)

    assert first["Location"] == f"{PRISM}tested/"
    assert "A test is under way already" in second.content.decode()
    assert [check.state for check in checks(cast)] == [CheckState.PASSED, CheckState.WAITING]


def test_test_that_no_worker_ends_keeps_nobody_from_the_next(adam: Client, cast: Cast) -> None:
    adam.post(f"{PRISM}test/")
    with partner_scope(cast.northwind.pk):
        CredentialCheck.objects.update(asked_at=timezone.now() - checking.GIVEN_UP_AFTER - dt.timedelta(seconds=1))

    told = adam.get(f"{PRISM}tested/", follow=True).content.decode()
    adam.post(f"{PRISM}test/")

    assert "The test did not end" in told
    assert [check.state for check in checks(cast)][1:] == [CheckState.REFUSED, CheckState.WAITING]


def test_page_follows_the_test(adam: Client, cast: Cast) -> None:
    adam.post(f"{PRISM}test/")
    under_way = adam.get(f"{PRISM}tested/", headers=HTMX)
    run_waiting_checks(cast.northwind)
    over = adam.get(f"{PRISM}tested/", headers=HTMX)
    page = adam.get(f"{PRISM}tested/", follow=True).content.decode()

    assert 'hx-trigger="every 1s"' in under_way.content.decode()
    assert over["HX-Refresh"] == "true"
    assert "PRISM works." in page


def test_what_was_entered_is_sealed_and_forgotten(cast: Cast, vendors: Vendors) -> None:
    secret = vendors.prism["client_secret"]
    cast.client("adam").post(PRISM, vendors.prism)
    waiting = checks(cast)[0]
    run_waiting_checks(cast.northwind)

    assert waiting.entered
    assert secret.encode() not in bytes(waiting.entered)
    assert secret not in str(waiting.shown)
    assert checks(cast)[0].entered is None


def test_refused_form_keeps_what_is_no_secret(cast: Cast, vendors: Vendors) -> None:
    entered = {"client_id": "some-client", "client_secret": "sample-wrong-value", "currency": "eur"}

    response = press(cast.client("adam"), cast.northwind, PRISM, entered)

    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="some-client"' in page
    assert 'value="EUR"' in page
    assert "sample-wrong-value" not in page


def test_vendor_that_does_not_answer_leaves_the_connection_as_it_is(
    adam: Client, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connections.testing.TEST_SECONDS", 0.0)

    page = press(adam, cast.northwind, f"{PRISM}test/").content.decode()

    with partner_scope(cast.northwind.pk):
        assert Connection.objects.get(system="prism").status == ConnectionStatus.CONNECTED
    assert "PRISM took too long to answer" in page


def test_end_of_a_test_is_told_once(adam: Client, cast: Cast) -> None:
    adam.post(f"{PRISM}test/")
    run_waiting_checks(cast.northwind)

    first = adam.get(f"{PRISM}tested/", follow=True).content.decode()
    later = adam.get(f"{PRISM}tested/", follow=True)

    assert "PRISM works." in first
    assert "PRISM works." not in later.content.decode()
    assert later.redirect_chain[-1][0] == "/p/northwind/connections/"
