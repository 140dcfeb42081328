"""What a period may ask for, and the prices, marks and names that every motion needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count

from connectors.records import TemplateLine
from money.enums import PartRole, PartState
from money.facts import ChargeFact, MappingFacts, PeriodFact, PostedPart
from money.holds import negative_refused
from money.marks import line_mark
from money.plan import Hold, PlannedPart
from money.present import own_line, standing_line, template_of, unit_of
from money.words import NOTHING, ZERO, Money

ONE = Decimal(1)


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
    hold: Hold | None = None

    @property
    def one_time(self) -> bool:
        """True for everything but the recurring line."""
        return self.role is not PartRole.RECURRING


@dataclass(slots=True)
class PeriodWants:
    """What one period asks for."""

    wanted: list[Wanted] = field(default_factory=list)
    fixed: list[PlannedPart] = field(default_factory=list)
    rounding: Money = NOTHING
    unit: Money = NOTHING
    no_recurring: bool = False  # the quantity has come down to nothing: the line goes
    fell_back: bool = False  # to a decimal quantity, because negative amounts are refused


def as_planned(part: PostedPart) -> PlannedPart:
    """A posted part, taken into the plan as it is."""
    return PlannedPart(
        role=part.role,
        mark=part.mark,
        state=part.state,
        cost=part.cost,
        retail=part.retail,
        rules_cost=part.rules_cost,
        rules_retail=part.rules_retail,
        reason=part.reason,
    )


def own_unit_for(
    facts: MappingFacts, period: PeriodFact, source: Money, mark: str, adopted: TemplateLine | None = None
) -> Money:
    """Unit prices for the line: the source's, or what stands where a price is not synced."""
    standing = unit_of(adopted) if adopted else standing_unit(facts, mark)
    if standing is None:
        product = period.product
        standing = Money(product.cost, product.retail).in_cents() if product else source
    return own_share(facts, source, standing)


def own_share(facts: MappingFacts, source: Money, own: Money) -> Money:
    """The source's amount where a price is synced, else our own."""
    mapping = facts.mapping
    return Money(source.cost if mapping.sync_cost else own.cost, source.retail if mapping.sync_retail else own.retail)


def standing_unit(facts: MappingFacts, mark: str) -> Money | None:
    """Unit prices on the line of this mark as it stands."""
    own = own_line(facts, mark)
    template = template_of(facts, own.template_id) if own else facts.template
    line = standing_line(template, mark, own)
    return unit_of(line) if line else None


def refusal(facts: MappingFacts, amount: Money, subject: str) -> Hold | None:
    """Holds a negative amount where the target refuses them."""
    if facts.rules.negative_lines or not amount.negative:
        return None
    return negative_refused(amount.retail, subject)


def mark_of(facts: MappingFacts, period: PeriodFact, role: PartRole, ordinal: int) -> str:
    """Mark of a line of this period and role; ``ordinal`` tells several apart."""
    return line_mark(
        period.subscription,
        facts.mapping.motion,
        role,
        period.period,
        str(ordinal) if ordinal else "",
    )


def free_mark(facts: MappingFacts, period: PeriodFact, role: PartRole, wants: PeriodWants) -> str:
    """The first mark of this role that no settled part has."""
    taken = {part.mark for part in wants.fixed}
    return next(mark for n in count() if (mark := mark_of(facts, period, role, n)) not in taken)


def unwritten_part(role: PartRole, mark: str, rest: Money) -> PlannedPart:
    """A part that comes to nothing, because what differs is a price that is not synced."""
    return PlannedPart(role, mark, PartState.SYNCED, ZERO, ZERO, -rest.cost, -rest.retail)


def part_source(part: PlannedPart) -> Money:
    """What of the source's amount a part stands for."""
    return Money(part.cost - part.rules_cost, part.retail - part.rules_retail)


def source_amount(parts: Sequence[PlannedPart], role: PartRole) -> Money:
    """What of the source's amount the parts of one role stand for."""
    return sum((part_source(part) for part in parts if part.role is role), NOTHING)


def charge_ids(charges: Sequence[ChargeFact]) -> tuple[int, ...]:
    """Our rows of these charges."""
    return tuple(charge.pk for charge in charges)
