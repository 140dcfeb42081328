"""Occasions at which a sync has something to do."""

from __future__ import annotations

from tests.end_to_end.office import Office

ADATUM, COHO = 5001, 5010


def new_customer(office: Office) -> None:
    """Lucerne is mapped: products to create and lines to add."""
    office.map(office.entries("lucerne"))


def new_month(office: Office) -> None:
    """A new invoice: lines to change and to add, products whose price changed."""
    office.advance()


def copied_lines(office: Office, template: int, number: int) -> None:
    """Somebody copied so many of our lines on a template: lines to take off."""
    for line in office.recurring(template)[:number]:
        copy = {name: line[name] for name in ("name", "description", "quantity", "retail_cents", "cost_cents")}
        office.edit("add_line", schedule_id=template, values=copy)


def edited_lines(office: Office, template: int, number: int) -> None:
    """Somebody typed other quantities into our lines on a template: the next invoice sets them back."""
    for line in office.recurring(template)[:number]:
        office.edit("edit_line", schedule_id=template, line_id=line["id"], values={"quantity": 77})


def other_prices(office: Office, number: int) -> None:
    """Somebody changed the prices of our products: they are set back."""
    for product in [one for one in office.products() if one["upc_code"]][:number]:
        office.edit("edit_product", product_id=product["id"], values={"price_retail": "1.00"})


def everything(office: Office) -> None:
    """All of it, so often that each kind of read and of write happens some three times."""
    new_month(office)
    new_customer(office)
    copied_lines(office, COHO, 3)
    edited_lines(office, ADATUM, 3)
    other_prices(office, 3)
