"""Whether the vendors' truth and the templates agree."""

from __future__ import annotations

from decimal import Decimal

from tests.end_to_end.office import Office, amount_of


def right(office: Office, *templates: int) -> None:
    """The templates carry what the source charges, once, and nothing is left to do."""
    told = {one["invoice_template"]: one for one in office.truth()["templates"]}
    assert [amount_of(office.our_lines(template)) for template in templates] == [
        Decimal(told[template]["source"]["retail"]) for template in templates
    ]
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])
    codes = [product["upc_code"] for product in office.products() if product["upc_code"]]
    assert sorted(set(codes)) == sorted(codes)
