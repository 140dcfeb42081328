"""Answers: to what is asked alone, and taken back only while nothing was done because of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Partner
from core.audit import COMMAND
from core.scope import partner_scope
from money.enums import Action, Chosen, LineState, PartRole, PartState
from programs.models import Program
from syncs.deciding.answering import decide
from syncs.deciding.undoing import undo_decision
from syncs.enums import ChangeState
from syncs.errors import SyncRefused
from syncs.models import Decision, Part, Posting
from tests import factories as make

MARK = "BS:SAMPLEMARK"


@pytest.fixture
def program(partner: Partner) -> Program:
    with partner_scope(partner.pk):
        program: Program = make.ProgramFactory.create()
    return program


@pytest.mark.parametrize("subject", [f"credit:{MARK}", "conflict:seat_monthly:5b", "nothing:we:know", "credit", ""])
def test_what_nobody_asked_is_not_answered(partner: Partner, program: Program, subject: str):
    with partner_scope(partner.pk):
        for choice in Chosen:
            with pytest.raises(SyncRefused):
                decide(program=program, subject=subject, choice=choice, line_id="7", actor=COMMAND)
        assert not Decision.objects.exists()


def test_question_of_another_program_is_not_answered(partner: Partner, program: Program):
    with partner_scope(partner.pk):
        other = make.ProgramFactory(slug="another-program", source=program.source, target=program.target)
        make.FindingFactory(last_run=make.RunFactory(program=other), subject=f"credit:{MARK}")

        with pytest.raises(SyncRefused):
            decide(program=program, subject=f"credit:{MARK}", choice=Chosen.APPLY, actor=COMMAND)


def customer_of(program: Program) -> dict[str, Any]:
    customer = make.CustomerFactory(source=program.source)
    return {"customer": customer, "subscription": make.SubscriptionFactory(customer=customer, external_id="5B")}


def part(state: PartState) -> Callable[[Program], object]:
    """The amount that the answer was about is there now."""

    def kept(program: Program) -> object:
        posting = Posting.objects.create(
            program=program, motion="seat_monthly", period="2026-09", template_id="5000", **customer_of(program)
        )
        amounts = {"cost": Decimal(8), "retail": Decimal(10)}
        return Part.objects.create(posting=posting, role=PartRole.CREDIT, mark=MARK, state=state, **amounts)

    return kept


def sent(action: Action, state: ChangeState) -> Callable[[Program], object]:
    return lambda program: make.ChangeFactory(
        run=make.RunFactory(program=program), action=action, state=state, mark=MARK, sent_at=timezone.now()
    )


def line(program: Program) -> object:
    return make.LineFactory(program=program, written_at=timezone.now(), **customer_of(program))


CARRIED_OUT = [
    (f"credit:{MARK}", Chosen.APPLY, part(PartState.SYNCED)),
    (f"catch_up:{MARK}", Chosen.APPLY, part(PartState.BILLED)),
    (f"credit:{MARK}", Chosen.APPLY, sent(Action.ADD_LINE, ChangeState.UNKNOWN)),
    (f"lost:{MARK}:20", Chosen.AGAIN, part(PartState.SYNCED)),
    (f"unproven:{MARK}:2026-09", Chosen.BILLED, part(PartState.BILLED)),
    (f"unproven:{MARK}:2026-09", Chosen.DISMISS, sent(Action.REMOVE_LINE, ChangeState.DONE)),
    (f"left_behind:{MARK}", Chosen.REMOVE, sent(Action.REMOVE_LINE, ChangeState.DONE)),
    ("conflict:seat_monthly:5b", Chosen.KEEP, line),
    ("conflict:seat_monthly:5b", Chosen.ADOPT, line),
]
NOTHING_DONE = [
    (f"lost:{MARK}:20", Chosen.DISMISS, part(PartState.EXCLUDED)),
    (f"credit:{MARK}", Chosen.APPLY, part(PartState.HELD)),
    (f"credit:{MARK}", Chosen.DISMISS, part(PartState.EXCLUDED)),  # excluded, and held again: nobody was billed
    (f"left_behind:{MARK}", Chosen.REMOVE, sent(Action.REMOVE_LINE, ChangeState.FAILED)),
    (f"left_behind:{MARK}", Chosen.LEAVE, line),
    ("conflict:seat_monthly:5b", Chosen.EXCLUDE, part(PartState.EXCLUDED)),
    ("conflict:seat_monthly:another", Chosen.KEEP, line),
    ("older:7:2026-09", Chosen.TAKE_UP, part(PartState.SYNCED)),
]


def decided(program: Program, subject: str, choice: Chosen) -> Decision:
    before = timezone.now() - dt.timedelta(hours=1)
    return Decision.objects.create(program=program, subject=subject, choice=choice, line_id="7", decided_at=before)


@pytest.mark.parametrize(("subject", "choice", "happened"), CARRIED_OUT)
def test_answer_that_was_carried_out_is_neither_undone_nor_replaced(
    partner: Partner, program: Program, subject: str, choice: Chosen, happened: Callable[[Program], object]
):
    with partner_scope(partner.pk):
        decided(program, subject, choice)
        happened(program)

        with pytest.raises(SyncRefused, match="carried this out"):
            undo_decision(program=program, subject=subject, actor=COMMAND)
        with pytest.raises(SyncRefused, match="no longer waits"):
            decide(program=program, subject=subject, choice=choice, line_id="7", actor=COMMAND)
        assert Decision.objects.get().choice == choice


@pytest.mark.parametrize(("subject", "choice", "happened"), NOTHING_DONE)
def test_answer_because_of_which_nothing_was_done_is_undone(
    partner: Partner, program: Program, subject: str, choice: Chosen, happened: Callable[[Program], object]
):
    with partner_scope(partner.pk):
        decided(program, subject, choice)
        happened(program)

        undo_decision(program=program, subject=subject, actor=COMMAND)

        assert not Decision.objects.exists()


def test_what_was_done_before_the_answer_was_not_done_because_of_it(partner: Partner, program: Program):
    with partner_scope(partner.pk):
        decision = decided(program, "conflict:seat_monthly:5b", Chosen.KEEP)
        long_ago = decision.decided_at - dt.timedelta(days=30)
        make.LineFactory(program=program, written_at=long_ago, state=LineState.REMOVED, **customer_of(program))

        undo_decision(program=program, subject=decision.subject, actor=COMMAND)

        assert not Decision.objects.exists()
