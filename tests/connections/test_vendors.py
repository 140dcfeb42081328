"""A vendor as its definition says it is: addresses, hosts and limits, with what an installation says itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import responses

from connections.clients import addresses_of, build_limiter, target_client
from connections.limits import gates_of, known_limit, seconds_per_call
from connectors.definition import Address
from connectors.edge.http import Edge
from connectors.errors import ConfigurationError
from connectors.limits import NO_LIMIT_KNOWN, CountedBy, RequestLimit
from connectors.registry import SYSTEMS, get_target

pytestmark = pytest.mark.django_db  # a client asks whether writes are off here

HERE = {"subdomain": "acme.sample.example", "api_token": "a-secret-token"}
THERE = {**HERE, "subdomain": "other.sample.example"}


class Lookup:
    """A client whose token is at an address that the vendor's own answer names."""

    def __init__(self, credentials: Mapping[str, str], edge: Edge) -> None:
        self._base = edge.url("sample").replace("{instance}", credentials["subdomain"])
        self._edge = edge

    def token(self) -> object:
        told: Any = self._edge.call("GET", f"{self._base}/AuthInfo").payload
        return self._edge.call("POST", f"{told['auth_url']}/token", form={"secret": "s"}, repeatable=True).payload


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch, redis_url: str, settings: Any) -> None:
    """A vendor that is found by its instance, counts by it, and says no number for an address."""
    settings.REDIS_URL = redis_url
    definition = replace(
        get_target("syncro"),
        name="sample",
        label="Sample",
        addresses={"sample": Address("https://{instance}/api")},
        hosts=(".sample.example",),
        limits=(RequestLimit(700, 300, by=CountedBy.ACCOUNT),),
        account_of=lambda given: given["subdomain"],
        open=Lookup,
    )
    monkeypatch.setitem(SYSTEMS, "sample", definition)


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def token_of(credentials: Mapping[str, str]) -> object:
    client: Any = target_client("sample", credentials)
    return client.token()


@pytest.mark.usefixtures("sample")
def test_address_may_come_from_credentials_and_from_a_look_up(wire):
    wire.get("https://acme.sample.example/api/AuthInfo", json={"auth_url": "https://login.sample.example/auth"})
    wire.post("https://login.sample.example/auth/token", json={"access_token": "x"})

    assert token_of(HERE) == {"access_token": "x"}


@pytest.mark.usefixtures("sample")
def test_look_up_that_leads_elsewhere_gets_no_secret(wire):
    wire.get("https://acme.sample.example/api/AuthInfo", json={"auth_url": "https://sample.example.evil.example"})

    with pytest.raises(ConfigurationError, match="does not belong"):
        token_of(HERE)

    assert len(wire.calls) == 1


@pytest.mark.usefixtures("sample")
def test_credentials_that_lead_elsewhere_are_refused_before_a_call(wire):
    with pytest.raises(ConfigurationError, match="does not belong"):
        token_of({**HERE, "subdomain": "evil.example"})

    assert len(wire.calls) == 0


@pytest.mark.usefixtures("sample")
def test_limit_of_an_account_is_its_own_and_counts_in_its_own_time():
    here, there = (SYSTEMS["sample"].account_key(each) for each in (HERE, THERE))

    assert build_limiter("sample", here).try_acquire() == 0.0
    assert build_limiter("sample", there).try_acquire() == 0.0
    assert 0 < build_limiter("sample", here).try_acquire() <= 300 / (700 * 0.985)
    assert seconds_per_call("sample") == 300 / (700 * 0.985)
    assert known_limit("sample") == 0  # of an outgoing address


@pytest.mark.usefixtures("sample")
def test_account_has_one_limit_whatever_address_asks(settings):
    settings.EGRESS_ID = "first"
    first = gates_of("sample", "acme")
    settings.EGRESS_ID = "second"

    assert gates_of("sample", "acme") == first


def test_egress_has_one_limit_whatever_account_asks(settings):
    settings.EGRESS_ID = "first"
    first = gates_of("syncro", "acme")

    assert gates_of("syncro", "other") == first
    settings.EGRESS_ID = "second"
    assert gates_of("syncro", "acme") != first


def test_of_several_limits_the_slowest_decides(monkeypatch):
    several = (RequestLimit(1000, 60), RequestLimit(5000, 3600), RequestLimit(100, 1))
    monkeypatch.setitem(SYSTEMS, "syncro", replace(get_target("syncro"), limits=several))

    (gate,) = gates_of("syncro", "")

    assert (gate.requests, gate.seconds) == (5000, 3600)
    assert known_limit("syncro") == 83


@pytest.mark.parametrize(("said", "space"), [(None, 60 / (180 * 0.985)), (90, 60 / (90 * 0.985)), (0, 0.0)])
def test_installation_may_say_another_number(settings, said, space):
    settings.SYNCRO_REQUESTS_PER_MINUTE = said

    assert seconds_per_call("syncro") == space


def test_vendor_of_whom_no_limit_is_known_has_a_pace(settings):
    settings.UNKNOWN_LIMIT_REQUESTS_PER_MINUTE = None
    (gate,) = gates_of("prism", "")

    assert (gate.requests, gate.seconds, known_limit("prism")) == (NO_LIMIT_KNOWN.requests, 60, 0)
    settings.UNKNOWN_LIMIT_REQUESTS_PER_MINUTE = 30
    assert seconds_per_call("prism") == 60 / (30 * 0.985)


def test_each_setting_that_a_definition_names_is_there(settings):
    named = {address.setting for each in SYSTEMS.values() for address in each.addresses.values() if address.setting}
    named |= {limit.setting for each in SYSTEMS.values() for limit in each.limits if limit.setting}

    assert {name for name in named if not hasattr(settings, name)} == set()
    assert {"SYNCRO_BASE_URL", "SYNCRO_REQUESTS_PER_MINUTE", "PRISM_API_URL", "PRISM_IDENTITY_URL"} <= named


def test_installation_may_point_a_vendor_elsewhere(settings):
    settings.PRISM_API_URL = "https://demo.example.com"
    settings.PRISM_IDENTITY_URL = None

    assert addresses_of("prism") == {
        "prism_identity": "https://identity.prismportal.online/core/connect/token",
        "prism_api": "https://demo.example.com",
    }
