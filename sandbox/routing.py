"""Which function answers which path."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.state import Store
from sandbox.wire import Json, Reply, Request


@dataclass(frozen=True)
class Call:
    """One request on its way to the function that answers it."""

    request: Request
    store: Store
    account: str = ""
    values: tuple[str, ...] = ()  # what the path's groups matched

    @property
    def facts(self) -> Json:
        """The partner account's own settings."""
        return self.store.accounts[self.account]

    @property
    def number(self) -> int:
        """The first value of the path as an id."""
        return int(self.values[0])

    def switch(self, name: str) -> str:
        """The setting of a switch."""
        return self.store.switches[name]


Answer = Callable[[Call], Reply]


@dataclass(frozen=True)
class Route:
    """One method and path. ``needs`` is the permission that the vendor asks for."""

    method: str
    path: re.Pattern[str]
    answer: Answer
    needs: str = ""


def route(method: str, path: str, answer: Answer, needs: str = "") -> Route:
    """A route; ``path`` is a regular expression for the whole path."""
    return Route(method, re.compile(path), answer, needs)


def find_route(routes: tuple[Route, ...], method: str, path: str) -> tuple[Route, tuple[Any, ...]] | None:
    """The route for a request and what its path's groups matched, or None."""
    for candidate in routes:
        match = candidate.path.fullmatch(path)
        if match and candidate.method == method:
            return candidate, match.groups()
    return None
