"""A vendor that loses answers is left alone for longer and longer, and given up in the end."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from django.conf import settings

from core.audit import COMMAND
from core.scope import partner_scope
from programs.models import Program
from sandbox.faults import ALWAYS
from syncs.enums import RunState
from syncs.models import Run
from syncs.running.advancing import advance
from syncs.running.starting import start_sync
from tests.end_to_end.office import Office
from tests.end_to_end.rightness import right

CAST = ("adatum",)
ADATUM, LUCERNE = 5001, 5026
WRITES = {"vendor": "syncro", "method": "POST|PUT", "path": "/line_items?/|_line_item$"}
MORE = ("lucerne", "fourthcoffee", "alpine", "litware", "coho-winery", "fabrikam")


@pytest.fixture
def busy(office: Office) -> Office:
    """Some dozens of lines are to be written."""
    office.map(office.entries(*MORE))
    office.sync("products")
    return office


def start(office: Office, **values: int) -> int:
    with partner_scope(office.partner_id()):
        (run,) = start_sync(program=Program.objects.get(), kinds=["billing"], actor=COMMAND, enqueue=False)
        Run.objects.filter(pk=run.pk).update(**values)
    return run.pk


def run_of(office: Office, run_id: int) -> Run:
    with partner_scope(office.partner_id()):
        return Run.objects.get(pk=run_id)


def sent(office: Office) -> int:
    """Writes to templates that reached Syncro."""
    with office.store.exclusive():
        return sum("line_item" in call["path"] for call in office.store.requests())


def pauses(office: Office, run_id: int) -> list[tuple[int, float]]:
    """Move the run to its end; each pause while it writes, after how many writes it came."""
    before, found = sent(office), []
    while (delay := advance(office.partner_id(), run_id)) is not None:
        if delay and run_of(office, run_id).state == RunState.APPLYING:
            found.append((sent(office) - before, delay))
        time.sleep(delay)
    return found


def test_third_lost_answer_in_a_row_makes_the_run_wait(busy: Office):
    busy.fault("drop_after", **WRITES, skip=1, count=3)

    found = pauses(busy, start(busy))

    assert [writes for writes, _ in found] == [4]
    busy.sync()
    right(busy, LUCERNE)


def test_answers_that_slices_lost_one_at_a_time_count_together(busy: Office):
    busy.fault("drop_before", **WRITES)

    found = pauses(busy, start(busy, lost_writes=2))

    assert [writes for writes, _ in found] == [1]


def test_scattered_losses_make_no_pause(busy: Office):
    for skip in (0, 0, 1, 3, 3):  # the 1st, 2nd, 4th, 7th and 8th
        busy.fault("drop_after", **WRITES, skip=skip)

    assert pauses(busy, start(busy)) == []


def test_vendor_that_loses_every_answer_gets_few_writes_and_longer_and_longer_pauses(busy: Office):
    busy.fault("status", **WRITES, status=502, count=ALWAYS)
    run_id = start(busy)

    found = pauses(busy, run_id)

    run = run_of(busy, run_id)
    assert [writes for writes, _ in found] == [3, 4, 5, 6, 7]
    assert sent(busy) < run.total / 2
    assert [later > 1.2 * earlier for (_, earlier), (_, later) in pairwise(found)] == [True] * 4
    assert (run.state, run.status) == (RunState.FINISHED, "error")
    assert "8 writes in a row" in run.error
    busy.clear_faults()
    busy.sync()
    right(busy, ADATUM, LUCERNE)


def test_products_are_written_with_the_same_patience(office: Office):
    office.map(office.entries(*MORE))
    office.fault("status", vendor="syncro", method="POST|PUT", path="/products", status=500, count=ALWAYS)

    synced = office.sync("products")

    assert len([call for call in synced.writes if "/products" in call["path"]]) == 8
    assert synced.products["status"] == "error"


def test_retry_after_a_lost_write_is_waited_for(busy: Office, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(settings, "WAIT_FACTOR", 1.0)
    busy.fault("status", **WRITES, status=503, retry_after=3)

    found = pauses(busy, start(busy))

    assert [writes for writes, _ in found] == [1]
    assert 2.9 <= found[0][1] <= 4
    busy.sync()
    right(busy, LUCERNE)


def test_long_run_with_scattered_failures_of_reads_goes_on(busy: Office):
    mapped = {entry["invoice_template"] for entry in busy.entries(*MORE)}
    for template_id in mapped:  # each one is out of reach for as long as a call is repeated
        busy.fault("status", vendor="syncro", method="GET", path=f"/schedules/{template_id}$", status=502, count=4)
    run_id = start(busy)

    pauses(busy, run_id)

    run = run_of(busy, run_id)
    assert len(mapped) > 5
    assert run.error == ""
    right(busy, LUCERNE)


def test_run_that_gets_nowhere_ends_after_some_attempts(busy: Office):
    busy.fault("status", vendor="syncro", method="GET", path="/schedules/", status=502, count=ALWAYS)
    run_id = start(busy)

    pauses(busy, run_id)

    assert run_of(busy, run_id).status == "error"
