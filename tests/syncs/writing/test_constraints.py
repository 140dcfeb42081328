"""What would have a double effect cannot even be recorded: asked of PostgreSQL, without the program's models."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, models, transaction
from django.db.utils import IntegrityError
from psycopg2 import sql

from accounts.models import Partner
from core.scope import partner_scope
from money.enums import Action, PartRole, PartState
from syncs.enums import ChangeState, RunState
from syncs.models import Decision, Part, Posting
from tests import factories

Make = Callable[[], Any]  # of a saved row


def posting() -> Posting:
    program = factories.ProgramFactory()
    subscription = factories.SubscriptionFactory(customer__source=program.source)
    return Posting.objects.create(
        program=program, customer=subscription.customer, subscription=subscription, motion="seat_monthly",
        period="2026-09", fingerprint="a:b", template_id="5001",
    )  # fmt: skip


def part() -> Part:
    return Part.objects.create(
        posting=posting(), role=PartRole.RECURRING, mark="BS:MARK", state=PartState.SYNCED, cost=1, retail=2
    )


def decision() -> Decision:
    return Decision.objects.create(program=factories.ProgramFactory(), subject="credit:BS:MARK", choice="dismiss")


def sent(action: Action, state: ChangeState) -> Make:
    def make() -> Any:
        run = factories.RunFactory()
        product = factories.ProductFactory(source=run.program.source)
        return factories.ChangeFactory(
            run=run, action=action, state=state, mark="BS:MARK", template_id="5001", product=product
        )

    return make


# Each constraint, a row, and what else is changed in its copy, so that nothing but this constraint stands against it.
ONCE: list[tuple[str, Make, dict[str, Any]]] = [
    ("one_active_run_per_kind", lambda: factories.RunFactory(state=RunState.APPLYING), {}),
    ("one_change_per_place", factories.ChangeFactory, {}),
    ("one_new_line_under_way", sent(Action.ADD_LINE, ChangeState.SENDING), {"position": 99}),
    ("one_new_line_under_way", sent(Action.ADD_LINE, ChangeState.UNKNOWN), {"position": 99, "state": "sending"}),
    ("one_new_product_under_way", sent(Action.CREATE_PRODUCT, ChangeState.UNKNOWN), {"position": 99}),
    ("one_standing_line_per_mark", factories.LineFactory, {"line_id": "99"}),
    ("one_row_per_target_line", factories.LineFactory, {"mark": "BS:OTHER"}),
    ("one_posting_per_period", posting, {}),
    ("one_part_per_mark", part, {}),
    ("one_decision_per_subject", decision, {}),
    ("one_open_finding", factories.FindingFactory, {}),
    ("one_import_per_invoice", factories.SourceInvoiceFactory, {}),
    ("one_charge_per_row", factories.ChargeFactory, {}),
    ("one_product_per_key", factories.ProductFactory, {}),
    ("one_link_per_product", factories.ProductLinkFactory, {"external_id": "99"}),
    ("one_mapping_per_motion", factories.MappingFactory, {}),
    ("one_connection_per_name", factories.ConnectionFactory, {}),
    ("one_program_per_route", factories.ProgramFactory, {}),
    ("one_message_per_event", factories.MessageFactory, {}),
]


def copy_row(row: models.Model, **other: object) -> None:
    """A second row with the same values, by SQL."""
    table = row._meta.db_table
    columns = [field.column for field in row._meta.concrete_fields if not (field.primary_key or field.generated)]
    values = [sql.Literal(other[name]) if name in other else sql.Identifier(name) for name in columns]
    statement = sql.SQL("INSERT INTO {table} ({columns}) SELECT {values} FROM {table} WHERE id = {id}").format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(values),
        id=sql.Literal(row.pk),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.cursor))


@pytest.mark.parametrize(
    ("constraint", "make", "other"), ONCE, ids=[f"{name}-{n}" for n, (name, _, _) in enumerate(ONCE)]
)
def test_second_row_is_refused(partner: Partner, constraint: str, make: Make, other: dict[str, Any]) -> None:
    with partner_scope(partner.pk):
        row = make()
        with pytest.raises(IntegrityError, match=f'"{constraint}"'), transaction.atomic():
            copy_row(row, **other)


ENDED: list[tuple[Make, dict[str, Any]]] = [
    (lambda: factories.RunFactory(state=RunState.FINISHED), {}),
    (sent(Action.ADD_LINE, ChangeState.DONE), {"position": 99}),
    (sent(Action.CREATE_PRODUCT, ChangeState.FAILED), {"position": 99}),
    (lambda: factories.LineFactory(state="removed"), {"line_id": "99"}),
]


def test_the_same_line_may_stand_and_be_under_way_once_for_each_program(partner: Partner) -> None:
    with partner_scope(partner.pk):
        program = factories.ProgramFactory()
        other = factories.ProgramFactory(source=program.source, target=program.target, slug="another-program")
        rows = [factories.LineFactory(program=program)]
        run = factories.RunFactory(program=program)
        about = {"action": Action.ADD_LINE, "state": ChangeState.SENDING, "mark": "BS:MARK", "template_id": "5001"}
        rows.append(factories.ChangeFactory(run=run, **about))
        copy_row(rows[0], program_id=other.pk, line_id="99")
        copy_row(rows[1], program_id=other.pk, position=99)
        for row in rows:
            assert type(row)._default_manager.values_list("program").distinct().count() == 2


@pytest.mark.parametrize(("make", "other"), ENDED)
def test_what_is_over_may_happen_again(partner: Partner, make: Make, other: dict[str, Any]) -> None:
    with partner_scope(partner.pk):
        row = make()
        copy_row(row, **other)
        assert type(row)._default_manager.count() == 2
