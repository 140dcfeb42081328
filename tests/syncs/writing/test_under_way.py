"""A new version on what an older one had under way, and said by sentences or in the column of holds."""

from __future__ import annotations

from importlib import import_module

from django.db import connection

from accounts.models import Partner
from core.scope import partner_scope
from money.enums import Action, PartRole, PartState
from syncs.enums import Cause, ChangeState, Manner, PartCause, RunState
from syncs.models import Change, Part, Posting
from tests import factories as make

MIGRATION = import_module("syncs.migrations.0023_protocol_of_a_write")


def test_what_was_under_way_is_known_by_its_cause(partner: Partner) -> None:
    stranded = "The line is still on the old template, so it is not added to the new one."
    with partner_scope(partner.pk):
        program = make.ProgramFactory()
        run = make.RunFactory(program=program, state=RunState.WAITING, waiting_for="Approval is required.")
        sample = make.ChangeFactory(run=run, action=Action.ADD_LINE, state=ChangeState.FAILED, error=stranded)
        zeroed = make.ChangeFactory(run=run, hold="zeroed", state=ChangeState.PLANNED)
        other = make.ChangeFactory(run=run, hold="conflict", state=ChangeState.FAILED, error="Refused.")
        customer = make.CustomerFactory(source=program.source)
        posting = Posting.objects.create(
            program=program, customer=customer, subscription=make.SubscriptionFactory(customer=customer),
            motion="seat_monthly", period="2026-09", template_id=5000,
        )  # fmt: skip
        held = {"posting": posting, "role": PartRole.CREDIT, "state": PartState.HELD, "cost": 8, "retail": 10}
        waits = Part.objects.create(**held, mark="BS:1", reason="Approval is required.")
        credit = Part.objects.create(**held, mark="BS:2", reason="Credit of -10.00.")

        with connection.cursor() as cursor:
            for statement in MIGRATION.UNDER_WAY:
                cursor.execute(statement)

        causes = dict(Change.objects.values_list("pk", "cause"))
        manners = dict(Change.objects.values_list("pk", "manner"))
        parts = dict(Part.objects.values_list("pk", "cause"))
    assert causes == {sample.pk: Cause.STRANDED, zeroed.pk: "", other.pk: ""}
    assert manners == {sample.pk: "", zeroed.pk: Manner.ZEROED, other.pk: ""}
    assert parts == {waits.pk: PartCause.PLAN_WAITS, credit.pk: ""}
