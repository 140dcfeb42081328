"""The lines that a period asks for, and how one is made of its amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import count

from money.enums import Because, PartRole, PartState
from money.facts import ChargeFact, PostingPart, Rules
from money.holds import negative_refused
from money.marks import PeriodMarks
from money.plan import Hold
from money.steps.amounts import LineAmount
from money.words import NOTHING, ZERO, Money


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line that a period asks for. Amounts in currency units, unit prices in whole cents."""

    role: PartRole
    mark: str
    quantity: Decimal
    unit: Money
    amount: Money
    rules: Money
    text: str  # of the description, without the mark
    reason: str
    charge_ids: tuple[int, ...]
    counts: bool = True  # False: the line stands for the future, the period's part is settled
    excluded: str = ""  # why it is left out on purpose
    only_cost: bool = False  # it is left out because the customer's amount is right without it
    hold: Hold | None = None

    @classmethod
    def of(
        cls,
        line: LineAmount,
        role: PartRole,
        mark: str,
        charges: Sequence[ChargeFact],
        *,
        text: str,
        reason: str,
        excluded: str = "",
        hold: Hold | None = None,
    ) -> Wanted:
        """The line of these charges."""
        return cls(
            role=role,
            mark=mark,
            quantity=line.quantity,
            unit=line.unit,
            amount=line.amount,
            rules=line.rules,
            text=text,
            reason=reason,
            charge_ids=charge_ids(charges),
            excluded=excluded,
            hold=hold,
        )

    @property
    def one_time(self) -> bool:
        """True for everything but the recurring line."""
        return self.role is not PartRole.RECURRING

    @property
    def source(self) -> Money:
        """What of the source's amount it stands for in its period."""
        return self.amount - self.rules if self.counts else NOTHING


@dataclass(slots=True)
class PeriodWants:
    """What one period asks for, or a part of it; several add up.

    ``fixed`` are parts without a line to write, ``reasons`` those that the steps gave.
    """

    wanted: list[Wanted] = field(default_factory=list)
    fixed: list[PostingPart] = field(default_factory=list)
    rounding: Money = NOTHING
    unit: Money = NOTHING
    no_recurring: bool = False  # the subscription stands at nothing: the line goes
    ended: bool = False  # because it has ended, and not because its quantity is 0
    reasons: tuple[Because, ...] = ()

    def __add__(self, other: PeriodWants) -> PeriodWants:
        return PeriodWants(
            wanted=[*self.wanted, *other.wanted],
            fixed=[*self.fixed, *other.fixed],
            rounding=self.rounding + other.rounding,
            unit=self.unit + other.unit,
            no_recurring=self.no_recurring or other.no_recurring,
            ended=self.ended or other.ended,
            reasons=(*self.reasons, *other.reasons),
        )

    def with_marks_apart(self, marks: PeriodMarks) -> PeriodWants:
        """The same; what was billed by a line that stands for the period once more has a mark of its own."""
        again = {wanted.mark for wanted in self.wanted if wanted.counts}
        taken = {part.mark for part in self.fixed}
        free = (mark for number in count(1) if (mark := marks.of(PartRole.RECURRING, f"billed {number}")) not in taken)
        fixed = [replace(part, mark=next(free)) if part.mark in again else part for part in self.fixed]
        return replace(self, fixed=fixed)

    @property
    def source(self) -> Money:
        """What of the source's amount it accounts for."""
        parts = (part.source for part in self.fixed)
        return sum((*parts, *(wanted.source for wanted in self.wanted)), self.rounding)


def want_one_time(
    line: LineAmount,
    role: PartRole,
    mark: str,
    charges: Sequence[ChargeFact],
    rules: Rules,
    *,
    text: str,
    reason: str,
    excluded: str = "",
) -> PeriodWants:
    """A one-time line; only a part where what it would say is a price that is not synced."""
    if not line.amount:
        unwritten = PostingPart(role, mark, PartState.SYNCED, ZERO, ZERO, -line.source.cost, -line.source.retail)
        return PeriodWants(fixed=[unwritten])
    hold = refusal(rules, line.amount, f"{role}:{mark}")
    wanted = Wanted.of(line, role, mark, charges, text=text, reason=reason, excluded=excluded, hold=hold)
    return PeriodWants(wanted=[wanted])


def charge_ids(charges: Sequence[ChargeFact]) -> tuple[int, ...]:
    """Our rows of these charges."""
    return tuple(charge.pk for charge in charges)


def refusal(rules: Rules, amount: Money, subject: str) -> Hold | None:
    """Holds a negative amount where the target refuses them."""
    if rules.negative_lines or not amount.negative:
        return None
    return negative_refused(amount.retail, subject, rules.target)
