"""Which periods are to be planned, and what they are made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from money.enums import Kind
from money.facts import PeriodFact, Posted, PostingPart, ProductFact
from money.fingerprints import charges_digest, digest
from money.month.levels import tell_current
from money.month.months import Months
from money.motions import REGULAR
from tests.replay import form
from tests.replay.mirror.rows import Charge, Imported
from tests.replay.words import PART_STATES, PRICINGS, ROLES, period_of

Key = tuple[int, str, str]  # subscription, motion, period
Owner = tuple[int, str]  # customer, motion
SETTLED = ("billed", "excluded")


@dataclass(slots=True)
class Periods:
    """Periods by customer and motion, and what else the newest month tells."""

    newest: str
    by_owner: dict[Owner, list[PeriodFact]] = field(default_factory=lambda: defaultdict(list))
    uncertain: frozenset[int] = frozenset()


def newest_month(done: Imported, months: Months) -> str:
    """``syncs.facts.months.month_to_bill``: the newest regular month, else of any that counts, else cancelled."""
    counted = [done.months[place] for place, state in done.states.items() if state == "counted"]
    cancelled = [done.months[place] for place, state in done.states.items() if state == "reversed"]
    return months.regular or max(counted or cancelled, default="")


def earliest_unbilled(record: form.Record, done: Imported, owner: Owner, start: str) -> str:
    """``syncs.facts.older_months._OLDER``: the first month before the start of which something was not written."""
    posted = {key_of(done, one): one for one in record.posted}
    months = [
        done.months[one.invoice]
        for one in done.countable
        if (one.customer, one.motion) == owner
        and one.kind != Kind.UNKNOWN
        and done.months[one.invoice] < start
        and _is_unwritten(posted.get(one.key))
    ]
    return min(months, default=start)


def _is_unwritten(posted: form.Posted | None) -> bool:
    return posted is None or any(part.state in ("to be written", "failed") for part in posted.parts)


def find_periods(
    record: form.Record,
    done: Imported,
    months: Months,
    mappings: Mapping[Owner, str],
    products: dict[int, ProductFact],
) -> Periods:
    """``syncs.facts.open_periods`` and ``syncs.facts.periods``. ``mappings``: the first month of each that syncs."""
    periods = Periods(newest_month(done, months))
    wanted = _open(record, done, mappings, periods.newest)
    groups: dict[Key, list[Charge]] = defaultdict(list)
    for charge in sorted(done.countable, key=lambda one: (*one.key, one.invoice, one.fact.line)):
        if charge.kind != Kind.UNKNOWN and charge.key in wanted:
            groups[charge.key].append(charge)
    refs = {one.pk: one.ref for one in done.subscriptions.values() if one.pk}
    by_place: dict[tuple[int, str, int], list[PeriodFact]] = defaultdict(list)
    for key, rows in groups.items():
        by_place[rows[0].customer or 0, key[1], key[0]].append(
            _fact(rows, refs, products, reversed_by=done.reversals.get(key, ""))
        )
    for (customer, motion, subscription), facts in by_place.items():
        known = [
            one.fact
            for one in done.countable
            if (one.customer, one.motion, one.subscription) == (customer, motion, subscription)
            and one.kind != Kind.UNKNOWN
        ]
        told = tell_current(facts, known, months, customer, monthly=motion in REGULAR)
        periods.by_owner[customer, motion] += told
    _add_withdrawn(record, done, mappings, products, periods)
    periods.uncertain = _uncertain(record, done, periods.newest)
    return periods


def _open(record: form.Record, done: Imported, mappings: Mapping[Owner, str], newest: str) -> set[Key]:
    """``syncs.facts.open_periods._OPEN``."""
    charged: dict[Key, list[Charge]] = defaultdict(list)
    for one in done.countable:
        start = mappings.get((one.customer or 0, one.motion))
        known = one.kind != Kind.UNKNOWN and one.subscription is not None
        if start is not None and known and done.months[one.invoice] >= start:
            charged[one.key].append(one)
    posted = {key_of(done, one): one for one in record.posted}
    return {key for key, rows in charged.items() if _must_look(done, rows, posted.get(key), newest)}


def _must_look(done: Imported, rows: list[Charge], posted: form.Posted | None, newest: str) -> bool:
    if posted is None or max(done.months[one.invoice] for one in rows) >= newest:
        return True
    return _sums(rows) != _sums(planned_from(done, posted)) or any(one.state not in SETTLED for one in posted.parts)


def _sums(rows: Iterable[Charge]) -> tuple[int, Decimal, Decimal]:
    told = list(rows)
    return (
        len(told),
        sum((one.fact.cost for one in told), Decimal(0)),
        sum((one.fact.retail for one in told), Decimal(0)),
    )


def planned_from(done: Imported, posted: form.Posted) -> list[Charge]:
    """The charges that a posted amount was planned from."""
    key = key_of(done, posted)
    same = [one for one in done.charges if one.key == key]
    return [one for one in same if one.fact.line in posted.rows.get(done.ids[one.invoice], ())]


def key_of(done: Imported, posted: form.Posted) -> Key:
    """Subscription, motion and period of a posted amount."""
    subscription = done.subscriptions[posted.subscription.lower()]
    return subscription.pk or 0, posted.motion, period_of(posted.motion, posted.days)


def _fact(
    rows: list[Charge], refs: Mapping[int, str], products: dict[int, ProductFact], *, reversed_by: str
) -> PeriodFact:
    last = rows[-1]
    return PeriodFact(
        subscription_id=last.key[0],
        subscription=refs[last.key[0]],
        period=last.period,
        charges=tuple(one.fact for one in rows),
        product=products.get(last.product) if last.product is not None else None,
        problem=next((one.problem for one in rows if one.problem), ""),
        reversed_by=reversed_by,
    )


def _add_withdrawn(
    record: form.Record,
    done: Imported,
    mappings: Mapping[Owner, str],
    products: dict[int, ProductFact],
    periods: Periods,
) -> None:
    """``syncs.facts.open_periods._WITHDRAWN``: posted amounts whose charges no longer count."""
    if not {"replaced", "reversed"} & set(done.states.values()):
        return
    counted = {one.key for one in done.countable}
    customers = {tenant.id.lower(): place for place, tenant in enumerate(record.source.tenants, 1)}
    for posted in record.posted:
        key, owner = key_of(done, posted), (customers[posted.customer.lower()], posted.motion)
        if posted.rows and owner in mappings and key not in counted:
            subscription = done.subscriptions[posted.subscription.lower()]
            product, number = _product_of(done, key[0], products), done.reversals.get(key, "")
            fact = PeriodFact(key[0], subscription.ref, key[2], (), product, reversed_by=number)
            periods.by_owner[subscription.customer or 0, posted.motion].append(fact)


def _product_of(done: Imported, subscription: int, products: dict[int, ProductFact]) -> ProductFact | None:
    """That of its last row which tells one."""
    named = [one.product for one in done.charges if one.subscription == subscription and one.product]
    return products.get(named[-1]) if named else None


def _uncertain(record: form.Record, done: Imported, newest: str) -> frozenset[int]:
    """``syncs.facts.periods.uncertain_subscriptions``."""
    doubtful = {
        one.ref
        for one in done.charges
        if done.months[one.invoice] >= newest
        and (done.states[one.invoice] == "held" or (done.states[one.invoice] == "counted" and one.kind == Kind.UNKNOWN))
    }
    written = {one.subscription.lower() for one in record.written}
    return frozenset(done.subscriptions[ref].pk or 0 for ref in doubtful & written)


# --- What was posted ------------------------------------------------------------------------------


def load_posted(record: form.Record, done: Imported, periods: Periods) -> dict[Owner, list[Posted]]:
    """``syncs.facts.posted.load_posted``: those of the wanted periods, and each subscription's latest."""
    customers = {tenant.id.lower(): place for place, tenant in enumerate(record.source.tenants, 1)}
    owners = {
        (fact.subscription_id, motion, fact.period): customer
        for (customer, motion), facts in periods.by_owner.items()
        for fact in facts
    }
    latest: dict[tuple[int, str], str] = {}
    for one in record.posted:
        key = key_of(done, one)
        latest[key[:2]] = max(latest.get(key[:2], ""), key[2])
    found: dict[Owner, list[Posted]] = defaultdict(list)
    for one in record.posted:
        key = key_of(done, one)
        if key in owners or latest[key[:2]] == key[2]:
            owner = owners.get(key, customers[one.customer.lower()])
            found[owner, one.motion].append(_posted(one, key, planned_from(done, one)))
    return found


def _posted(one: form.Posted, key: Key, rows: list[Charge]) -> Posted:
    settings = (one.template, *PRICINGS[one.pricing], one.prorations)
    return Posted(
        subscription_id=key[0],
        period=key[2],
        fingerprint=f"{charges_digest(row.fact for row in rows)}:{digest(settings)}",
        template_id=one.template,
        next_run=one.run,
        unit_cost=one.unit_cost,
        unit_retail=one.unit_retail,
        parts=tuple(
            sorted(
                map(posted_part, one.parts),
                key=lambda part: part.mark,
            )
        ),
        rounding_cost=one.rounding_cost,
        rounding_retail=one.rounding_retail,
    )


def posted_part(part: form.PostedPart) -> PostingPart:
    """``syncs.facts.posted._posted_part``."""
    return PostingPart(
        role=ROLES[part.what],
        mark=part.mark,
        state=PART_STATES[part.state],
        cost=part.cost,
        retail=part.retail,
        rules_cost=part.rules_cost,
        rules_retail=part.rules_retail,
    )
