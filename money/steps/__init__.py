"""From the rows of a period to what its lines carry: the steps, in the order in which an amount goes through them.

A step is a file: it takes amounts, and answers amounts and why they are not simply the source's. A new one gets its
place in ``STEPS``: what is not billed, who shares it, included seats and rules of price come before the strategy.
"""

from __future__ import annotations

from money.enums import Because
from money.steps.amounts import Amounts, Step, Terms
from money.steps.lines import draw_lines
from money.steps.proration import prorate
from money.steps.strategy import apply_strategy

STEPS: tuple[Step, ...] = (apply_strategy, prorate, draw_lines)


def go_through(amounts: Amounts, terms: Terms) -> tuple[Amounts, tuple[Because, ...]]:
    """The amounts after every step, and the reasons that the steps gave. Raises ``NotBillable``."""
    reasons = []
    for step in STEPS:
        amounts, why = step(amounts, terms)
        if why is not None:
            reasons.append(why)
    return amounts, tuple(reasons)
