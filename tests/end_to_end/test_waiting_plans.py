"""A plan waits for a person, and something else happens before it is applied."""

from __future__ import annotations

import pytest

from core.audit import COMMAND
from core.scope import partner_scope
from programs.models import Program
from syncs.services import SyncRefused, apply_plan, start_sync
from tests.end_to_end.conftest import Open
from tests.end_to_end.office import Office


@pytest.fixture
def office(open_office: Open) -> Office:
    """Its first plan waits."""
    office = open_office()
    office.configure("adatum", "coho-winery", billing={"approval": "required"})
    office.sync()
    return office


def test_plan_that_cannot_be_applied_now_is_still_held(office: Office):
    held = office.newest_balance()["held"]
    run = office.waiting_run()
    assert run is not None
    with partner_scope(office.partner_id()):
        start_sync(program=Program.objects.get(), kinds=["billing"], actor=COMMAND, enqueue=False)
        with pytest.raises(SyncRefused):
            apply_plan(run=run, actor=COMMAND)

    assert office.newest_balance()["held"] == held
