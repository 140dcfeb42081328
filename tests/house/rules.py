"""How a house rule is kept: what breaks it is named with its place and its cure; what is excused may only shrink.

``exceptions.toml`` says for each rule what does not hold yet, and why. A test fails when that list names too
much, and the number of excused places stands in the rule's own test, where a reviewer sees it move.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.house.tree import Source

LIST = Path(__file__).with_name("exceptions.toml")


@dataclass(frozen=True)
class Breach:
    """A place that breaks a rule; by ``name`` the list of exceptions knows it, wherever its line moves."""

    place: str  # file:line
    name: str
    what: str

    @classmethod
    def at(cls, source: Source, where: ast.AST | int, what: str, *, name: str = "") -> Breach:
        """``where`` is a node or the number of a line; named after the function around it, or after the file."""
        if isinstance(where, int):
            return cls(f"{source.path}:{where}", name or source.name, what)
        line: int = getattr(where, "lineno")  # noqa: B009  # not every node has one
        return cls(f"{source.path}:{line}", name or source.owner(where), what)


@cache
def exceptions() -> dict[str, dict[str, str]]:
    """By rule, what is excused and the reason."""
    return tomllib.loads(LIST.read_text(encoding="utf-8"))


def in_each(sources: Iterable[Source], find: Callable[[Source], Iterable[Breach]]) -> list[Breach]:
    """What breaks a rule that looks at one file at a time."""
    return [breach for source in sources for breach in find(source)]


def assert_kept(
    rule: str,
    breaches: Iterable[Breach],
    *,
    cure: str,
    excused: int = 0,
    listed: Mapping[str, str] | None = None,
) -> None:
    """Fail where a place breaks the rule that is not listed, where the list names too much, or counts otherwise."""
    found = list(breaches)
    known = exceptions().get(rule, {}) if listed is None else listed
    new = [f"{one.place}: {one.what} ({one.name})" for one in found if one.name not in known]
    if new:
        pytest.fail(f"House rule {rule}\n  " + "\n  ".join(new) + f"\nCure: {cure}", pytrace=False)
    idle = sorted(set(known) - {one.name for one in found})
    if idle:
        pytest.fail(f"House rule {rule}: in order now, so take it off {LIST.name}: {', '.join(idle)}", pytrace=False)
    if len(found) != excused:
        places = "\n  ".join(one.place for one in found)
        pytest.fail(
            f"House rule {rule}: {len(found)} places are excused, and the test says {excused}\n  {places}\n"
            f"Cure: where there are fewer, lower the number in the test; where there are more: {cure}",
            pytrace=False,
        )
