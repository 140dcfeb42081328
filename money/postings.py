"""What periods came to before, by subscription, and what one comes to now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from money.amounts import sum_charges
from money.enums import PartRole, PartState, Style
from money.facts import MappingFact, PeriodFact, Posted, PostingPart, Rules, source_of
from money.fingerprints import charges_digest, digest
from money.marks import PeriodMarks
from money.motions import MOTIONS
from money.plan import PlannedPosting
from money.words import NOTHING, Money

WAITING = (PartState.PLANNED, PartState.HELD, PartState.FAILED)


class Postings:
    """What the periods of a mapping were posted with."""

    def __init__(self, posted: Iterable[Posted]) -> None:
        self._of: dict[int, dict[str, Posted]] = defaultdict(dict)
        for one in posted:
            self._of[one.subscription_id][one.period] = one

    def of(self, period: PeriodFact) -> Posted | None:
        """What this period was posted with."""
        return self._of[period.subscription_id].get(period.period)

    def last_period(self, subscription_id: int) -> str:
        """The subscription's newest posted period, "" where there is none."""
        return max(self._of[subscription_id], default="")

    def priced_before(self, period: PeriodFact) -> Posted | None:
        """The newest earlier period of the subscription that had a unit price."""
        of = self._of[period.subscription_id].values()
        earlier = (one for one in of if one.period < period.period and one.unit_cost)
        return max(earlier, key=lambda one: one.period, default=None)

    def followed(self, posted: Posted) -> bool:
        """True when a line was confirmed for a later period of the subscription."""
        later = self._of[posted.subscription_id].values()
        return any(one.period > posted.period and one.next_run is not None for one in later)


def post(
    mapping: MappingFact,
    period: PeriodFact,
    parts: Sequence[PostingPart],
    *,
    fingerprint: str,
    unit: Money = NOTHING,
    rounding: Money = NOTHING,
    confirms_run: bool = False,
) -> PlannedPosting:
    """What the period comes to with these parts."""
    source = sum_charges(period.charges)
    return PlannedPosting(
        customer_id=mapping.customer_id,
        subscription_id=period.subscription_id,
        motion=mapping.motion,
        period=period.period,
        fingerprint=fingerprint,
        template_id=mapping.template_id,
        unit_cost=unit.cost,
        unit_retail=unit.retail,
        parts=tuple(parts),
        rounding_cost=rounding.cost,
        rounding_retail=rounding.retail,
        charge_count=len(period.charges),
        source_cost=source.cost,
        source_retail=source.retail,
        confirms_run=confirms_run,
    )


def post_again(
    mapping: MappingFact, period: PeriodFact, posted: Posted, parts: Sequence[PostingPart]
) -> PlannedPosting:
    """The same as before, with other states of its parts."""
    made = post(
        mapping,
        period,
        parts,
        fingerprint=posted.fingerprint,
        unit=Money(posted.unit_cost, posted.unit_retail),
        rounding=Money(posted.rounding_cost, posted.rounding_retail),
    )
    return replace(made, template_id=posted.template_id)


def post_unwritten(
    mapping: MappingFact,
    rules: Rules,
    period: PeriodFact,
    fixed: Sequence[PostingPart],
    *,
    state: PartState,
    reason: str,
) -> PlannedPosting:
    """All that the ``fixed`` parts do not stand for, as one part that no line carries."""
    rest = sum_charges(period.charges) - source_of(fixed)
    mark = f"{PeriodMarks(period.subscription, mapping.motion, period.period).recurring}-all"
    part = PostingPart(PartRole.RECURRING, mark, state, rest.cost, rest.retail, reason=reason)
    return post(mapping, period, [*fixed, part], fingerprint=fingerprint_of(mapping, rules, period))


def fingerprint_of(mapping: MappingFact, rules: Rules, period: PeriodFact) -> str:
    """Of all that a person or the source could change about a period: charges and settings."""
    settings = (mapping.template_id, mapping.sync_cost, mapping.sync_retail, str(rules.prorations))
    return f"{charges_digest(period.charges)}:{digest(settings)}"


def any_waits(parts: Iterable[PostingPart]) -> bool:
    """True when a part is not written for certain, or waits for a person."""
    return any(part.state in WAITING for part in parts)


def not_waiting(posted: Posted | None) -> list[PostingPart]:
    """The parts that are settled one way or the other."""
    return [part for part in (posted.parts if posted else ()) if part.state not in WAITING]


def must_plan(
    mapping: MappingFact, rules: Rules, period: PeriodFact, posted: Posted, settled: Collection[PostingPart]
) -> bool:
    """True when charges, settings or the state of the period ask for another look.

    A changed setting reaches what is not billed yet; older periods keep what they were billed by.
    """
    done = {part.mark for part in settled}
    open_parts = [part for part in posted.parts if part.mark not in done]
    standing = [part for part in open_parts if part.state is PartState.SYNCED]
    charges, _, settings = posted.fingerprint.partition(":")
    charges_now, _, settings_now = fingerprint_of(mapping, rules, period).partition(":")
    unbilled = period.current or bool(standing)
    return (
        charges != charges_now
        or (unbilled and settings != settings_now)
        or any_waits(open_parts)
        or _billed_otherwise(posted, settled)
        or _outlives_month(mapping, period, standing)
    )


def _outlives_month(mapping: MappingFact, period: PeriodFact, standing: Iterable[PostingPart]) -> bool:
    """True when a monthly line still stands for a month that is not the newest one any more."""
    recurring = MOTIONS[mapping.motion].style is Style.RECURRING_LINE
    return recurring and not period.current and any(part.role is PartRole.RECURRING for part in standing)


def _billed_otherwise(posted: Posted, settled: Iterable[PostingPart]) -> bool:
    """True when a part was billed with another amount than was to be written: the rest is open."""
    amounts = {part.mark: part.amount for part in posted.parts}
    return any(amounts.get(part.mark) != part.amount for part in settled)
