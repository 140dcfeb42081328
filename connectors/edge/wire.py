"""JSON on the wire without floats: numbers are ``Decimal`` or ``int`` both ways."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal


def decode_json(body: bytes) -> object:
    """Parse an answer's body; fractions become ``Decimal``. ``ValueError`` when it is not JSON."""
    try:
        return json.loads(body.decode("utf-8-sig"), parse_float=_finite, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def encode_json(value: object) -> bytes:
    """Render a request body; a ``Decimal`` is written digit by digit, a float is a ``TypeError``."""
    return _render(value).encode()


def jsonable(value: object) -> object:
    """The same value with every ``Decimal`` as text, for storing an answer as plain JSON."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    return value


def _render(value: object) -> str:
    if isinstance(value, Decimal):
        return _render_decimal(value)
    if isinstance(value, Mapping):
        members = (f"{json.dumps(str(key))}:{_render(item)}" for key, item in value.items())
        return "{" + ",".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(_render(item) for item in value) + "]"
    if isinstance(value, float):
        raise TypeError("a float never goes on the wire: use Decimal")
    return json.dumps(value)


def _render_decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise ValueError("only finite numbers go on the wire")
    return format(value, "f")


def _finite(text: str) -> Decimal:
    number = Decimal(text)
    # An exponent can make a number of a few characters explode when it is written out again.
    if abs(number.adjusted()) > 100:
        raise ValueError("number out of range")
    return number


def _refuse_constant(text: str) -> object:
    raise ValueError(f"{text} is not JSON")
