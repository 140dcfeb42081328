"""Calls go to a vendor's own hosts, whatever an address was made of."""

from __future__ import annotations

import pytest

from connectors.edge.allowed_hosts import AllowedHosts
from connectors.errors import ConfigurationError
from tests.connectors.conftest import API


@pytest.mark.parametrize(
    ("base", "url", "allowed"),
    [
        ("https://api.vendor.example/v1", "https://api.vendor.example/other", True),
        ("https://api.vendor.example/v1", "https://API.Vendor.example:443/v1", True),
        ("https://api.vendor.example", "https://vendor.example/", False),
        ("https://api.vendor.example", "https://x.api.vendor.example/", False),
        ("https://api.vendor.example", "https://api.vendor.example.evil.example/", False),
        ("https://api.vendor.example", "https://api.vendor.example@evil.example/", False),
        ("https://{name}.vendor.example/api", "https://acme.vendor.example/api", True),
        ("https://{name}.vendor.example/api", "https://acme.shield.vendor.example/api", True),
        ("https://{name}.vendor.example/api", "https://vendor.example/api", False),
        ("https://{name}.vendor.example/api", "https://evilvendor.example/api", False),
        ("https://{name}.vendor.example/api", "https://evil.example/.vendor.example", False),
        ("https://{name}.vendor.example/api", "https://evil.example#.vendor.example", False),
        ("http://127.0.0.1:8001/{name}/api", "http://127.0.0.1:8001/acme/api", True),
        ("http://[::1]:8001/{name}/api", "http://[::1]:8001/acme/api", True),
        ("https://{instance}/api", "https://anything.example/api", False),
        ("https://api{n}.vendor.example", "https://api7.vendor.example", True),
        ("", "https://", False),
        ("https://api.vendor.example", "https://[broken/", False),
    ],
)
def test_host_of_a_base_address_is_allowed_and_no_other(base: str, url: str, allowed: bool) -> None:
    assert AllowedHosts([base]).allow(url) is allowed


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://acme.vendor.example/", True),
        ("https://login.example/token", True),
        ("https://vendor.example/", False),
        ("https://x.login.example/", False),
    ],
)
def test_further_hosts_are_named_one_by_one_or_as_a_domain(url: str, allowed: bool) -> None:
    hosts = AllowedHosts(["https://{instance}/api"], (".Vendor.example", "login.example"))

    assert hosts.allow(url) is allowed


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_call_to_another_host_is_refused_before_anything_is_sent(vendor, make_edge, method):
    vendor.add(method, "https://evil.example/x", json={})
    edge = make_edge(urls={"vendor": API}, hosts=())

    with pytest.raises(ConfigurationError, match="does not belong to this service") as caught:
        edge.call(method, "https://evil.example/x", headers={"Authorization": "Bearer a-secret-token"})

    assert (len(vendor.calls), edge.calls) == (0, {})
    assert "evil.example" in caught.value.detail
    assert "a-secret-token" not in caught.value.detail


def test_download_from_another_host_is_refused(vendor, make_edge):
    vendor.get("https://evil.example/x", body="a,b")
    edge = make_edge(urls={"vendor": API}, hosts=())

    with pytest.raises(ConfigurationError), edge.download("https://evil.example/x"):
        pass

    assert len(vendor.calls) == 0
