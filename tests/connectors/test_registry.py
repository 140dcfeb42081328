"""The list of vendor systems, as the product sees it."""

from __future__ import annotations

import pytest

from connectors.registry import SYSTEMS, Source, SystemRole, Target, get_source, get_target
from tests.connectors.conftest import URLS

CREDENTIALS = {"client_id": "a", "client_secret": "secret", "subdomain": "acme", "api_token": "token"}


def test_systems_are_known_by_name_and_role():
    assert {name: system.role for name, system in SYSTEMS.items()} == {
        "prism": SystemRole.SOURCE,
        "syncro": SystemRole.TARGET,
    }


def test_source_and_target_are_not_mistaken_for_each_other():
    for get, name in ((get_source, "syncro"), (get_target, "prism"), (get_source, "nothing")):
        with pytest.raises(KeyError):
            get(name)


def test_clients_open_without_a_call_and_count_from_zero(make_edge):
    source: Source = get_source("prism").open(CREDENTIALS, make_edge(system="prism", urls=URLS))
    target: Target = get_target("syncro").open(CREDENTIALS, make_edge(system="syncro", urls=URLS))
    assert (source.calls, target.calls) == ({}, {})
