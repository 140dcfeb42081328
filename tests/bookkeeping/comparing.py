"""Compare what a text says of a step with what happened, and show both beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.bookkeeping.account import take_account
from tests.bookkeeping.cells import show_money
from tests.bookkeeping.month import Month
from tests.bookkeeping.statements import Seen, Statement
from tests.bookkeeping.target import NOTHING
from tests.bookkeeping.text import Block, Line


class TablesDiffer(AssertionError):
    """What happened is not what the text says."""


def compare(block: Block, statements: Sequence[Statement], seen: Seen) -> None:
    """Raise ``TablesDiffer`` unless every statement holds; it shows what to write for what was seen."""
    __tracebackhide__ = True
    compared = [statement.compare(seen) for statement in statements]
    if all(one.same for one in compared):
        return
    said = [line for one in compared for line in _padded(one.said, one.found)]
    found = [line for one in compared for line in _padded(one.found, one.said)]
    raise TablesDiffer(
        f"line {block.head.number}: after “{block.head.text}” it is not as the text says\n\n"
        + "\n".join(_beside(said, found))
        + "\n\nAs it is now, to be pasted:\n\n"
        + "\n".join([block.head.text, *(f"  {line}" for line in found if line)])
    )


def check_always(head: Line, month: Month, *, settled: bool) -> None:
    """What must hold after every sync, whatever its text says: the books balance, and planning again writes nothing."""
    __tracebackhide__ = True
    cost, retail = take_account(month.books).difference()
    if (cost, retail) != NOTHING:
        raise TablesDiffer(
            f"line {head.number}: the books do not balance after “{head.text}”: the buckets come to "
            f"{show_money(retail)} more than is charged (cost: {show_money(cost)})"
        )
    if not settled:
        return
    plan = month.books.plan()
    month.books.guard(plan)
    changes = [change for change in plan.changes if change.action.writes and not change.hold]
    if changes:
        what = ", ".join(f"{change.action.label} “{change.what}”" for change in changes)
        raise TablesDiffer(f"line {head.number}: planned again at once after “{head.text}”, it would: {what}")


def _padded(lines: list[str], others: list[str]) -> list[str]:
    return lines + [""] * (len(others) - len(lines))


def _beside(said: list[str], found: list[str]) -> Iterator[str]:
    width = max(len(line) for line in ["expected", *said])
    yield f"  {'expected'.ljust(width)}   ‖ got"
    for left, right in zip(said, found, strict=True):
        yield f"{' ' if left == right else '>'} {left.ljust(width)}   ‖ {right}".rstrip()
