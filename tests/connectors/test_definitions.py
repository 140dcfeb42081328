"""What each vendor says of itself, and what no definition may leave out."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from connectors.definition import SourceDefinition, TargetDefinition
from connectors.limits import NO_LIMIT_KNOWN, CountedBy, RequestLimit
from connectors.registry import SYSTEMS, get_target

EACH = pytest.mark.parametrize("definition", SYSTEMS.values(), ids=lambda each: each.name)
TARGETS = [each for each in SYSTEMS.values() if isinstance(each, TargetDefinition)]


@EACH
def test_vendor_says_what_it_allows_and_where_it_is(definition):
    assert definition.limits
    for address in definition.addresses.values():
        assert urlsplit(address.default).scheme == "https"
    assert definition.permissions
    assert definition.guide.steps


@EACH
def test_credentials_have_at_least_one_secret_and_each_says_where_it_is_found(definition):
    assert any(field.secret for field in definition.fields)
    assert all(field.help for field in definition.fields)


def test_nobody_is_without_limit_by_omission():
    with pytest.raises(ValueError, match="NO_LIMIT_KNOWN"):
        replace(get_target("syncro"), limits=())
    assert NO_LIMIT_KNOWN.requests > 0


def test_limit_by_account_needs_to_know_the_account():
    by_account = (RequestLimit(700, 300, by=CountedBy.ACCOUNT),)

    with pytest.raises(ValueError, match="account_of"):
        replace(get_target("syncro"), limits=by_account)

    named = replace(get_target("syncro"), limits=by_account, account_of=lambda given: given["subdomain"])
    keys = {named.account_key({"subdomain": name, "api_token": "secret"}) for name in ("acme", "other")}
    assert len(keys) == 2
    assert not any("acme" in key or "secret" in key for key in keys)


@pytest.mark.parametrize(("requests", "seconds"), [(-1, 60), (10, 0)])
def test_limit_that_is_none_is_a_mistake(requests, seconds):
    with pytest.raises(ValueError, match="some seconds"):
        RequestLimit(requests, seconds)


@pytest.mark.parametrize("definition", TARGETS, ids=lambda each: each.name)
def test_target_can_what_the_sync_relies_on(definition):
    """One call for each line, one-time lines for adjustments, and a mark in a text that its invoices carry."""
    assert definition.can.one_time_lines
    assert definition.can.removes_lines
    assert not definition.can.edits_whole_template
    assert definition.mark.field
    assert definition.mark.characters is None or definition.mark.characters >= 200
    assert definition.proofs
    assert definition.words.customer
    assert definition.words.template


def test_source_says_whether_it_has_a_price_list_and_can_be_asked():
    sources = [each for each in SYSTEMS.values() if isinstance(each, SourceDefinition)]

    assert [(each.name, each.can.price_list, each.can.schedule) for each in sources] == [("prism", True, True)]


def test_permissions_that_the_test_names_are_those_of_the_definition():
    assert "Recurring Invoices - Edit" in get_target("syncro").permissions
