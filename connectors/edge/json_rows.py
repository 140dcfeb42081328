"""Lenient reading of one JSON object: names without case, numbers as numbers or as text.

What is absent reads as empty; what is there but unreadable is an ``UnexpectedAnswer`` that names
the record and the field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from connectors.edge.remembering import remember_short
from connectors.errors import UnexpectedAnswer

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?")
_LONGEST_NUMBER = 60
_TRUE = frozenset({"true", "1", "yes"})


@remember_short
def read_decimal(text: str) -> Decimal | None:
    """A plain decimal number, or None: no blanks inside, no thousands separators, no NaN."""
    stripped = text.strip()
    if len(stripped) > _LONGEST_NUMBER or not _NUMBER.fullmatch(stripped):
        return None
    return Decimal(stripped)


class JsonRow:
    """One object of an answer. ``what`` names it in errors, for example "product"."""

    __slots__ = ("_fields", "original", "system", "what")

    def __init__(self, value: object, *, system: str, what: str) -> None:
        self.system = system
        self.what = what
        if not isinstance(value, Mapping):
            raise self.unexpected("is not an object")
        self.original: Mapping[str, object] = value
        self._fields = {str(name).casefold(): item for name, item in value.items()}

    def unexpected(self, problem: str) -> UnexpectedAnswer:
        """The error to raise about this record."""
        text = f"The answer has an unexpected form: the {self.what} {problem}."
        return UnexpectedAnswer(text, system=self.system)

    def value(self, *names: str) -> object:
        """The first of these fields that is there and not null."""
        for name in names:
            found = self._fields.get(name.casefold())
            if found is not None:
                return found
        return None

    def has(self, name: str) -> bool:
        """Whether the field is there, even as null."""
        return name.casefold() in self._fields

    def text(self, *names: str) -> str:
        """The first of these fields with something in it, trimmed; "" where there is none."""
        for name in names:
            text = self.exact_text(name).strip()
            if text:
                return text
        return ""

    def exact_text(self, name: str) -> str:
        """A field as it stands, blanks included; lists and objects read as ""."""
        found = self._fields.get(name.casefold())
        if isinstance(found, bool) or not isinstance(found, str | int | Decimal):
            return ""
        # PostgreSQL stores no NUL.
        return str(found).replace("\x00", "")

    def decimal(self, *names: str) -> Decimal | None:
        """The first of these fields as a number; None where all are absent or empty."""
        for name in names:
            found = self.value(name)
            if found is None or found == "":
                continue
            number = None if isinstance(found, bool) else read_decimal(str(found))
            if number is None:
                raise self.unexpected(f"has no readable number in {name}")
            return number
        return None

    def integer(self, *names: str) -> int | None:
        """The first of these fields as a whole number; None where all are absent or empty."""
        number = self.decimal(*names)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise self.unexpected(f"has no whole number in {' / '.join(names)}")
        return int(number)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A truth value, also as text or number."""
        found = self.value(name)
        if found is None:
            return default
        return found if isinstance(found, bool) else str(found).strip().casefold() in _TRUE

    def rows(self, name: str, *, what: str) -> Iterator[JsonRow]:
        """The objects of a list; nothing where it is absent."""
        found = self.value(name)
        if found is None:
            return
        if not isinstance(found, list):
            raise self.unexpected(f"has no list in {name}")
        for item in found:
            yield JsonRow(item, system=self.system, what=what)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts, or one text as a list of one."""
        found = self.value(name)
        items = found if isinstance(found, list) else [found]
        return tuple(str(item).strip() for item in items if isinstance(item, str | int) and str(item).strip())

    def child(self, name: str) -> JsonRow | None:
        """An object inside this one, where there is one."""
        found = self.value(name)
        if not isinstance(found, Mapping):
            return None
        return JsonRow(found, system=self.system, what=f"{self.what}'s {name}")
