"""The protocol of a write: claimed first, sent once, and never again for a guess."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from accounts.models import Partner
from connectors.errors import ConnectorError
from core.scope import partner_scope
from programs.models import Program
from syncs.enums import ChangeState, RunKind, RunState
from syncs.models import Change
from syncs.writing.protocol import Found, Outcome, abandoned_changes, drop_unsent, send, settle
from tests import factories as make

LATEST = 3  # attempts


@dataclass
class Letter:
    """A write that counts how often it was sent."""

    partner_id: int
    change: Change
    columns: Mapping[str, Any] | None = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)

    def prepare(self) -> Mapping[str, Any] | None:
        return self.columns

    def call(self) -> str:
        with partner_scope(self.partner_id):
            self.sent.append(Change.objects.get(pk=self.change.pk).state)
        return "the line"

    def record(self, returned: str) -> Outcome:
        Change.objects.filter(pk=self.change.pk).update(state=ChangeState.DONE, error=returned)
        return Outcome.DONE

    def refused(self, error: ConnectorError) -> Outcome:
        raise AssertionError(error)

    def give_up(self, reason: str) -> None:
        self.given_up.append(reason)


def letter(partner: Partner, *, run: dict[str, Any] | None = None, **change: Any) -> Letter:
    with partner_scope(partner.pk):
        of_run = make.RunFactory(program=make.ProgramFactory(), **{"state": RunState.APPLYING, **(run or {})})
        return Letter(partner.pk, make.ChangeFactory(run=of_run, **{"state": ChangeState.PLANNED, **change}))


def state_of(write: Letter) -> tuple[str, int]:
    with partner_scope(write.partner_id):
        change = Change.objects.get(pk=write.change.pk)
    return change.state, change.attempts


def test_change_is_claimed_then_sent_once(partner: Partner) -> None:
    write = letter(partner)

    assert (send(write), send(write)) == (Outcome.DONE, Outcome.NOT_OURS)
    assert write.sent == [ChangeState.SENDING]
    assert state_of(write) == (ChangeState.DONE, 1)


@pytest.mark.parametrize("state", [state for state in ChangeState if state is not ChangeState.PLANNED])
def test_change_that_is_not_planned_is_not_sent(partner: Partner, state: ChangeState) -> None:
    write = letter(partner, state=state)

    assert (send(write), write.sent, state_of(write)) == (Outcome.NOT_OURS, [], (state, 0))


def test_change_of_a_run_that_somebody_cancelled_is_not_sent(partner: Partner) -> None:
    write = letter(partner, run={"cancel_requested": True})

    assert (send(write), write.sent, state_of(write)) == (Outcome.NOT_OURS, [], (ChangeState.PLANNED, 0))


def test_change_that_must_not_be_sent_any_more_is_not(partner: Partner) -> None:
    write = letter(partner)
    write.columns = None

    assert (send(write), write.sent, state_of(write)) == (Outcome.NOT_OURS, [], (ChangeState.PLANNED, 0))


@pytest.mark.parametrize(
    ("attempts", "state"), [(1, ChangeState.PLANNED), (2, ChangeState.PLANNED), (LATEST, ChangeState.FAILED)]
)
def test_lost_write_that_left_nothing_is_sent_again_three_times_in_all(
    partner: Partner, attempts: int, state: ChangeState
) -> None:
    write = letter(partner, state=ChangeState.UNKNOWN, attempts=attempts)

    settle(write, None)

    assert state_of(write) == (state, attempts)
    assert write.given_up == (["Sent 3 times without an answer."] if attempts == LATEST else [])


def test_lost_write_that_left_something_is_recorded(partner: Partner) -> None:
    write = letter(partner, state=ChangeState.UNKNOWN, attempts=LATEST)

    settle(write, Found("the line"))

    assert (state_of(write)[0], write.given_up, write.sent) == (ChangeState.DONE, [], [])


def test_what_earlier_runs_of_the_program_lost_is_abandoned(partner: Partner) -> None:
    with partner_scope(partner.pk):
        program: Program = make.ProgramFactory.create()
        second = make.ProgramFactory.create(source=make.ConnectionFactory(name="second"), target=program.target)

        def lost(state: str = ChangeState.UNKNOWN, **run: Any) -> Change:
            values = {"program": program, "state": RunState.FINISHED, **run}
            change: Change = make.ChangeFactory(run=make.RunFactory(**values), state=state)
            return change

        abandoned = [lost(), lost(ChangeState.SENDING)]
        for other in (ChangeState.DONE, ChangeState.PLANNED, ChangeState.FAILED):
            lost(other)
        lost(kind=RunKind.PRODUCTS)
        lost(program=second)

        now = make.RunFactory(program=program, state=RunState.READING)
        make.ChangeFactory(run=now, state=ChangeState.UNKNOWN)
        assert abandoned_changes(now) == abandoned


def test_what_had_not_happened_in_a_run_that_is_over_is_dropped_with_the_reason(partner: Partner) -> None:
    unsent = letter(partner)
    with partner_scope(partner.pk):
        done = Letter(partner.pk, make.ChangeFactory(run=unsent.change.run, state=ChangeState.DONE))
        drop_unsent([unsent.change, done.change])
        told = Change.objects.get(pk=unsent.change.pk).error

    assert (state_of(unsent)[0], state_of(done)[0]) == (ChangeState.DROPPED, ChangeState.DONE)
    assert told == "It had not been written; the next run planned it again."
