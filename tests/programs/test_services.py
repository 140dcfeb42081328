"""Saving a program's settings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Partner
from accounts.services import update_partner
from connections.models import Connection, ConnectionStatus
from core.audit import COMMAND
from core.models import AuditEntry
from core.scope import partner_scope
from programs.models import Program
from programs.selectors import addresses_for_connection, configured_programs, source_currency
from programs.services import ProgramSettings, reschedule_all, save_program
from tests.onboarding import history

NOON = dt.datetime(2026, 10, 5, 12, 0, tzinfo=dt.UTC)


def make_connections(source_status: str = ConnectionStatus.CONNECTED) -> tuple[Connection, Connection]:
    now = timezone.now()
    source = Connection.objects.create(system="prism", status=source_status, status_since=now)
    target = Connection.objects.create(system="syncro", status=ConnectionStatus.CONNECTED, status_since=now)
    return source, target


def save(connections: tuple[Connection, Connection], **settings: Any) -> tuple[Program, list[str]]:
    return save_program(
        slug="microsoft-csp",
        source=connections[0],
        target=connections[1],
        settings=ProgramSettings(**settings),
        actor=COMMAND,
    )


def problems(connections: tuple[Connection, Connection], **settings: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refusal:
        save(connections, **settings)
    found: dict[str, list[str]] = refusal.value.message_dict
    return found


def test_new_program_has_the_documented_defaults(partner: Partner) -> None:
    with partner_scope(partner.pk):
        program, _ = save(make_connections())
        assert (program.enabled, program.billing_enabled, program.products_enabled) == (False, False, False)
        assert (program.start, program.approval, program.prorations, program.credits) == (
            "latest", "automatic", "line", "hold",
        )  # fmt: skip
        assert (program.product_mode, program.daily_at, program.new_taxable) == ("in_use", dt.time(5, 0), True)
        assert program.rounding_tolerance == Decimal("0.05")


def test_saving_the_same_again_writes_nothing(partner: Partner) -> None:
    with partner_scope(partner.pk):
        connections = make_connections()
        settings: dict[str, Any] = {"enabled": True, "billing_enabled": True, "motions": ["seat_monthly"]}
        save(connections, **settings)
        before = (AuditEntry.objects.count(), history("programs.ProgramEvent").count())
        assert min(before) > 0
        _, changed = save(connections, **settings)
        assert changed == []
        assert (AuditEntry.objects.count(), history("programs.ProgramEvent").count()) == before


def test_what_is_not_given_is_left_as_it_is(partner: Partner) -> None:
    with partner_scope(partner.pk):
        connections = make_connections()
        save(connections, approval="required", notification_emails=["a@example.com"])
        program, changed = save(connections, credits="apply")
        assert changed == ["credits"]
        assert (program.approval, program.notification_emails) == ("required", ["a@example.com"])


def test_billing_needs_a_motion(partner: Partner) -> None:
    with partner_scope(partner.pk):
        assert set(problems(make_connections(), billing_enabled=True)) == {"motions"}
        assert not Program.objects.exists()


def test_every_problem_is_told_at_once(partner: Partner) -> None:
    with partner_scope(partner.pk):
        found = problems(
            make_connections(),
            motions=["weekly"],
            notification_emails=["not an address"],
            approval="perhaps",
            rounding_tolerance=Decimal(-1),
        )
        assert set(found) == {"motions", "notification_emails", "approval", "rounding_tolerance"}


def test_program_cannot_be_on_while_its_source_is_not_connected(partner: Partner) -> None:
    with partner_scope(partner.pk):
        connections = make_connections(source_status=ConnectionStatus.READY)
        assert set(problems(connections, enabled=True)) == {"source"}
        save(connections, enabled=False)


def test_motions_and_addresses_are_kept_once_and_in_order(partner: Partner) -> None:
    with partner_scope(partner.pk):
        program, _ = save(
            make_connections(),
            motions=["seat_annual", "seat_monthly", "seat_annual"],
            notification_emails=["A@example.com", "a@example.com ", "b@example.com"],
        )
        assert program.motions == ["seat_monthly", "seat_annual"]
        assert [address.lower() for address in program.notification_emails] == ["a@example.com", "b@example.com"]


def test_enabled_program_is_due_at_its_hour_where_the_partner_is(partner: Partner) -> None:
    with time_machine.travel(NOON, tick=False), partner_scope(partner.pk):
        program, _ = save(make_connections(), enabled=True)
        assert program.next_due_at == dt.datetime(2026, 10, 6, 3, program.own_minutes, tzinfo=dt.UTC)
        program, _ = save((program.source, program.target), enabled=False)
        assert program.next_due_at is None


def test_new_time_zone_moves_the_due_time(partner: Partner) -> None:
    with time_machine.travel(NOON, tick=False):
        with partner_scope(partner.pk):
            save(make_connections(), enabled=True)
        update_partner(partner.pk, actor=COMMAND, time_zone="America/New_York")
        with partner_scope(partner.pk):
            reschedule_all()
            program = Program.objects.get()
            assert program.next_due_at == dt.datetime(2026, 10, 6, 9, program.own_minutes, tzinfo=dt.UTC)


def test_selectors_find_what_is_configured(partner: Partner) -> None:
    with partner_scope(partner.pk):
        source, target = make_connections()
        assert configured_programs() == []
        program, _ = save((source, target), enabled=True, notification_emails=["a@example.com"])
        assert configured_programs() == [program]
        assert addresses_for_connection(target.pk) == ["a@example.com"]
        assert source_currency(program) == "USD"
        source.currency = "AUD"
        source.save()
        assert source_currency(Program.objects.get()) == "AUD"
