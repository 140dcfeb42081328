"""Whether the vendors' truth and the templates agree."""

from __future__ import annotations

from decimal import Decimal

from tests.end_to_end.office import Office, amount_of


def right(office: Office, *templates: int) -> None:
    """The templates carry what the source charges, once, and nothing is left to do."""
    owed = {told["invoice_template"]: Decimal(told["source"]["retail"]) for told in office.truth()["templates"]}
    assert [amount_of(office.our_lines(template)) for template in templates] == [owed[each] for each in templates]
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])
    codes = [product["upc_code"] for product in office.products() if product["upc_code"]]
    assert sorted(set(codes)) == sorted(codes)
