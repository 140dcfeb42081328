"""Numbers of a seed, drawn apart for each month and purpose."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Draws:
    """A seed. What is drawn for one purpose does not depend on what happened at another."""

    seed: int

    def of(self, *purpose: object) -> random.Random:
        """The numbers for one purpose, the same at every replay."""
        return random.Random("/".join(map(str, (self.seed, *purpose))))  # noqa: S311  # nosec B311


def pick(items: Sequence[Item], share: float) -> Item:
    """One of the items, by a share between 0 and 1 that was drawn before they were known."""
    return items[int(share * len(items))]
