"""Two programs of one target that plan the same product: one makes it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from accounts.models import Partner
from core.scope import partner_scope
from money.enums import Action
from products.models import ProductLink
from programs.models import Program
from syncs.enums import ChangeState
from syncs.models import Change
from syncs.writing.freshness import overtaken
from tests import factories as make

KEY = "cfq7ttc0lh18:0001|1|1 month"


def plan_product(program: Program, state: ChangeState = ChangeState.PLANNED) -> Change:
    product = make.ProductFactory.create(source=program.source, key=KEY)
    run = make.RunFactory.create(program=program)
    change: Change = make.ChangeFactory.create(
        run=run, program=program, product=product, product_key=KEY, action=Action.CREATE_PRODUCT, state=state
    )
    return change


@pytest.mark.parametrize(
    ("state", "enabled", "may_be_sent"),
    [
        (ChangeState.PLANNED, True, True),  # whoever is first sends it
        (ChangeState.SENDING, True, False),
        (ChangeState.UNKNOWN, True, False),  # its answer is lost: it may be there
        (ChangeState.FAILED, True, True),
        (ChangeState.UNKNOWN, False, True),  # nobody would ever find out
    ],
)
def test_product_that_another_program_may_have_made_is_not_made_again(
    partner: Partner, state: ChangeState, enabled: bool, may_be_sent: bool
) -> None:
    with partner_scope(partner.pk):
        first = make.ProgramFactory.create(enabled=enabled)
        second = make.ProgramFactory.create(source=make.ConnectionFactory.create(name="east"), target=first.target)
        plan_product(first, state)

        reason = overtaken(plan_product(second), first.target_id)

    assert (reason == "") is may_be_sent


@pytest.mark.parametrize(
    ("code", "reason"),
    [(KEY, "Another program made it meanwhile."), ("another key", "")],
    ids=["same key", "other key"],
)
def test_product_that_another_program_made_is_not_made_again(partner: Partner, code: str, reason: str) -> None:
    with partner_scope(partner.pk):
        first = make.ProgramFactory.create()
        second = make.ProgramFactory.create(source=make.ConnectionFactory.create(name="east"), target=first.target)
        made = make.TargetProductFactory.create(target=first.target, code=code)
        done = plan_product(first, ChangeState.DONE)
        make.ProductLinkFactory.create(product=done.product, target=first.target, external_id=made.external_id)

        assert overtaken(plan_product(second), first.target_id) == reason


def test_answer_that_comes_between_two_looks_is_seen(partner: Partner) -> None:
    with partner_scope(partner.pk):
        first = make.ProgramFactory.create()
        second = make.ProgramFactory.create(source=make.ConnectionFactory.create(name="east"), target=first.target)
        sending, planned = plan_product(first, ChangeState.SENDING), plan_product(second)
        told = Answer(sending)

        with connection.execute_wrapper(told):
            reason = overtaken(planned, first.target_id)

        assert told.came
        assert ProductLink.objects.filter(product=sending.product).exists()
    assert reason != ""


class Answer:
    """The other program's answer, recorded just after the first look at what it has made or is making."""

    def __init__(self, change: Change) -> None:
        self.change = change
        self.came = False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        looks = any(f'FROM "{model._meta.db_table}"' in sql for model in (Change, ProductLink))
        if looks and not self.came:
            self.came = True
            self.record()
        return found

    def record(self) -> None:
        target = self.change.program.target
        made = make.TargetProductFactory.create(target=target, code=KEY)
        make.ProductLinkFactory.create(product=self.change.product, target=target, external_id=made.external_id)
        Change.objects.filter(pk=self.change.pk).update(state=ChangeState.DONE)


def test_product_of_another_target_has_nothing_to_do_with_it(partner: Partner) -> None:
    with partner_scope(partner.pk):
        first = make.ProgramFactory.create()
        elsewhere = make.ConnectionFactory.create(name="west", system=first.target.system)
        second = make.ProgramFactory.create(source=make.ConnectionFactory.create(name="east"), target=elsewhere)
        plan_product(first, ChangeState.UNKNOWN)

        assert overtaken(plan_product(second), elsewhere.pk) == ""
