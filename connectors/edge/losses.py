"""What became of the writes of one client: whether it makes sense to send the next one."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.edge.answer_table import Failure
from connectors.edge.exchange import Received


@dataclass(slots=True)
class Losses:
    """Writes whose answer never came, so that they may or may not have happened.

    ``in_a_row`` since the last answered one; ``answered`` tells whether there was one. ``wait`` is what
    the vendor asked for with the last lost one, in seconds.
    """

    in_a_row: int = 0
    answered: bool = False
    wait: float = 0.0

    def count(self, outcome: Received | Failure) -> None:
        """Note what came of a write. One that surely did not happen tells nothing."""
        if isinstance(outcome, Received):
            self.in_a_row, self.answered, self.wait = 0, True, 0.0
        elif outcome.error.maybe_applied:
            self.in_a_row, self.wait = self.in_a_row + 1, outcome.wait or 0.0
