"""PRISM's token, and the connection test."""

from __future__ import annotations

import pytest
import time_machine

from connectors.errors import (
    ConfigurationError,
    UnexpectedAnswer,
)
from connectors.prism.client import PrismClient
from tests.connectors.prism.conftest import (
    API,
    CUSTOMERS,
    IDENTITY,
    SECRET,
    bearers,
)


def test_token_is_asked_with_the_credentials_in_the_body_and_used_again(vendor, prism):
    vendor.get(f"{API}/api/v1/me", json={"CustomerName": "Northwind IT"})

    prism.me()
    assert prism.me() == "Northwind IT"

    first = vendor.calls[0].request
    assert first.body == (
        b"grant_type=client_credentials&client_id=abc&client_secret=prism-client-secret&scope=rhipeapi"
    )
    assert "Authorization" not in first.headers
    assert bearers(vendor) == ["Bearer token-1-of-prism"] * 2
    assert prism.calls == {"GET": 2}


def test_token_is_renewed_before_its_end(vendor, prism, now):
    vendor.get(f"{API}/api/v1/me", json={})

    prism.me()
    now[0] += 3600 - 60
    prism.me()

    assert bearers(vendor) == ["Bearer token-1-of-prism", "Bearer token-2-of-prism"]


def test_refused_token_is_replaced_once(vendor, prism):
    vendor.get(f"{API}/api/v1/me", status=401)
    vendor.get(f"{API}/api/v1/me", json={"CustomerName": "Northwind IT"})

    assert prism.me() == "Northwind IT"
    assert bearers(vendor) == ["Bearer token-1-of-prism", "Bearer token-2-of-prism"]


def test_token_refused_twice_is_for_the_partner_to_solve(vendor, prism):
    vendor.get(f"{API}/api/v1/me", status=401, body="denied token-2-of-prism")

    with pytest.raises(ConfigurationError) as caught:
        prism.me()

    assert prism.calls == {"GET": 2}
    assert "Manage Client Credentials" in str(caught.value)
    assert "token-2" not in caught.value.detail


@pytest.mark.parametrize("status", [400, 401])
def test_wrong_credentials_say_where_to_make_new_ones(vendor, make_edge, status):
    vendor.post(IDENTITY, status=status, json={"error": "invalid_client", "client_secret": SECRET})
    client = PrismClient({"client_id": "abc", "client_secret": SECRET}, make_edge(system="prism"))

    with pytest.raises(ConfigurationError) as caught:
        client.me()

    assert "Manage Client Credentials > Generate" in str(caught.value)
    assert SECRET not in caught.value.detail


def test_answer_without_token_is_unexpected(vendor, make_edge):
    vendor.post(IDENTITY, json={"token_type": "Bearer"})
    with pytest.raises(UnexpectedAnswer):
        PrismClient({"client_id": "abc", "client_secret": SECRET}, make_edge(system="prism")).me()


@pytest.fixture
def readable():
    """All that the connection test reads, and what is answered; the day is 5 October 2026."""
    with time_machine.travel("2026-10-05T12:00:00Z", tick=False):
        yield {
            "/api/v1/me": {"json": {"CustomerName": "Northwind IT"}},
            "/api/v1/me/customers": {"json": CUSTOMERS},
            "/api/v2/contractagreements/ca-1/tenants": {"json": []},
            "/api/v2/me/pricing/ca-1/pricelist/2026/10/5/": {"json": {"ProductGroups": []}},
            "/api/v2/invoices": {"json": {"Records": []}},
        }


def report_of(vendor, prism, answers):
    for path, answer in answers.items():
        vendor.get(f"{API}{path}", **answer)
    report = prism.test_connection()
    return report, {permission.name: permission.state for permission in report.permissions}


def test_connection_test_names_the_account_and_each_reading(vendor, prism, readable):
    report, states = report_of(vendor, prism, readable)

    assert (report.account, report.warnings, report.missing) == ("Northwind IT", (), ())
    assert states == {
        "Companies and their agreements": "granted",
        "Microsoft tenants and subscriptions": "granted",
        "Price list": "granted",
        "Invoices": "granted",
    }


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v2/contractagreements/ca-1/tenants", "Microsoft tenants and subscriptions"),
        ("/api/v2/me/pricing/ca-1/pricelist/2026/10/5/", "Price list"),
        ("/api/v2/invoices", "Invoices"),
    ],
)
def test_reading_that_is_refused_is_missing_by_its_name(vendor, prism, readable, path, name, status):
    report, _states = report_of(vendor, prism, {**readable, path: {"status": status}})

    assert report.missing == (name,)


def test_without_the_companies_the_tenants_are_tried_directly(vendor, prism, readable):
    answers = {
        "/api/v1/me": readable["/api/v1/me"],
        "/api/v1/me/customers": {"status": 403},
        "/api/v2/microsoftcsp/tenants": {"json": []},
        "/api/v2/invoices": {"json": []},
    }

    report, states = report_of(vendor, prism, answers)

    assert report.missing == ("Companies and their agreements",)
    assert (set(states), report.warnings) == (
        {"Companies and their agreements", "Microsoft tenants and subscriptions", "Invoices"},
        (),
    )


@pytest.mark.parametrize(
    ("status", "state"), [(404, "granted"), (500, "not answered now, tried again at the first sync")]
)
def test_list_that_does_not_answer_is_held_against_nobody(vendor, prism, readable, status, state):
    path = "/api/v2/me/pricing/ca-1/pricelist/2026/10/5/"

    report, states = report_of(vendor, prism, {**readable, path: {"status": status}})

    assert (states["Price list"], report.missing) == (state, ())


def test_connection_test_warns_where_no_csp_agreement_shows(vendor, prism):
    answers = {
        "/api/v1/me": {"json": {}},
        "/api/v1/me/customers": {"json": [CUSTOMERS[1]]},
        "/api/v2/microsoftcsp/tenants": {"json": []},
        "/api/v2/invoices": {"json": []},
    }

    report, states = report_of(vendor, prism, answers)

    assert report.warnings == ("No Microsoft CSP agreement was found for this company.",)
    assert "Price list" not in states
