"""A target's copy is read once at a time, however often somebody presses Refresh."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.utils import timezone

from accounts.models import Partner
from connections.copy_wishes import LOST_AFTER, ask_for_copy
from connections.models import Connection
from core.scope import partner_scope
from customers import tasks
from customers.tasks import refresh_target_copy
from tests import factories as make
from tests.onboarding import partner

__all__ = ["partner"]


@pytest.fixture
def target(partner: Partner) -> Connection:
    with partner_scope(partner.pk):
        connection: Connection = make.TargetFactory()
        return connection


def ask(target: Connection) -> bool:
    with partner_scope(target.partner_id):
        return ask_for_copy(target.pk)


def test_copy_is_read_once_at_a_time(target: Connection, redis_url: str) -> None:
    asked = [ask(target) for _ in range(5)]
    refresh_target_copy.apply(args=(target.partner_id, target.pk))  # nothing is connected: it ends at once

    assert asked == [True, False, False, False, False]
    assert ask(target)


def test_reading_whose_worker_died_keeps_nobody_from_the_next(target: Connection, redis_url: str) -> None:
    ask(target)

    with time_machine.travel(timezone.now() + LOST_AFTER * 1.1):
        assert ask(target)


def test_reading_waits_while_the_partner_has_its_workers(
    target: Connection, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_off: list[Any] = []
    monkeypatch.setattr(tasks.refresh_target_copy, "apply_async", lambda _args, **options: put_off.append(options))
    ask(target)
    settings.WORKERS_PER_PARTNER = 0

    refresh_target_copy.apply(args=(target.partner_id, target.pk))

    assert put_off == [{"countdown": tasks.BUSY_WAIT}]
    assert not ask(target)
