"""The vendors of any size: what is put on a template stands on it, at ids of its own."""

from __future__ import annotations

import json
from typing import Any

from bench.wholesale import Wholesale


def schedule(vendor: Wholesale, number: int) -> Any:
    """A template as it is read by itself."""
    return json.loads(vendor.answer(f"/northwind/api/v1/schedules/{number}", 1) or b"")["schedule"]


def test_template_has_as_many_lines_as_were_asked_for_and_what_was_added() -> None:
    vendor = Wholesale(customers=30, products=5, lines=10)
    (listed,) = json.loads(vendor.answer("/northwind/api/v1/schedules", 2) or b"")["schedules"][:1]
    assert (listed["id"], len(listed["lines"])) == (26, 10)

    told = vendor.add_line(26, {"name": "Sample Suite", "quantity": "2.0"})

    assert schedule(vendor, 26)["lines"] == [*listed["lines"], told["schedule_line_item"]]
    lines = [line["id"] for number in range(1, 31) for line in schedule(vendor, number)["lines"]]
    assert len(set(lines)) == len(lines) == 301
