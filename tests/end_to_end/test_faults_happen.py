"""An office ends by demanding every fault that a test asked for: no test about a fault passes without it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from sandbox.faults import ALWAYS
from tests.end_to_end.conftest import opened
from tests.end_to_end.office import Office

CROWNS = {"currency_symbol": "kr"}
Story = Callable[[Office], None]


def ask(office: Office, times: int = 1) -> None:
    """So many requests reach Syncro."""
    for _ in range(times):
        requests.get(f"{office.server.url}/syncro/northwind/api/v1/me", timeout=20)


def nobody_calls(office: Office) -> None:
    office.fault("status", status=503)


def called_too_rarely(office: Office) -> None:
    office.fault("status", status=503, count=2)
    ask(office)


def others_are_called(office: Office) -> None:
    office.fault("status", status=503)
    office.fault("status", status=503, vendor="prism")
    ask(office)


def cleared_before_it_came(office: Office) -> None:
    office.fault("status", status=503, count=ALWAYS)
    office.clear_faults()
    ask(office)


def edited_to_what_it_was(office: Office) -> None:
    office.edit("edit_account", values=CROWNS)
    edited_by_somebody(office)


def edited_what_is_gone(office: Office) -> None:
    office.fault("edit_before", edits=[{"action": "delete_schedule", "schedule_id": 1}])
    ask(office)


@pytest.mark.parametrize(
    ("story", "told"),
    [
        (nobody_calls, "0 of 1 times"),
        (called_too_rarely, "1 of 2 times"),
        (others_are_called, "vendor': 'prism'}: 0 of 1 times"),
        (cleared_before_it_came, "0 of 1 times"),
        (edited_to_what_it_was, "edit_account changes nothing"),
        (edited_what_is_gone, "there is no schedule 1"),
    ],
)
def test_fault_that_did_not_happen_fails_the_test_that_asked_for_it(tmp_path: Path, story: Story, told: str):
    with pytest.raises(AssertionError, match=told), opened(tmp_path) as office:
        story(office)


def test_no_test_that_asks_for_a_fault_passes_where_faults_do_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Office, "fault", lambda *_asked, **_how: None)

    with pytest.raises(AssertionError, match="it never reached the sandbox"), opened(tmp_path) as office:
        edited_by_somebody(office)


def happens_as_often_as_it_was_asked_for(office: Office) -> None:
    office.fault("status", status=503, skip=1, count=2)
    ask(office, times=3)


def happens_until_it_is_cleared(office: Office) -> None:
    office.fault("status", status=503, count=ALWAYS)
    ask(office)
    office.clear_faults()


def edited_by_somebody(office: Office) -> None:
    office.fault("edit_after", edits=[{"action": "edit_account", "account": "northwind", "values": CROWNS}])
    ask(office)


@pytest.mark.parametrize(
    "story", [ask, happens_as_often_as_it_was_asked_for, happens_until_it_is_cleared, edited_by_somebody]
)
def test_fault_that_happened_is_all_that_is_demanded(tmp_path: Path, story: Story):
    with opened(tmp_path) as office:
        story(office)
        with office.store.exclusive():
            calls = office.store.requests()

    assert calls != []
