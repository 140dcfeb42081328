"""What periods came to before, by subscription, and what one comes to now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from money.amounts import sum_charges
from money.enums import PartRole, PartState, Style
from money.facts import MappingFact, PeriodFact, Posted, PostingPart, Rules, source_of
from money.fingerprints import charges_digest, digest
from money.marks import line_mark
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

    def at(self, subscription_id: int, period: str) -> Posted | None:
        """What a period of a subscription was posted with."""
        return self._of[subscription_id].get(period)

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
        since=period.since,
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
    mark = f"{line_mark(period.subscription, mapping.motion, PartRole.RECURRING)}-all"
    part = PostingPart(PartRole.RECURRING, mark, state, rest.cost, rest.retail, reason=reason)
    return post(mapping, period, [*fixed, part], fingerprint=fingerprint_of(mapping, rules, period))


def fingerprint_of(mapping: MappingFact, rules: Rules, period: PeriodFact) -> str:
    """Of all that a person or the source could change about a period: the rows that it is made of, and settings."""
    settings = (mapping.template_id, mapping.sync_cost, mapping.sync_retail, str(rules.prorations))
    return f"{charges_digest(period.rows)}:{digest(settings)}"


def has_stood(posted: Posted | None) -> bool:
    """True when a recurring line stood for the period once, or a line was proposed in its place."""
    if posted is None:
        return False
    placed = (PartRole.RECURRING, PartState.BILLED), (PartRole.RECURRING, PartState.SYNCED)
    return posted.next_run is not None or is_proposed(posted) or any((p.role, p.state) in placed for p in posted.parts)


def is_proposed(posted: Posted | None) -> bool:
    """True when a one-time line was proposed in the place of the recurring one."""
    return posted is not None and any(part.role is PartRole.CATCH_UP for part in posted.parts)


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
        or (MOTIONS[mapping.motion].style is Style.RECURRING_LINE and _changes_line(period, posted, standing))
    )


def _changes_line(period: PeriodFact, posted: Posted, standing: Iterable[PostingPart]) -> bool:
    """True when the recurring line stands for a month that is the newest no more, or not yet for one that is."""
    if period.current:
        return not period.gone and not has_stood(posted)
    return any(part.role is PartRole.RECURRING for part in standing)


def _billed_otherwise(posted: Posted, settled: Iterable[PostingPart]) -> bool:
    """True when a part was billed with another amount than was to be written: the rest is open."""
    amounts = {part.mark: part.amount for part in posted.parts}
    return any(amounts.get(part.mark) != part.amount for part in settled)
