"""Lines that were taken off and stand on their template all the same are taken off once more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Partner
from core.scope import partner_scope
from money.enums import Action, LineState
from syncs.enums import ChangeState
from syncs.models import Line, Run
from syncs.writing.leftovers import removals_of_leftovers
from tests import factories as make

MARK = "BS:AAAAAAAAAA"


def shown(line: Line, **values: Any) -> dict[str, Any]:
    """The line as the copy of its template has it."""
    usual = {
        "line_id": line.line_id, "template_id": line.template_id, "product_id": None, "name": "Business Premium",
        "description": f"[{MARK}]", "quantity": "5", "retail_cents": 1000, "cost_cents": 850, "taxable": True,
        "one_time": False,
    }  # fmt: skip
    return usual | values


@pytest.mark.parametrize(
    ("state", "values", "off"),
    [
        (LineState.REMOVED, {}, True),
        (LineState.BILLED, {}, True),
        (LineState.STANDING, {}, False),
        (LineState.REMOVED, {"quantity": "0"}, False),  # its removal was refused, and this was done instead
        (LineState.REMOVED, {"description": ""}, False),  # without our mark it is somebody's own
        (LineState.REMOVED, {"line_id": "1"}, False),  # another line
    ],
)
def test_line_that_should_be_gone_and_stands_is_taken_off(
    partner: Partner, state: LineState, values: dict[str, Any], off: bool
) -> None:
    with partner_scope(partner.pk):
        line: Line = make.LineFactory(mark=MARK, state=state)
        make.TemplateFactory(target=line.target, external_id=line.template_id, lines=[shown(line, **values)])
        run: Run = make.RunFactory(program=line.program)

        found = removals_of_leftovers(run)

    assert [(one.action, one.line_id, one.mark) for one in found] == (
        [(Action.REMOVE_LINE, line.line_id, MARK)] if off else []
    )
    assert all(one.before is not None and one.before.quantity == Decimal(5) for one in found)


def test_line_that_the_run_writes_anyway_is_left_to_its_change(partner: Partner) -> None:
    with partner_scope(partner.pk):
        line: Line = make.LineFactory(mark=MARK, state=LineState.REMOVED)
        make.TemplateFactory(target=line.target, external_id=line.template_id, lines=[shown(line)])
        run: Run = make.RunFactory(program=line.program)
        assert len(removals_of_leftovers(run)) == 1

        make.ChangeFactory(run=run, line_id=line.line_id, state=ChangeState.PLANNED)

        assert removals_of_leftovers(run) == []
