"""What nobody says of a record is nothing of its kind, with few exceptions that are named here."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import money
from connectors.records import Cadence
from money.enums import Prorations
from money.facts import Rules
from money.steps.amounts import NO_LINE, LineAmount
from money.words import NOTHING, Money

OTHERWISE = {
    "MappingFact.sync_cost": True,
    "MappingFact.sync_retail": True,
    "ProductFact.taxable": True,
    "Rules.prorations": Prorations.LINE,
    "Rules.tolerance": Decimal("0.05"),
    "Rules.negative_lines": True,
    "Rules.target": "the target",
    "Note.news": True,
    "SourceItem.in_price_list": True,
    "Wanted.counts": True,
    "Background.today": Cadence.UNKNOWN,
    "MappingFacts.rules": Rules(),
}
NOTHING_OF = {
    "bool": False, "str": "", "int": 0, "Decimal": Decimal(0), "Money": Money(Decimal(0), Decimal(0)),
    "LineAmount": LineAmount(Decimal(0), Money(Decimal(0), Decimal(0)), Money(Decimal(0), Decimal(0))),
    "tuple": (), "frozenset": frozenset(), "set": set(), "list": [], "dict": {}, "Mapping": {},
}  # fmt: skip


def records() -> Iterator[type]:
    """Every record of the package."""
    for module in pkgutil.walk_packages(money.__path__, "money."):
        for found in vars(importlib.import_module(module.name)).values():
            if isinstance(found, type) and found.__module__ == module.name and dataclasses.is_dataclass(found):
                yield found


def unsaid(record: type) -> Iterator[tuple[str, str, Any]]:
    """Name, type and value of each field that need not be given."""
    for field in dataclasses.fields(record):
        if field.default is not dataclasses.MISSING:
            yield f"{record.__name__}.{field.name}", field.type, field.default
        elif field.default_factory is not dataclasses.MISSING:
            yield f"{record.__name__}.{field.name}", field.type, field.default_factory()


def nothing_of(kind: str) -> object:
    """Nothing of the kind that an annotation names."""
    return None if kind.endswith("| None") else NOTHING_OF[kind.partition("[")[0]]


def test_what_nobody_says_is_nothing_of_its_kind() -> None:
    found = {name: (kind, value) for record in records() for name, kind, value in unsaid(record)}

    expected = {name: nothing_of(kind) for name, (kind, _) in found.items() if name not in OTHERWISE} | OTHERWISE
    assert {name: (type(value), value) for name, (_, value) in found.items()} == {
        name: (type(value), value) for name, value in expected.items()
    }
    assert (NOTHING_OF["Money"], NOTHING_OF["LineAmount"]) == (NOTHING, NO_LINE)
