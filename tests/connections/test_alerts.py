"""When a connection breaks: told once, reminded every 3 days, told that it works again."""

from __future__ import annotations

import datetime as dt

import time_machine

from accounts.models import Partner
from connections.clients import record_failure, record_success
from connections.models import Connection, ConnectionStatus
from connections.tasks import remind_broken_connections
from connectors.errors import ConfigurationError, PermissionMissing, TransientError
from core.audit import COMMAND
from core.scope import partner_scope
from notifications.models import Message
from programs.services import ProgramSettings, save_program
from tests.onboarding import history

MONDAY = dt.datetime(2026, 10, 5, 6, 0, tzinfo=dt.UTC)


def make_connection(partner: Partner, system: str = "syncro") -> int:
    with partner_scope(partner.pk):
        return Connection.objects.create(
            system=system, status=ConnectionStatus.CONNECTED, status_since=dt.datetime.now(dt.UTC)
        ).pk


def fail(partner: Partner, connection_id: int, text: str = "Syncro refused the token.") -> None:
    record_failure(partner.pk, connection_id, ConfigurationError(text, system="syncro"))


def subjects(partner: Partner) -> list[str]:
    with partner_scope(partner.pk):
        return list(Message.objects.order_by("pk").values_list("subject", flat=True))


def test_failure_is_told_once_however_often_it_fails(partner: Partner) -> None:
    connection_id = make_connection(partner)
    for _ in range(3):
        fail(partner, connection_id)
    assert subjects(partner) == ["Syncro stopped working - Northwind IT"]


def test_transient_trouble_marks_nothing(partner: Partner) -> None:
    connection_id = make_connection(partner)
    record_failure(partner.pk, connection_id, TransientError("Syncro is slow.", system="syncro"))
    with partner_scope(partner.pk):
        assert Connection.objects.get().status == ConnectionStatus.CONNECTED
    assert subjects(partner) == []
    fail(partner, connection_id)
    assert len(subjects(partner)) == 1


def test_lost_permission_marks_the_connection(partner: Partner) -> None:
    connection_id = make_connection(partner)
    error = PermissionMissing("It may not.", permission="Products - Edit", system="syncro")
    record_failure(partner.pk, connection_id, error)
    with partner_scope(partner.pk):
        assert Connection.objects.get().status == ConnectionStatus.ATTENTION


def test_disconnected_connection_is_not_marked(partner: Partner) -> None:
    connection_id = make_connection(partner)
    with partner_scope(partner.pk):
        Connection.objects.update(status=ConnectionStatus.READY)
    fail(partner, connection_id)
    assert subjects(partner) == []
    with partner_scope(partner.pk):
        Connection.objects.update(status=ConnectionStatus.CONNECTED)
    fail(partner, connection_id)
    assert len(subjects(partner)) == 1


def test_reminders_come_every_three_days_until_it_works(partner: Partner) -> None:
    connection_id = make_connection(partner)
    with time_machine.travel(MONDAY, tick=False) as clock:
        fail(partner, connection_id)
        for _ in range(24 * 7):
            clock.shift(dt.timedelta(hours=1))
            remind_broken_connections()
        record_success(partner.pk, connection_id)
        record_success(partner.pk, connection_id)
        clock.shift(dt.timedelta(days=10))
        remind_broken_connections()
    assert subjects(partner) == [
        "Syncro stopped working - Northwind IT",
        "Syncro still does not work after 3 days - Northwind IT",
        "Syncro still does not work after 6 days - Northwind IT",
        "Syncro works again - Northwind IT",
    ]


def test_breaking_again_is_told_again(partner: Partner) -> None:
    connection_id = make_connection(partner)
    with time_machine.travel(MONDAY, tick=False) as clock:
        fail(partner, connection_id)
        record_success(partner.pk, connection_id)
        clock.shift(dt.timedelta(minutes=5))
        fail(partner, connection_id)
    assert subjects(partner).count("Syncro stopped working - Northwind IT") == 2


def test_success_of_a_working_connection_writes_nothing(partner: Partner) -> None:
    connection_id = make_connection(partner)
    with partner_scope(partner.pk):
        before = history("connections.ConnectionEvent").count()
    record_success(partner.pk, connection_id)
    with partner_scope(partner.pk):
        assert history("connections.ConnectionEvent").count() == before
    assert subjects(partner) == []
    fail(partner, connection_id)
    with partner_scope(partner.pk):
        assert history("connections.ConnectionEvent").count() == before + 1


def test_admins_are_told_where_no_program_names_addresses(partner: Partner) -> None:
    fail(partner, make_connection(partner))
    with partner_scope(partner.pk):
        assert Message.objects.get().to == ["owner@northwind.example"]


def test_addresses_of_the_program_are_told(partner: Partner) -> None:
    source_id, target_id = make_connection(partner, "prism"), make_connection(partner)
    with partner_scope(partner.pk):
        save_program(
            slug="microsoft-csp",
            source=Connection.objects.get(pk=source_id),
            target=Connection.objects.get(pk=target_id),
            settings=ProgramSettings(enabled=True, notification_emails=["billing@northwind.example"]),
            actor=COMMAND,
        )
    fail(partner, target_id)
    with partner_scope(partner.pk):
        assert Message.objects.get().to == ["billing@northwind.example"]
