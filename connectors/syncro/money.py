"""Syncro's three encodings of money, and its quantities: each has its own way in and out.

Source: Syncro API document. Products carry dollars as JSON numbers, schedule lines whole cents as
JSON integers, invoices dollars as text. All are read leniently and written exactly.
"""

from __future__ import annotations

from decimal import Decimal

from connectors.edge.json_rows import JsonRow

_CENT = Decimal("0.01")


def product_price(row: JsonRow, field: str) -> Decimal:
    """A product's price in currency units (a JSON number of dollars); 0 where none is set."""
    return row.decimal(field) or Decimal(0)


def line_cents(row: JsonRow, field: str) -> int:
    """A schedule line's price in whole cents (a JSON integer); 0 where none is set."""
    return row.integer(field) or 0


def invoice_price(row: JsonRow, *fields: str) -> Decimal:
    """An invoice line's price in currency units (dollars as text); 0 where none is set."""
    return row.decimal(*fields) or Decimal(0)


def price_to_send(value: Decimal) -> Decimal:
    """A product's price as it is written: exactly two decimals. ``ValueError`` for part cents."""
    exact = value.quantize(_CENT)
    if exact != value:
        raise ValueError("a product's price is written in whole cents")
    return exact


def quantity_to_send(value: Decimal) -> Decimal:
    """A line's quantity as it is written; ``ValueError`` below 0 or with over two decimals.

    What Syncro does with either is unknown, so neither is ever sent.
    """
    if value < 0 or value != value.quantize(_CENT):
        raise ValueError("a quantity is written with at most two decimals and never below 0")
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
