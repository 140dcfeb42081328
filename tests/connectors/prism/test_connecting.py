"""PRISM's token, and the connection test."""

from __future__ import annotations

import pytest

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


def test_connection_test_names_the_account(vendor, prism):
    vendor.get(f"{API}/api/v1/me", json={"CustomerName": "Northwind IT"})
    vendor.get(f"{API}/api/v1/me/customers", json=CUSTOMERS)

    report = prism.test_connection()

    assert (report.account, report.warnings, report.missing) == ("Northwind IT", (), ())


def test_connection_test_warns_where_no_csp_agreement_shows(vendor, prism):
    vendor.get(f"{API}/api/v1/me", json={})
    vendor.get(f"{API}/api/v1/me/customers", json=[CUSTOMERS[1]])

    assert prism.test_connection().warnings == ("No Microsoft CSP agreement was found for this company.",)
