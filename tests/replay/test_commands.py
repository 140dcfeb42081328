"""A plan that moved is shown, accepted by a command, and then no news any more."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.replay import suite
from tests.replay.__main__ import main

NAME = "seats-up-and-down-within-a-month"
SENTENCE = f"{NAME}: Northwind Traders would be billed 12.50 less (263.71 instead of 276.21)"


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One record, whose accepted plan billed 12.50 more."""
    record = suite.record_files()[NAME]
    shutil.copy(record, tmp_path)
    plan = tmp_path / suite.plan_file(record).name
    plan.write_text(suite.accepted_plan(record).replace("263.71", "276.21"), encoding="utf-8")
    monkeypatch.setattr(suite, "RECORDS", tmp_path)
    return tmp_path


def test_show_says_what_moved_and_writes_nothing(records: Path, capsys: pytest.CaptureFixture[str]):
    before = (records / f"{NAME}.plan.txt").read_text(encoding="utf-8")

    code = main(["show"])

    assert code == 1
    assert capsys.readouterr().out.splitlines()[0] == SENTENCE
    assert (records / f"{NAME}.plan.txt").read_text(encoding="utf-8") == before


def test_accept_writes_the_plan_and_says_what_moved(records: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["accept", NAME]) == 0

    assert capsys.readouterr().out.splitlines() == [SENTENCE]
    assert (records / f"{NAME}.plan.txt").read_text(encoding="utf-8") == suite.plan_today(records / f"{NAME}.json")
    assert main(["show"]) == 0


def test_record_that_nobody_knows(records: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["accept", "no-such-month"]) == 2

    assert capsys.readouterr().err == "Nobody knows no-such-month.\n"
