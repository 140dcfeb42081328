"""Line values and products as JSON in the ledger: decimal strings, so that nothing is lost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.records import LineValues
from money.products import ProductChange, TargetItem
from money.words import from_cents, plain, plain_quantity, to_cents


def line_to_json(values: LineValues | None) -> dict[str, Any] | None:
    """A line as people read it and as it is written; money in currency units."""
    if values is None:
        return None
    return {
        "name": values.name,
        "description": values.description,
        "quantity": plain_quantity(values.quantity),
        "retail": plain(from_cents(values.retail_cents)),
        "cost": plain(from_cents(values.cost_cents)),
        "taxable": values.taxable,
        "one_time": values.one_time,
        "product_id": values.product_id,
        "position": values.position,
    }


def line_from_json(stored: dict[str, Any]) -> LineValues:
    """The inverse of ``line_to_json``, exactly."""
    return LineValues(
        product_id=stored["product_id"],
        name=stored["name"],
        description=stored["description"],
        quantity=Decimal(stored["quantity"]),
        retail_cents=to_cents(Decimal(stored["retail"])),
        cost_cents=to_cents(Decimal(stored["cost"])),
        taxable=stored["taxable"],
        one_time=stored["one_time"],
        position=stored["position"],
    )


def product_after(change: ProductChange) -> dict[str, Any]:
    """A product as it shall be; prices in currency units."""
    return {
        "name": change.name,
        "description": change.description,
        "cost": plain(change.cost),
        "retail": plain(change.retail),
        "taxable": change.taxable,
    }


def product_before(item: TargetItem | None) -> dict[str, Any] | None:
    """A product as it stands; prices in currency units."""
    if item is None:
        return None
    return {"name": item.name, "cost": plain(item.cost), "retail": plain(item.retail)}
