"""A template that is planned again reads what its customers have, not what the whole program has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection

from core.scope import partner_scope
from customers.models import Mapping
from syncs.enums import Anew
from syncs.models import Run
from syncs.running.replanning import replan_template
from syncs.running.slices import open_slice
from tests.end_to_end.office import Office

FEW = ("adatum", "coho-winery")
ADATUM = "5001"


@dataclass
class Read:
    """Statements, and the rows that the queries among them brought."""

    statements: list[str] = field(default_factory=list)
    rows: int = 0

    def note(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        answered = execute(sql, params, many, context)
        self.statements.append(sql)
        if sql.lstrip().startswith(("SELECT", "WITH")):
            self.rows += context["cursor"].rowcount
        return answered


def plan_again(office: Office) -> Read:
    """What planning Adatum's template again reads, in the newest billing run."""
    found = Read()
    with partner_scope(office.partner_id()):
        work = open_slice(Run.objects.filter(kind="billing").latest("pk"))
    with connection.execute_wrapper(found.note):
        replan_template(work, ADATUM, Anew.CHANGED)
    return found


def test_template_that_is_planned_again_reads_nothing_of_other_customers(
    open_office: Callable[..., Office], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)  # they tell no number of rows
    office = open_office()
    office.configure(*FEW)
    office.sync()
    office.sync("billing")
    few = plan_again(office)

    office.map(office.entries())
    office.sync()
    office.sync("billing")
    with partner_scope(office.partner_id()):
        assert Mapping.objects.values("customer").distinct().count() > 20
    many = plan_again(office)

    assert len(many.statements) == len(few.statements) > 10, "\n".join(many.statements)
    assert 20 < many.rows <= few.rows
