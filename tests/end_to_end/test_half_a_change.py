"""An adjustment and its recurring line: nobody is billed half a change."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import Open
from tests.end_to_end.rightness import right

ADATUM = 5001


@pytest.mark.parametrize("loss", ["refused", "drop_before"])
def test_recurring_line_waits_for_its_adjustment(open_office: Open, loss: str):
    office = open_office()
    office.configure("adatum")
    fault = {"vendor": "syncro", "method": "POST", "path": "/add_line_item$", "count": 1}
    if loss == "refused":
        office.fault("status", **fault, status=422, body='{"errors": ["Not now"]}')
    else:
        office.fault(loss, **fault)

    synced = office.sync()

    if loss == "refused":
        assert synced.billing["status"] == "error"
        assert "nobody is billed half a change" in synced.messages
        assert synced.billing["counts"]["failed"] == 2
        assert office.unbalanced() == []
        synced = office.sync()
    assert synced.billing["status"] in {"success", "warning"}
    right(office, ADATUM)
