"""A billing sync by itself: its lines have their products, and a line that has none is said until it has."""

from __future__ import annotations

from tests.end_to_end.conftest import Open
from tests.end_to_end.office import Json, Office

TYPED_IN = 331  # Defender for Business


def unlinked(office: Office, *templates: int) -> list[Json]:
    """Lines of ours without a product."""
    lines = [line for template in templates for line in office.our_lines(template)]
    assert lines, "there is no line that could lack its product"
    return [line for line in lines if line["product_id"] is None]


def test_lines_of_billing_alone_have_their_products(open_office: Open):
    office = open_office()
    office.configure(late=True)
    assert office.sync().writes == []
    office.map(office.entries("litware", "adatum"))
    templates = {entry["invoice_template"] for entry in office.entries("litware", "adatum")}

    preview = office.sync("billing", preview=True)
    synced = office.sync("billing")

    assert "without a product" not in preview.messages + synced.messages
    assert [run["kind"] for run in synced.runs] == ["products", "billing"]
    assert unlinked(office, *templates) == []
    assert "Already on the template" in synced.messages
    assert office.doubled() == []
    assert office.unbalanced() == []
    assert [run["kind"] for run in office.sync("billing").runs] == ["billing"]


def test_line_without_product_is_said_until_it_has_one(open_office: Open):
    office = open_office()
    office.configure("adatum", motions=["seat_monthly"], products={"enabled": False})
    (template,) = {entry["invoice_template"] for entry in office.entries("adatum", motions=["seat_monthly"])}

    preview = office.sync("billing", preview=True)
    first = office.sync("billing")

    assert "without a product link" in preview.messages
    assert (preview.billing["status"], first.billing["status"]) == ("warning", "warning")
    assert "without a product link" in first.messages
    lacking = len(unlinked(office, template))
    assert lacking
    assert "reported before and still waiting" in office.sync("billing").messages

    office.set_products(enabled=True)
    synced = office.sync()

    assert unlinked(office, template) == []
    assert len([call for call in synced.writes if "line_item" in call["path"]]) == lacking
    assert office.sync().statuses == ["no_change", "no_change"]
    assert office.unbalanced() == []
