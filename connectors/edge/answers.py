"""What came back from a vendor, and how a refusal's many shapes become plain messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Answer:
    """A vendor's answer with status 2xx, or 4xx other than 408 and 429.

    ``payload`` is the parsed JSON, None where the body is empty or (4xx only) not JSON. ``excerpt``
    is the start of a refusal's body without secrets; of a success nothing is kept beside the
    payload.
    """

    status: int
    payload: object = field(repr=False)
    excerpt: str = ""
    request_id: str = ""

    @property
    def ok(self) -> bool:
        """Whether the vendor did what it was asked."""
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Download:
    """A body kept in a temporary file, complete as far as the vendor's framing can tell."""

    file: BinaryIO = field(repr=False)
    size: int  # bytes
    content_type: str


def error_messages(answer: Answer) -> tuple[str, ...]:
    """A refusal's own words, whatever shape they came in: the table of vendors' error bodies.

    ``error``, ``errors`` or ``message`` may each be a text, a list, or an object of lists; some
    answers are themselves an object of lists; others are no JSON at all.
    """
    payload = answer.payload
    if isinstance(payload, Mapping):
        for key in ("error", "errors", "message", "Message", "error_description"):
            found = _flatten(payload.get(key))
            if found:
                return found
        if payload and all(isinstance(value, list) for value in payload.values()):
            return _flatten(payload)
    elif payload is not None:
        return _flatten(payload)
    return (answer.excerpt,) if answer.excerpt else ()


def _flatten(value: object) -> tuple[str, ...]:
    match value:
        case None | bool() | "":
            return ()
        case Mapping():
            return tuple(
                f"{str(name).replace('_', ' ')} {message}".strip()
                for name, messages in value.items()
                for message in _flatten(messages)
            )
        case list():
            return tuple(chain.from_iterable(map(_flatten, value)))
        case _:
            return (str(value),)
