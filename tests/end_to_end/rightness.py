"""Whether the vendors' truth and the templates agree."""

from __future__ import annotations

from decimal import Decimal

from tests.end_to_end.office import Office, amount_of


def right(office: Office, *templates: int) -> None:
    """The templates carry what the source charges, once, and nothing is left to do."""
    assert [amount_of(office.our_lines(template)) for template in templates] == [
        _source_of(office, template) for template in templates
    ]
    assert (office.doubled(), office.unbalanced(), office.planned()) == ([], [], [])
    codes = [product["upc_code"] for product in office.products() if product["upc_code"]]
    assert sorted(set(codes)) == sorted(codes)


def _source_of(office: Office, template: int) -> Decimal:
    told = next(one for one in office.truth()["templates"] if one["invoice_template"] == template)
    return Decimal(told["source"]["retail"])
