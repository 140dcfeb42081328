"""What became of what we wrote before: billed, still standing, gone, or not provable."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from money.amounts import amount_of_values
from money.enums import LineState, PartRole, PartState
from money.facts import MappingFacts, OwnLine, PeriodFact, Posted, PostedPart
from money.holds import gone_without_run, unproven
from money.periods import period_label
from money.plan import Hold, PlannedChange
from money.present import (
    ONE_TIME_ROLES,
    Fate,
    fate_of_line,
    fate_of_recurring,
    lost_line,
    own_line,
    recurring_mark,
    removal_of,
    standing_line,
    template_of,
)


@dataclass(slots=True)
class Settlement:
    """Fates of all one-time lines of a mapping, and what follows from them."""

    fates: dict[str, Fate] = field(default_factory=dict)  # mark -> fate
    lost: set[str] = field(default_factory=set)  # marks of lines gone for good, by no run that is known
    removals: list[PlannedChange] = field(default_factory=list)

    @property
    def billed(self) -> set[str]:
        """Marks of the lines that are known to be billed now."""
        return {mark for mark, fate in self.fates.items() if fate is Fate.BILLED}


def settle_one_time_lines(facts: MappingFacts) -> Settlement:
    """Look at every one-time line we have standing.

    Billed and still there: it is taken off, or it would be billed twice. Dismissed and gone: it is lost,
    and no invoice is asked about it any more.
    """
    settlement = Settlement()
    for own in facts.own_lines:
        if own.state is LineState.STANDING and own.role in ONE_TIME_ROLES:
            _settle_line(facts, own, settlement)
    return settlement


def settled_parts(
    facts: MappingFacts, period: PeriodFact, posted: Posted | None, fates: dict[str, Fate]
) -> list[tuple[PostedPart, Hold | None]]:
    """The parts of a posting that planning must take as they are, and why a person must look."""
    if posted is None:
        return []
    parts = []
    mark = recurring_mark(facts, period.subscription)
    for part in posted.parts:
        settled = (
            _settle_recurring(facts, posted, part, mark)
            if part.role is PartRole.RECURRING
            else _settle_one_time(facts, posted, part, fates)
        )
        if settled is not None:
            parts.append(settled)
    return parts


def _settle_line(facts: MappingFacts, own: OwnLine, settlement: Settlement) -> None:
    fate, choice = fate_of_line(facts, own), _unproven_choice(facts, own.mark, own.period)
    if fate is Fate.UNPROVEN and choice == "billed":
        fate = Fate.BILLED
    settlement.fates[own.mark] = fate
    if fate is Fate.BILLED:
        settlement.removals += _removal(facts, own, "Billed already: it would be billed twice")
    elif fate is Fate.UNPROVEN and choice == "dismiss":
        removals = _removal(facts, own, "Dismissed: it is not to be billed")
        settlement.removals += removals
        if not removals:
            settlement.lost.add(own.mark)
    elif fate is Fate.LOST:
        settlement.lost.add(own.mark)


def _settle_recurring(
    facts: MappingFacts, posted: Posted, part: PostedPart, mark: str
) -> tuple[PostedPart, Hold | None] | None:
    if part.state is PartState.BILLED:
        return part, None
    confirmed = posted.next_run is not None and part.state in (PartState.SYNCED, PartState.HELD)
    if not confirmed or part.mark != mark:  # without a line there is nothing that a run could bill
        return None
    fate = fate_of_recurring(facts, posted, part.mark)
    own = own_line(facts, mark)
    if fate is not Fate.STANDING and part.state is PartState.HELD and own and own.period == posted.period:
        part = _as_written(part, own)
    if fate is Fate.BILLED:
        return replace(part, state=PartState.BILLED, reason=""), None
    if fate is Fate.UNPROVEN:
        return _by_choice(facts, part, _unproven(posted.period, part.mark))
    return None


def _settle_one_time(
    facts: MappingFacts, posted: Posted, part: PostedPart, fates: dict[str, Fate]
) -> tuple[PostedPart, Hold | None] | None:
    if part.state is PartState.BILLED:
        return part, None
    fate = fates.get(part.mark)
    dismissed = _unproven_choice(facts, part.mark, posted.period) == "dismiss"
    if fate is None and part.state is PartState.EXCLUDED and dismissed:
        return part, None
    own = own_line(facts, part.mark)
    lost = own if fate is Fate.LOST else lost_line(facts, part.mark)
    if lost is not None:
        return _by_choice(facts, part, _lost(posted.period, lost))
    if fate in (Fate.BILLED, Fate.UNPROVEN) and own is not None:
        part = _as_written(part, own)
    if fate is Fate.BILLED:
        return replace(part, state=PartState.BILLED, reason=""), None
    if fate is Fate.UNPROVEN:
        return _by_choice(facts, part, _unproven(posted.period, part.mark))
    return None


def _lost(period: str, lost: OwnLine) -> Hold:
    """Names the very line that was lost: *again* is said of this loss, and not of the next one."""
    return gone_without_run(_label(period), f"lost:{lost.mark}:{lost.line_id}")


def _unproven(period: str, mark: str) -> Hold:
    return unproven(_label(period), f"unproven:{mark}:{period}")


def _label(period: str) -> str:
    return period_label(period) if period else "this period"


def _by_choice(facts: MappingFacts, part: PostedPart, hold: Hold) -> tuple[PostedPart, Hold | None] | None:
    choice = facts.choices.get(hold.subject)
    if choice is None:
        return replace(part, state=PartState.HELD, reason=hold.text), hold
    if choice.choice == "again":
        return None  # planned anew
    if choice.choice == "billed":
        return replace(part, state=PartState.BILLED, reason=""), None
    return replace(part, state=PartState.EXCLUDED, reason="Dismissed"), None


def _as_written(part: PostedPart, own: OwnLine) -> PostedPart:
    """The part with what its line came to when it was last written: that is what was billed.

    It differs where a newer amount was held, or its write failed.
    """
    amount = amount_of_values(own)
    return replace(part, cost=amount.cost, retail=amount.retail)


def _unproven_choice(facts: MappingFacts, mark: str, period: str) -> str:
    choice = facts.choices.get(f"unproven:{mark}:{period}")
    return choice.choice if choice else ""


def _removal(facts: MappingFacts, own: OwnLine, reason: str) -> list[PlannedChange]:
    line = standing_line(template_of(facts, own.template_id), own.mark, own)
    if line is None:
        return []
    what = f"{facts.mapping.customer}: {line.name}"
    return [removal_of(own, line, what, reason)]
