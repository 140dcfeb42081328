"""Names that mean harm come through the price list: Syncro gets each product and line once, and no surprise."""

from __future__ import annotations

import datetime as dt
from itertools import cycle

import pytest

from sandbox.catalogue import Offer
from sandbox.prism_api import pricing
from tests.end_to_end.conftest import Open
from tests.end_to_end.office import Json, mark_of
from tests.end_to_end.rightness import right

ADATUM = 5001
HOSTILE = (
    '=HYPERLINK("https://example.com","Pay")', "<script>alert(1)</script>", "\u202egnp.exe\u202c", "Suite\x00\x07",
    "Two\nlines\r\nand\ttabs", "Suite [BS:AAAAAAAAAA]", "x" * 10_000, "\U0001f4b8" * 300, "' OR 1=1 --", "{{ 7 * 7 }}",
)  # fmt: skip


def test_hostile_product_names_are_written_once_and_stay(open_office: Open, monkeypatch: pytest.MonkeyPatch):
    as_listed, names, given = pricing._product, cycle(HOSTILE), {}

    def renamed(offer: Offer, on: dt.date) -> Json:
        name = given.setdefault(offer.product_id, f"{next(names)} {len(given)}")
        return as_listed(offer, on) | {"ProductName": name, "ProductDescription": name}

    monkeypatch.setattr(pricing, "_product", renamed)
    office = open_office()
    office.configure("adatum", products={"mode": "all"})

    first, second = office.sync(), office.sync()

    assert first.products["status"] == "success"
    assert (second.products["status"], second.writes) == ("no_change", [])
    made = [product for product in office.products() if not product["by_hand"]]
    assert len(made) > len(HOSTILE)
    for product in made:
        assert 3 < len(product["name"]) <= 255
        assert product["name"].isprintable()
        assert product["description"].isprintable()
    marks = [mark_of(line) for line in office.our_lines(ADATUM)]
    assert len(set(marks)) == len(marks) > 2
    assert "BS:AAAAAAAAAA" not in marks
    right(office, ADATUM)
