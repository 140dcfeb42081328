"""Requesting, enabling, connecting, testing again, disconnecting: against the sandbox, over HTTP."""

from __future__ import annotations

import io
import json
import logging
from typing import Any

import pytest
from django.core import serializers
from pytest_django import Settings

from accounts.identity import person_of
from accounts.models import Partner
from connections.across_partners import target_requests
from connections.clients import CallInsideTransaction, open_source, open_target
from connections.errors import ConnectionRefused, TargetNotEnabled
from connections.models import Connection, ConnectionStatus, Secret
from connections.selectors import connection_cards
from connections.services import (
    connect,
    credentials_unchanged,
    disconnect,
    enable_target,
    request_target,
    retest,
    set_currency,
)
from connections.testing import try_credentials
from connectors.errors import ConfigurationError
from connectors.records import ConnectionReport
from core.audit import COMMAND, actor_of
from core.models import AuditEntry
from core.scope import partner_scope
from notifications.models import Message
from tests.onboarding import Vendors, history


def stored(partner: Partner, system: str) -> Connection:
    with partner_scope(partner.pk):
        return Connection.objects.get(system=system)


def messages(partner: Partner) -> list[str]:
    with partner_scope(partner.pk):
        return list(Message.objects.order_by("pk").values_list("subject", flat=True))


def test_target_is_requested_once_and_enabled_with_two_emails(partner: Partner) -> None:
    owner = person_of("owner@northwind.example")
    assert owner is not None
    for _ in range(2):
        assert request_target(partner.pk, "syncro", actor_of(owner)).status == ConnectionStatus.REQUESTED
    assert [(one.partner_slug, one.requested_by) for one in target_requests().rows] == [("northwind", owner.email)]
    assert enable_target(partner.pk, "syncro", COMMAND) is True
    assert enable_target(partner.pk, "syncro", COMMAND) is False
    assert target_requests().rows == []
    assert messages(partner) == ["Northwind IT requests Syncro", "Syncro is ready to connect - Northwind IT"]


def test_source_cannot_be_requested(partner: Partner) -> None:
    with pytest.raises(ConnectionRefused, match="needs no enabling"):
        request_target(partner.pk, "prism", COMMAND)


def test_target_that_is_not_enabled_cannot_be_connected(partner: Partner, vendors: Vendors) -> None:
    with pytest.raises(TargetNotEnabled):
        connect(partner.pk, "syncro", vendors.syncro, COMMAND)
    assert vendors.calls() == 0


def test_installation_may_enable_targets_by_default(partner: Partner, vendors: Vendors, settings: Settings) -> None:
    settings.TARGETS_ENABLED_BY_DEFAULT = True
    assert connect(partner.pk, "syncro", vendors.syncro, COMMAND).status == ConnectionStatus.CONNECTED


def test_cards_tell_where_each_system_stands(partner: Partner, settings: Settings) -> None:
    with partner_scope(partner.pk):
        before = {card.definition.name: card.status for card in connection_cards()}
        settings.TARGETS_ENABLED_BY_DEFAULT = True
        after = {card.definition.name: card.status for card in connection_cards()}
    assert before == {"prism": ConnectionStatus.READY, "syncro": ConnectionStatus.NOT_ENABLED}
    assert after == {"prism": ConnectionStatus.READY, "syncro": ConnectionStatus.READY}


def test_connecting_stores_what_the_test_found(connected: Partner) -> None:
    syncro, prism = stored(connected, "syncro"), stored(connected, "prism")
    assert (prism.status, prism.account) == (ConnectionStatus.CONNECTED, "Northwind IT")
    assert (syncro.currency_symbol, syncro.time_zone) == ("$", "America/Los_Angeles")
    assert ["Recurring Invoices - List", "granted"] in syncro.permissions
    assert ["Recurring Invoices - Edit", "proven at the first write"] in syncro.permissions


def test_stored_credentials_open_working_clients(connected: Partner) -> None:
    source = open_source(connected.pk, stored(connected, "prism").pk)
    target = open_target(connected.pk, stored(connected, "syncro").pk)
    assert len(source.list_tenants()) > 30
    assert len(target.list_templates()) > 30
    assert target.calls["GET"] > 1


def test_credentials_that_no_key_opens_must_be_entered_again(connected: Partner, settings: Settings) -> None:
    settings.FIELD_ENCRYPTION_KEYS = ["new:" + "A" * 43 + "="]
    with pytest.raises(ConfigurationError, match=r"cannot be opened\. Enter them again"):
        open_source(connected.pk, stored(connected, "prism").pk)


def test_disconnected_system_says_so(connected: Partner) -> None:
    disconnect(connected.pk, "syncro", COMMAND)
    with pytest.raises(ConfigurationError, match="Syncro is not connected"):
        open_target(connected.pk, stored(connected, "syncro").pk)


def test_failed_test_saves_nothing(partner: Partner, vendors: Vendors) -> None:
    with pytest.raises(ConnectionRefused, match="Manage Client Credentials"):
        connect(partner.pk, "prism", vendors.prism | {"client_secret": "wrong"}, COMMAND)
    with partner_scope(partner.pk):
        assert not Connection.objects.exists()
        assert not Secret.objects.exists()


def test_missing_permission_is_named_in_the_vendors_words(partner: Partner, vendors: Vendors) -> None:
    enable_target(partner.pk, "syncro", COMMAND)
    vendors.edit(action="revoke_permission", permission="Recurring Invoices - List")
    with pytest.raises(ConnectionRefused, match="lack: Recurring Invoices - List") as refusal:
        connect(partner.pk, "syncro", vendors.syncro, COMMAND)
    assert ("Recurring Invoices - List", "missing") in refusal.value.permissions
    assert ("Products - List/Search", "granted") in refusal.value.permissions
    assert stored(partner, "syncro").status == ConnectionStatus.READY


def test_fields_that_are_missing_are_named_without_a_call(partner: Partner, vendors: Vendors) -> None:
    with pytest.raises(ConnectionRefused) as refusal:
        connect(partner.pk, "prism", {"client_id": "abc", "client_secret": "  "}, COMMAND)
    assert set(refusal.value.fields) == {"client_secret"}
    assert vendors.calls() == 0


@pytest.mark.parametrize("host", ["evil.example", "acme.example.com", "acme/../x", "syncromsp.com.evil.example"])
def test_subdomain_is_a_name_of_the_vendor_alone(partner: Partner, vendors: Vendors, host: str) -> None:
    enable_target(partner.pk, "syncro", COMMAND)
    with pytest.raises(ConnectionRefused):
        connect(partner.pk, "syncro", vendors.syncro | {"subdomain": host}, COMMAND)
    assert vendors.calls() == 0


def test_replacing_keeps_fields_that_are_not_given(connected: Partner, vendors: Vendors) -> None:
    connect(connected.pk, "prism", {"client_id": vendors.prism["client_id"]}, COMMAND)
    assert credentials_unchanged(connected.pk, "prism", vendors.prism)
    with partner_scope(connected.pk):
        assert Secret.objects.filter(connection__system="prism").count() == 1


def test_replacing_with_another_account_is_told(connected: Partner, vendors: Vendors) -> None:
    other = {
        "client_id": vendors.other_account["prism_client_id"],
        "client_secret": vendors.other_account["prism_client_secret"],
    }
    warnings = connect(connected.pk, "prism", other, COMMAND).warnings
    assert len(warnings) == 1
    assert "before, this connection was Northwind IT" in warnings[0]


def test_changed_credentials_are_noticed(connected: Partner, vendors: Vendors) -> None:
    assert credentials_unchanged(connected.pk, "syncro", vendors.syncro)
    assert not credentials_unchanged(connected.pk, "syncro", vendors.syncro | {"api_token": "new"})


def test_currency_of_a_source_is_checked_and_recorded(connected: Partner) -> None:
    assert set_currency(connected.pk, "prism", "AUD", COMMAND) is True
    assert set_currency(connected.pk, "prism", "AUD", COMMAND) is False
    with pytest.raises(ConnectionRefused, match="three-letter"):
        set_currency(connected.pk, "prism", "dollars", COMMAND)
    assert stored(connected, "prism").currency == "AUD"


def test_retest_marks_a_connection_whose_token_ended(connected: Partner, vendors: Vendors) -> None:
    vendors.edit(action="expire_token")
    with pytest.raises(ConnectionRefused, match="API token"):
        retest(connected.pk, "syncro", COMMAND)
    broken = stored(connected, "syncro")
    assert broken.status == ConnectionStatus.ATTENTION
    assert "API token" in broken.problem
    vendors.edit(action="restore_token")
    assert retest(connected.pk, "syncro", COMMAND).status == ConnectionStatus.CONNECTED
    assert messages(connected) == ["Syncro stopped working - Northwind IT", "Syncro works again - Northwind IT"]


@pytest.mark.parametrize("works", [True, False])
def test_retest_does_not_bring_back_what_was_disconnected_meanwhile(
    connected: Partner, vendors: Vendors, monkeypatch: pytest.MonkeyPatch, works: bool
) -> None:
    if not works:
        vendors.edit(action="expire_token")

    def try_while_somebody_disconnects(*args: Any) -> ConnectionReport:
        disconnect(connected.pk, "syncro", COMMAND)
        return try_credentials(*args)

    monkeypatch.setattr("connections.services.try_credentials", try_while_somebody_disconnects)
    with pytest.raises(ConnectionRefused, match="Syncro is not connected"):
        retest(connected.pk, "syncro", COMMAND)

    assert stored(connected, "syncro").status == ConnectionStatus.READY


def test_disconnecting_forgets_credentials_and_keeps_the_row(connected: Partner) -> None:
    before = stored(connected, "syncro").pk
    disconnect(connected.pk, "syncro", COMMAND)
    after = stored(connected, "syncro")
    assert (after.pk, after.status, after.credentials) == (before, ConnectionStatus.READY, {})
    with partner_scope(connected.pk):
        assert not Secret.objects.filter(connection=after).exists()


def test_unknown_system_is_refused(partner: Partner) -> None:
    with pytest.raises(ConnectionRefused, match="There is no system"):
        connect(partner.pk, "nothing", {}, COMMAND)


def test_other_partner_sees_no_connection(connected: Partner, stranger: Partner) -> None:
    with partner_scope(connected.pk):
        assert [card.connection is None for card in connection_cards()] == [False, False]
    with partner_scope(stranger.pk):
        assert [card.connection for card in connection_cards()] == [None, None]
    with pytest.raises(Connection.DoesNotExist):
        open_source(stranger.pk, stored(connected, "prism").pk)


@pytest.mark.django_db(transaction=True)
def test_vendor_is_never_called_inside_a_scope(connected: Partner) -> None:
    target = open_target(connected.pk, stored(connected, "syncro").pk)
    with partner_scope(connected.pk), pytest.raises(CallInsideTransaction):
        target.list_customers()


def test_secrets_are_nowhere_to_be_read(
    partner: Partner, vendors: Vendors, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = vendors.prism["client_secret"][::-1]
    secrets = (vendors.prism["client_secret"], vendors.syncro["api_token"], wrong)
    enable_target(partner.pk, "syncro", COMMAND)
    connect(partner.pk, "prism", vendors.prism, COMMAND)
    connect(partner.pk, "syncro", vendors.syncro, COMMAND)
    vendors.edit(action="expire_token")
    told = io.StringIO()
    for attempt in (
        lambda: retest(partner.pk, "syncro", COMMAND),
        lambda: connect(partner.pk, "prism", {"client_secret": wrong}, COMMAND),
    ):
        with pytest.raises(ConnectionRefused) as refusal:
            attempt()
        told.write(f"{refusal.value} {refusal.value.detail} {refusal.value!r}")
        told.write(str(refusal.getrepr(showlocals=False)))
    with partner_scope(partner.pk):
        for rows in (Connection, Secret, AuditEntry, Message):
            told.write(serializers.serialize("json", rows.objects.all()))
        told.write(json.dumps(list(history("connections.ConnectionEvent").values()), default=str))
        told.write(repr(list(Connection.objects.all())) + repr(list(Secret.objects.all())))
    captured = capsys.readouterr()
    everything = told.getvalue() + caplog.text + captured.out + captured.err
    assert "northwind" in everything
    assert caplog.records
    assert [secret for secret in secrets if secret in everything] == []
