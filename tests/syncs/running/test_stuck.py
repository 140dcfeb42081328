"""A worker that has a run and is not heard of: told on the run's page, to the operator, by command; and taken over."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from time_machine import TimeMachineFixture

from core.models import AuditEntry
from core.scope import partner_scope
from syncs.models import Run
from syncs.running.lock import LOCK_CLASS, run_lock
from tests import factories as make
from tests.portal.cast import Cast, make_cast, stock_shop


@contextmanager
def held_by(host: str, run: Run) -> Iterator[psycopg2.extensions.connection]:
    """A worker on that host has the run."""
    login = {**connection.get_connection_params(), "application_name": f"billingsync on {host}"}
    for name in ("cursor_factory", "isolation_level"):
        login.pop(name, None)
    other = psycopg2.connect(**login)
    other.autocommit = True
    try:
        other.cursor().execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_CLASS, run.pk])
        yield other
    finally:
        other.close()


@pytest.fixture
def silent(transactional_db: None, time_machine: TimeMachineFixture) -> tuple[Cast, Run]:
    """A run at work; ten minutes later nobody was heard of since."""
    cast = make_cast()
    with partner_scope(cast.northwind.pk):
        shop = stock_shop()
        made = make.RunFactory(program=shop.program, state="applying", status="", finished_at=None)
        Run.objects.filter(pk=made.pk).update(heartbeat_at=timezone.now(), total=10, done=3)
        run = Run.objects.get(pk=made.pk)
    time_machine.move_to(timezone.now() + dt.timedelta(minutes=10))
    return cast, run


def list_by_command(*options: str) -> tuple[int, dict[str, Any], str]:
    out, told = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command("runs", "--stuck", "--json", *options, stdout=out, stderr=told)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, json.loads(out.getvalue()), told.getvalue()


def test_page_of_the_run_says_who_has_it_and_since_when_nobody_was_heard_of(silent: tuple[Cast, Run]) -> None:
    cast, run = silent
    with held_by("worker-7", run):
        page = cast.client("vera").get(f"/p/northwind/runs/{run.pk}/").content.decode()

    assert "No sign of life since" in page
    assert "A worker on worker-7 has it and gives no sign of life." in page
    assert "left</p>" not in page


def test_cancel_says_what_it_waits_for(silent: tuple[Cast, Run]) -> None:
    cast, run = silent
    with held_by("worker-7", run):
        page = cast.client("bob").post(f"/p/northwind/runs/{run.pk}/cancel/", follow=True).content.decode()

    assert "A worker on worker-7 has it and gives no sign of life." in page
    assert "The last sign of life was at" in page


def test_operator_sees_it_for_all_partners(silent: tuple[Cast, Run]) -> None:
    cast, run = silent
    with held_by("worker-7", run):
        page = cast.client("olga").get("/operator/").content.decode()
    after = cast.client("olga").get("/operator/").content.decode()

    assert f"billing run {run.pk}, applying" in page
    assert "held by a worker on <bdi>worker-7</bdi>" in page
    assert "Runs without a sign of life" not in after


def test_command_lists_what_is_stuck_and_takes_it_over(silent: tuple[Cast, Run]) -> None:
    cast, run = silent
    with held_by("worker-7", run) as frozen:
        code, listed, told = list_by_command()
        taken_code, taken, _ = list_by_command("--take-over")
        with pytest.raises(psycopg2.Error):
            frozen.cursor().execute("SELECT 1")
        with run_lock(run.pk) as free:
            assert free

    assert (code, taken_code) == (1, 0)
    assert [(each["partner"], each["id"], each["host"]) for each in listed["runs"]] == [
        ("northwind", run.pk, "worker-7")
    ]
    assert [each["taken_over"] for each in taken["runs"]] == [True]
    assert "A worker on worker-7 has it" in told
    with partner_scope(cast.northwind.pk):
        assert Run.objects.get(pk=run.pk).ticket is not None
        assert AuditEntry.objects.filter(action="run.taken_over").count() == 1
    assert list_by_command()[0] == 0


def test_run_that_nobody_holds_is_not_stuck(silent: tuple[Cast, Run]) -> None:
    code, listed, told = list_by_command()

    assert (code, listed["runs"], told.strip()) == (0, [], "No run is stuck.")
