"""Every record, planned today: who would be billed otherwise than was accepted? Needs no server."""

from __future__ import annotations

import pytest

from tests.replay.difference import show_difference
from tests.replay.form import read_record
from tests.replay.loading import load_facts, plan_facts
from tests.replay.suite import RECORDS, accepted_plan, plan_file, plan_today, record_files
from tests.replay.telling import tell

FILES = record_files()
HOW = "If that is meant: .venv/bin/python -m tests.replay accept"


@pytest.mark.parametrize("name", FILES)
def test_plan_is_the_accepted_one(name: str):
    accepted, now = accepted_plan(FILES[name]), plan_today(FILES[name])
    if accepted != now:
        pytest.fail(f"{show_difference(name, accepted, now)}\n\n{HOW} {name}", pytrace=False)


@pytest.mark.parametrize("name", FILES)
def test_money_of_every_customer_adds_up(name: str):
    facts = load_facts(read_record(FILES[name]))

    outcome = tell(facts, *plan_facts(facts))

    assert [account for account in outcome.accounts if not account.balanced] == []
    assert outcome.accounts  # something was charged


def test_no_accepted_plan_is_left_without_its_record():
    plans = set(RECORDS.rglob("*.plan.txt"))

    assert plans == {plan_file(file) for file in FILES.values()}


def test_records_have_names_of_their_own():
    assert len(FILES) == len(list(RECORDS.rglob("*.json")))


def test_enough_months_are_recorded():
    by_folder = {folder.name: len(list(folder.glob("*.json"))) for folder in RECORDS.iterdir()}

    assert min(by_folder["by_hand"], by_folder["sandbox"]) >= 50
