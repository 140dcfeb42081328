"""What became of what we wrote before: billed, still standing, gone, or not provable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import Enum

from connectors.records import InvoiceTemplate
from money.amounts import amount_of_values
from money.enums import Chosen, PartRole, PartState
from money.facts import Choice, OwnLine, Posted, PostingPart, chosen
from money.holds import gone_without_run, unproven
from money.periods import period_label
from money.plan import Hold, PlannedChange
from money.present import PresentLines
from money.taking_off import take_off
from money.words import Money, round_to_cent


class Fate(Enum):
    """What became of a line of ours since it was written."""

    STANDING = "standing"  # there, and the template has not generated
    BILLED = "billed"  # a generated invoice carries it
    UNPROVEN = "unproven"  # the template moved on, but no invoice shows the line
    LOST = "lost"  # gone although the template has not generated


@dataclass(frozen=True, slots=True)
class SettledPart:
    """A part that planning must take as it is, and why a person must look."""

    part: PostingPart
    hold: Hold | None = None


@dataclass(slots=True)
class Settlement:
    """Fates of all one-time lines of a mapping, and what follows from them."""

    fates: dict[str, Fate] = field(default_factory=dict)  # mark -> fate
    lost: set[str] = field(default_factory=set)  # marks of lines gone for good, by no run that is known
    removals: list[PlannedChange] = field(default_factory=list)

    def marks(self, fate: Fate) -> set[str]:
        """Marks of the lines with this fate."""
        return {mark for mark, found in self.fates.items() if found is fate}


def settle_one_time_lines(present: PresentLines, choices: Mapping[str, Choice], customer: str) -> Settlement:
    """Look at every one-time line we have standing; ``customer`` is the name in what people read.

    Billed and still there: it is taken off, or it would be billed twice. Dismissed and gone: it is lost,
    and no invoice is asked about it any more.
    """
    settlement = Settlement()
    for own in present.one_time_lines():
        fate, choice = fate_of_line(present, own), chosen(choices, _unproven_subject(own.mark, own.period))
        if fate is Fate.UNPROVEN and choice == Chosen.BILLED:
            fate = Fate.BILLED
        settlement.fates[own.mark] = fate
        if fate is Fate.BILLED:
            settlement.removals += take_off(present, own, customer, "Billed already: it would be billed twice")
        elif fate is Fate.UNPROVEN and choice == Chosen.DISMISS:
            removals = take_off(present, own, customer, "Dismissed: it is not to be billed")
            settlement.removals += removals
            if not removals:
                settlement.lost.add(own.mark)
        elif fate is Fate.LOST:
            settlement.lost.add(own.mark)
    return settlement


def settled_parts(
    posted: Posted,
    present: PresentLines,
    choices: Mapping[str, Choice],
    fates: Mapping[str, Fate],
    *,
    recurring_mark: str,
    followed: bool,
) -> list[SettledPart]:
    """The parts of a posting that nothing can change any more.

    ``followed``: the recurring line was confirmed for a later period since.
    """
    settled = (
        _settle_recurring(posted, part, present, choices, followed=followed, mark=recurring_mark)
        if part.role is PartRole.RECURRING
        else _settle_one_time(posted.period, part, present, choices, fates)
        for part in posted.parts
    )
    return [one for one in settled if one is not None]


def fate_of_line(present: PresentLines, own: OwnLine) -> Fate:
    """What became of a one-time line."""
    template = present.on(own.template_id).template
    if _moved_on(template, own.next_run):
        return Fate.BILLED if own.mark in present.carried else Fate.UNPROVEN
    unseen = _may_have_ended(template, own.next_run)
    if unseen and own.mark in present.carried:
        return Fate.BILLED
    if present.line_of(own) is None:
        return Fate.UNPROVEN if unseen else Fate.LOST
    return Fate.STANDING


def _fate_of_recurring(present: PresentLines, posted: Posted, mark: str, *, followed: bool) -> Fate:
    """What became of the recurring amount of a period."""
    if not _moved_on(present.on(posted.template_id).template, posted.next_run):
        return Fate.STANDING
    # Where the line stands for a later period by now, what an invoice carries is that one's.
    return Fate.BILLED if mark in present.carried and not followed else Fate.UNPROVEN


def awaits_run(present: PresentLines, posted: Posted, mark: str) -> bool:
    """Whether the recurring line of this mark stands for a period that no run has come to yet."""
    waits = any(part.mark == mark and part.state is PartState.SYNCED for part in posted.parts)
    return waits and not _moved_on(present.on(posted.template_id).template, posted.next_run)


def _moved_on(template: InvoiceTemplate | None, since: dt.date | None) -> bool:
    """True when the template's next run is later than it was then."""
    if template is None or template.next_run is None or since is None:
        return False
    return template.next_run > since


def _may_have_ended(template: InvoiceTemplate | None, since: dt.date | None) -> bool:
    """True when a template names no next run, now or then: whether it ran in between cannot be seen."""
    return template is not None and (template.next_run is None or since is None)


def _settle_recurring(
    posted: Posted,
    part: PostingPart,
    present: PresentLines,
    choices: Mapping[str, Choice],
    *,
    followed: bool,
    mark: str,
) -> SettledPart | None:
    if part.state is PartState.BILLED:
        return SettledPart(part)
    confirmed = posted.next_run is not None and part.state in (PartState.SYNCED, PartState.HELD)
    if not confirmed or part.mark != mark:  # without a line there is nothing that a run could bill
        return None
    fate = _fate_of_recurring(present, posted, mark, followed=followed)
    own = present.own.standing(mark)
    if fate is not Fate.STANDING and part.state is PartState.HELD and own and own.period == posted.period:
        part = _as_written(part, own)
    if fate is Fate.BILLED:
        before = present.billed_before.get(mark)
        return _billed(part if before is None else _as_billed(part, before))
    if fate is Fate.UNPROVEN:
        return _by_choice(choices, part, _unproven(posted.period, mark))
    return None


def _settle_one_time(
    period: str, part: PostingPart, present: PresentLines, choices: Mapping[str, Choice], fates: Mapping[str, Fate]
) -> SettledPart | None:
    if part.state is PartState.BILLED:
        return SettledPart(part)
    fate = fates.get(part.mark)
    dismissed = chosen(choices, _unproven_subject(part.mark, period)) == Chosen.DISMISS
    if fate is None and part.state is PartState.EXCLUDED and dismissed:
        return SettledPart(part)
    own = present.own.standing(part.mark)
    lost = own if fate is Fate.LOST else present.own.lost(part.mark)
    if lost is not None:
        return _by_choice(choices, part, _lost(period, lost))
    if fate in (Fate.BILLED, Fate.UNPROVEN) and own is not None:
        part = _as_written(part, own)
    if fate is Fate.BILLED:
        return _billed(part)
    if fate is Fate.UNPROVEN:
        return _by_choice(choices, part, _unproven(period, part.mark))
    return None


def _lost(period: str, lost: OwnLine) -> Hold:
    """Names the very line that was lost: *again* is said of this loss, and not of the next one."""
    return gone_without_run(_label(period), f"lost:{lost.mark}:{lost.line_id}")


def _unproven(period: str, mark: str) -> Hold:
    return unproven(_label(period), _unproven_subject(mark, period))


def _unproven_subject(mark: str, period: str) -> str:
    return f"unproven:{mark}:{period}"


def _label(period: str) -> str:
    return period_label(period) if period else "this period"


def _by_choice(choices: Mapping[str, Choice], part: PostingPart, hold: Hold) -> SettledPart | None:
    match chosen(choices, hold.subject):
        case None:
            return SettledPart(replace(part, state=PartState.HELD, reason=hold.text), hold)
        case Chosen.AGAIN:
            return None  # planned anew
        case Chosen.BILLED:
            return _billed(part)
        case _:
            return SettledPart(replace(part, state=PartState.EXCLUDED, reason="Dismissed"))


def _billed(part: PostingPart) -> SettledPart:
    return SettledPart(replace(part, state=PartState.BILLED, reason=""))


def _as_billed(part: PostingPart, amount: Money) -> PostingPart:
    """The part with what a run billed of the line before its last change; what is left of the period is planned."""
    return replace(
        part,
        cost=amount.cost,
        retail=amount.retail,
        rules_cost=_share(part.rules_cost, amount.cost, part.cost),
        rules_retail=_share(part.rules_retail, amount.retail, part.retail),
    )


def _share(rules: Decimal, billed: Decimal, whole: Decimal) -> Decimal:
    return round_to_cent(rules * billed / whole) if rules and whole else rules


def _as_written(part: PostingPart, own: OwnLine) -> PostingPart:
    """The part with what its line came to when it was last written: that is what was billed.

    It differs where a newer amount was held, or its write failed.
    """
    amount = amount_of_values(own)
    return replace(part, cost=amount.cost, retail=amount.retail)
