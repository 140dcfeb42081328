"""What goes over the wire: a request, a reply, and JSON with exact decimals."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Json = dict[str, Any]

_plain_json = json.JSONEncoder(ensure_ascii=False).encode  # json.dumps would make an encoder for each value
_ARRAY_NAME = re.compile(r"\[\d*\]$")


@dataclass(frozen=True)
class Request:
    """One HTTP request, with header names in lower case."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: str = "127.0.0.1"

    @classmethod
    def of(cls, method: str, target: str, headers: Mapping[str, str], body: bytes, client: str) -> Request:
        """Read the request line and headers as an HTTP server received them."""
        parts = urlsplit(target)
        return cls(
            method=method,
            path=parts.path,
            query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
            client=client,
        )

    def param(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return next((value for key, value in self.query if key == name), default)

    def params(self, name: str) -> list[str]:
        """Every value of an array parameter, written ``name[]``, ``name[0]`` or ``name``."""
        return [value for key, value in self.query if _ARRAY_NAME.sub("", key) == name]

    def has_param(self, name: str) -> bool:
        """Whether the array parameter was sent at all."""
        return any(_ARRAY_NAME.sub("", key) == name for key, _ in self.query)

    def json(self) -> Any:
        """The body as JSON, with decimals kept exact; None when it is not JSON."""
        try:
            return json.loads(self.body, parse_float=Decimal) if self.body else {}
        except ValueError:
            return None

    def fields(self) -> Json:
        """The body as a JSON object; an empty one when it is something else."""
        body = self.json()
        return body if isinstance(body, dict) else {}


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


def json_reply(value: object, status: int = 200) -> Reply:
    """An answer with a JSON body."""
    return Reply(status, encode(value).encode())


def html_reply(status: int, title: str) -> Reply:
    """An HTML page where a client expects JSON."""
    page = f"<!DOCTYPE html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Reply(status, page.encode(), "text/html; charset=utf-8")


def empty_reply(status: int) -> Reply:
    """An answer without a body."""
    return Reply(status, b"")


def encode(value: object) -> str:
    """JSON text in which a Decimal is a number with exactly its digits."""
    if isinstance(value, str):
        return _plain_json(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, dict):
        return "{" + ",".join([f"{_plain_json(str(k))}:{encode(v)}" for k, v in value.items()]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([encode(item) for item in value]) + "]"
    return _plain_json(value)


def plain(amount: Decimal) -> str:
    """A decimal without exponent and without needless zeros."""
    text = f"{amount:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def with_point(amount: Decimal) -> str:
    """A decimal as Syncro writes it in strings: at least one digit behind the point."""
    text = plain(amount)
    return text if "." in text else f"{text}.0"
