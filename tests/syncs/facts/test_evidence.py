"""What generated invoices say of our lines, as planning is told it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Partner
from core.scope import partner_scope
from syncs.enums import ChangeState
from syncs.facts.evidence import SeenRun, load_evidence
from syncs.models import Line
from tests import factories as make


@pytest.fixture
def line(partner: Partner) -> Iterator[Line]:
    """Ours, changed from 5 to 7 seats by the newest run."""
    with partner_scope(partner.pk):
        yield make.LineFactory(quantity=Decimal(7), retail_cents=1100)


def seen(line: Line, quantity: str, price: str) -> SeenRun:
    """A run that billed the line so."""
    run: dict[str, Any] = {
        "mark": line.mark, "invoice_id": "1", "number": "1", "quantity": quantity, "price": price,
        "written_quantity": "7", "written_price": "11.00", "ahead": True,
    }  # fmt: skip
    evidence = load_evidence(line.program, {"billed_by": {}, "runs": [run]})
    (found,) = evidence.runs
    return found


def wrote(line: Line, quantity: str, state: ChangeState = ChangeState.DONE) -> None:
    run = make.RunFactory(program=line.program)
    after = {"quantity": quantity, "retail": "10.00", "cost": "8.00"}
    make.ChangeFactory(run=run, mark=line.mark, state=state, after=after)


def test_run_that_billed_what_we_wrote_before_the_last_change_was_edited_by_nobody(line: Line) -> None:
    wrote(line, "5")

    assert seen(line, "5.0", "10.0").as_written


@pytest.mark.parametrize(
    ("quantity", "state"), [("6", ChangeState.DONE), ("5", ChangeState.FAILED), ("5", ChangeState.HELD)]
)
def test_run_that_billed_what_we_never_wrote_was_edited_by_somebody(
    line: Line, quantity: str, state: ChangeState
) -> None:
    wrote(line, quantity, state)

    found = seen(line, "5.0", "10.0")

    assert not found.as_written
    assert (found.written_quantity, found.written_price) == (7, 11)


def test_run_that_billed_the_line_as_it_is_needs_no_look_back(line: Line, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        assert seen(line, "7.0", "11.0").as_written
