"""An office that remembers what was asked to go wrong, and looks in the end whether it did."""

from __future__ import annotations

from itertools import zip_longest
from pathlib import Path
from typing import Any

from sandbox.faults import ALWAYS, ordered_faults
from sandbox.server import SandboxServer
from tests.end_to_end.office import Json, Office


class WitnessedOffice(Office):
    """Keeps its own list of the faults that a test asks for, beside the sandbox's record of what became of them."""

    def __init__(self, server: SandboxServer, folder: Path) -> None:
        super().__init__(server, folder)
        self._asked: list[str] = []

    def fault(self, action: str, **values: Any) -> None:
        """Something shall go wrong, as often as ``count`` says, or at least once where it is ``ALWAYS``."""
        self._asked.append(f"{action} {values}")
        super().fault(action, **values)

    def demand_faults(self) -> None:
        """Every fault that was asked for must have happened."""
        with self.store.exclusive():
            ordered = ordered_faults(self.store)
        missing = [
            f"{asked}: {trouble}"
            for asked, fault in zip_longest(self._asked, ordered)
            if (trouble := _what_is_missing(fault))
        ]
        assert not missing, "\n".join(["a fault that was asked for did not happen", *missing])


def _what_is_missing(fault: Json | None) -> str:
    """Why a fault did not happen as it was ordered, "" when it did."""
    if fault is None:
        return "it never reached the sandbox"
    if fault["idle"]:
        return str(fault["idle"])
    wanted = 1 if fault["count"] == ALWAYS else fault["count"]
    return f"{fault['happened']} of {wanted} times" if fault["happened"] < wanted else ""
