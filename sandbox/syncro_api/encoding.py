"""Syncro's encodings: dollars as numbers, whole cents, amounts as strings; and its timestamps."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal, InvalidOperation

from sandbox.wire import with_point

CENT = Decimal("0.01")


def is_blank(value: object) -> bool:
    """Nothing, or only blanks."""
    return value is None or (isinstance(value, str) and not value.strip())


def cut(text: str, limit: str) -> str:
    """A text as Syncro keeps it; the limit 0 keeps all."""
    return text[: int(limit)] if limit != "0" else text


def as_decimal(value: object) -> Decimal:
    """A number or a numeric text; 0 for anything else, as Syncro reads what it cannot."""
    if isinstance(value, bool):
        return Decimal(int(value))
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return Decimal(0)


def as_cents(value: object) -> int:
    """A whole number of cents; digits behind the point are cut off."""
    return int(as_decimal(value).to_integral_value(ROUND_DOWN))


def as_bool(value: object) -> bool:
    """A boolean, also from the texts a form would send."""
    return value.lower() in ("true", "1", "on") if isinstance(value, str) else bool(value)


def dollars(value: object) -> Decimal:
    """An amount in dollars at two digits."""
    return as_decimal(value).quantize(CENT, ROUND_HALF_UP)


def of_cents(cents: int) -> Decimal:
    """Cents as an amount in dollars."""
    return Decimal(cents) / 100


def quantity_text(quantity: Decimal, digits: int) -> str:
    """A quantity as a string with at least one digit behind the point."""
    return with_point(quantity.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def amount_text(amount: Decimal) -> str:
    """An amount as a string, ``"0.0"`` or ``"64.99"``."""
    return with_point(amount)


def midnight(day: dt.date) -> str:
    """A day as a timestamp."""
    return f"{day.isoformat()}T00:00:00.000Z"


def read_day(value: object) -> dt.date | None:
    """A day from ``YYYY-MM-DD`` or a timestamp; None when it is neither."""
    try:
        return dt.date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
