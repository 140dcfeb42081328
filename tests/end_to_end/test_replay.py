"""The replay suite's loader plans from a record what the real engine plans from its database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest

from money.plan import Plan
from tests.end_to_end.conftest import opened
from tests.end_to_end.office import Json
from tests.replay.form import Record
from tests.replay.recorder.recording import MirrorDiffers, Recorder, prove_money, prove_plan

WANTED = {
    "seats": (("adatum.example",), "Seats, Azure and a year."),
    "refund": (("alpine.example",), "A refund and a new charge."),
    "held": (("litware.example",), "A line was typed in by hand."),
}


@dataclass
class Recorded:
    """Two months of three customers. Each record was compared with the engine's plan and with its ledger."""

    september: dict[str, Record]
    october: dict[str, Record]
    balances: list[Json]


@pytest.fixture(scope="module")
def recorded(kept_database: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    with opened(tmp_path_factory.mktemp("replay")) as office:
        office.configure("adatum", "alpine", "litware")
        recorder = Recorder(office)
        september = recorder.record_months(WANTED)
        office.advance()
        yield Recorded(september, recorder.record_months(WANTED), office.balances())


def test_loader_makes_the_engines_plans(recorded: Recorded):
    assert [len(record.posted) for record in recorded.september.values()] == [0, 0, 0]
    assert all(record.posted and record.target.invoices for record in recorded.october.values())
    assert [one.start for one in recorded.september["seats"].mappings] == [None] * 3
    assert [one.start for one in recorded.october["seats"].mappings] == ["2026-09"] * 3


def test_another_plan_of_the_engine_is_told_in_a_sentence(recorded: Recorded):
    with pytest.raises(MirrorDiffers) as told:
        prove_plan("seats", recorded.september["seats"], Plan())

    assert str(told.value).splitlines()[0] == (
        "seats: A. Datum Corporation would be billed 988.83 more (988.83 instead of 0.00)"
    )


def test_another_balance_of_the_ledger_is_told_by_customer_and_bucket(recorded: Recorded):
    account = next(one for one in recorded.balances[-1]["customers"] if one["name"] == "Alpine Ski House")
    account["retail"]["held"] = str(Decimal(account["retail"]["held"]) + 1)

    with pytest.raises(MirrorDiffers, match=r"\('Alpine Ski House', 'seat_monthly', 'held', 'retail'\): 1\.00 in the"):
        prove_money("refund", recorded.october["refund"], recorded.balances)
