"""From Syncro's JSON to our records, and back into request bodies.

Source of names and types: Syncro API document (products, schedules, invoices, customers).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from connectors.edge.json_rows import JsonRow
from connectors.errors import UnexpectedAnswer
from connectors.records import (
    CustomerRecord,
    InvoiceTemplate,
    LineValues,
    NewProduct,
    ProductRecord,
    TargetInvoice,
    TargetInvoiceLine,
    TemplateLine,
)
from connectors.syncro.address import SYSTEM
from connectors.syncro.frequency import interval_of
from connectors.syncro.money import (
    invoice_price,
    line_cents,
    price_to_send,
    product_price,
    quantity_to_send,
)

_ADDRESS_FIELDS = ("address", "address_2", "city", "state", "zip")


def unwrap(payload: object, name: str) -> JsonRow:
    """The object inside ``{"product": {...}}``; ``UnexpectedAnswer`` without it or its id."""
    inner = JsonRow(payload, system=SYSTEM, what="answer").value(name)
    row = JsonRow(inner, system=SYSTEM, what=name.replace("_", " "))
    need_id(row)
    return row


def need_id(row: JsonRow, field: str = "id") -> str:
    """A record's id; without one nothing can be done with the record. Syncro's are whole numbers, ours are text."""
    found = read_id(row, field)
    if found is None:
        raise row.unexpected(f"has no {field}")
    return found


def read_id(row: JsonRow, field: str) -> str | None:
    """The id of another record, None where there is none."""
    number = row.integer(field)
    return None if number is None else str(number)


def read_customer(row: JsonRow) -> CustomerRecord:
    """A customer; a person without a business shows the own name."""
    customer_id = need_id(row)
    name = row.text("business_then_name", "business_name", "fullname", "business_and_full_name")
    parts = (row.text(field) for field in _ADDRESS_FIELDS)
    return CustomerRecord(
        customer_id=customer_id,
        name=name or f"Customer {customer_id}",
        email=row.text("email"),
        phone=row.text("phone", "mobile"),
        address=", ".join(part for part in parts if part),
        disabled=row.flag("disabled"),
    )


def read_product(row: JsonRow) -> ProductRecord:
    """A product. Texts stay exactly as they are: they are sent back with each price change."""
    return ProductRecord(
        product_id=need_id(row),
        name=row.exact_text("name"),
        description=row.exact_text("description"),
        code=row.exact_text("upc_code"),
        cost=product_price(row, "price_cost"),
        retail=product_price(row, "price_retail"),
        taxable=row.flag("taxable"),
        disabled=row.flag("disabled"),
        maintain_stock=row.flag("maintain_stock"),
        serialized=row.flag("serialized"),
    )


def read_template(row: JsonRow) -> InvoiceTemplate:
    """A schedule with its lines."""
    template_id = need_id(row)
    return InvoiceTemplate(
        template_id=template_id,
        customer_id=need_id(row, "customer_id"),
        name=row.text("name"),
        frequency=row.text("frequency"),
        next_run=read_date(row.text("next_run")),
        paused=row.flag("paused"),
        lines=tuple(read_line(line, template_id) for line in row.rows("lines", what="schedule line")),
        every=interval_of(row.text("frequency")),
    )


def read_line(row: JsonRow, template_id: str) -> TemplateLine:
    """A line of a schedule. Quantity arrives as text ("2.0"), prices as whole cents."""
    return TemplateLine(
        line_id=need_id(row),
        template_id=read_id(row, "schedule_id") or template_id,
        product_id=read_id(row, "product_id"),
        name=row.exact_text("name"),
        description=row.exact_text("description"),
        quantity=row.decimal("quantity") or Decimal(0),
        retail_cents=line_cents(row, "retail_cents"),
        cost_cents=line_cents(row, "cost_cents"),
        taxable=row.flag("taxable"),
        one_time=row.flag("one_time_charge"),
        position=row.integer("position"),
        counted_by_target=row.value("recurring_type_id") is not None,
    )


def read_invoice(row: JsonRow) -> TargetInvoice:
    """A generated invoice; ``lines`` is None where the answer carries none."""
    lines = row.rows("line_items", what="invoice line")
    return TargetInvoice(
        invoice_id=need_id(row),
        customer_id=need_id(row, "customer_id"),
        number=row.text("number"),
        date=read_date(row.text("date", "created_at")),
        lines=tuple(map(read_invoice_line, lines)) if row.has("line_items") else None,
    )


def read_invoice_line(row: JsonRow) -> TargetInvoiceLine:
    """A line of a generated invoice. Which text holds a product's name or description varies."""
    texts = (row.text(field) for field in ("item", "name", "description"))
    return TargetInvoiceLine(
        product_id=read_id(row, "product_id"),
        texts=tuple(dict.fromkeys(text for text in texts if text)),
        quantity=row.decimal("quantity") or Decimal(0),
        price=invoice_price(row, "price", "price_retail"),
        cost=invoice_price(row, "cost", "price_cost"),
    )


def read_date(text: str) -> dt.date | None:
    """The day as written, of a date or a timestamp; None where there is none.

    No time zone is applied: midnight UTC of a schedule means that calendar day.
    """
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        raise UnexpectedAnswer("The answer has an unexpected form: a date cannot be read.", system=SYSTEM) from None


def body_of_new_product(product: NewProduct) -> Mapping[str, object]:
    """Body of POST /products: active and not stock-tracked."""
    return {
        "name": product.name,
        "description": product.description or product.name,
        "upc_code": product.code,
        "price_cost": price_to_send(product.cost),
        "price_retail": price_to_send(product.retail),
        "taxable": product.taxable,
        "maintain_stock": False,
        "serialized": False,
        "disabled": False,
    }


def body_of_prices(current: ProductRecord, cost: Decimal, retail: Decimal) -> Mapping[str, object]:
    """Body of PUT /products/{id}: new prices, and everything that would be reset without it.

    A boolean that is left out falls back to its default, and name and description are required.
    """
    body: dict[str, object] = {
        "name": current.name,
        "description": current.description if current.description.strip() else current.name,
        "price_cost": price_to_send(cost),
        "price_retail": price_to_send(retail),
        "taxable": current.taxable,
        "maintain_stock": current.maintain_stock,
        "serialized": current.serialized,
        "disabled": current.disabled,
    }
    if current.code:
        body["upc_code"] = current.code
    return body


def body_of_line(values: LineValues) -> Mapping[str, object]:
    """Body of a line to add or change: always the full line, never ``recurring_type_id``."""
    body: dict[str, object] = {
        "name": values.name,
        "description": values.description,
        "quantity": quantity_to_send(values.quantity),
        "retail_cents": values.retail_cents,
        "cost_cents": values.cost_cents,
        "taxable": values.taxable,
        "one_time_charge": values.one_time,
    }
    if values.product_id is not None:
        body["product_id"] = int(values.product_id)
    if values.position is not None:
        body["position"] = values.position
    return body
