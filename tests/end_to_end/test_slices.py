"""A run takes turns: it gives its worker back after each slice, and loses nothing by it."""

from __future__ import annotations

import pytest

from tests.end_to_end.conftest import Open


@pytest.mark.usefixtures("smallest_slices")
def test_smallest_slices_make_the_same_calls_and_the_same_lines(open_office: Open):
    office = open_office(page_size="20")
    for number in range(70):
        office.edit("add_product", values={"name": f"Cable {number}"})
    office.configure("adatum")

    synced = office.sync("products")
    pages = [call for call in synced.calls if call["path"].endswith("/products") and call["method"] == "GET"]

    assert len(pages) > 3
    assert len({(call["path"], str(call.get("query"))) for call in pages}) == len(pages)
    assert synced.statuses == ["success"]
    assert office.sync("products").statuses == ["no_change"]
