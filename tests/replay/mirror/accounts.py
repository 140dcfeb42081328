"""Where each cent of a record's invoices is once the plan is carried out: as ``syncs.proving.reconciliation``."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from money.enums import Kind, PartState
from money.facts import PostingPart
from money.words import NOTHING, Money
from syncs.proving.accounts import Balance
from tests.replay import form
from tests.replay.mirror.periods import Key, Owner, key_of, planned_from, posted_part
from tests.replay.mirror.rows import Charge, Imported

NOBODY: tuple[int | None, str] = (None, "")
BUCKETS = {
    PartState.SYNCED: "synced",
    PartState.BILLED: "synced",
    PartState.PLANNED: "synced",  # the plan is taken as carried out
    PartState.HELD: "held",
    PartState.EXCLUDED: "excluded",
    PartState.FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class Came:
    """What a period came to: its parts, what no line carries, and the source's amount that they were made of."""

    parts: tuple[PostingPart, ...]
    rounding: Money
    source: Money


def came_before(record: form.Record, done: Imported) -> dict[Key, Came]:
    """What was posted before this plan."""
    return {key_of(done, one): _came(done, one) for one in record.posted}


def _came(done: Imported, posted: form.Posted) -> Came:
    parts = tuple(posted_part(part) for part in posted.parts)
    rounding = Money(posted.rounding_cost, posted.rounding_retail)
    return Came(parts, rounding, _sum(planned_from(done, posted)))


def account_for(
    record: form.Record,
    done: Imported,
    starts: Mapping[Owner, str],
    came: Mapping[Key, Came],
    *,
    waits: bool,
) -> dict[tuple[int | None, str], Balance]:
    """Balances by customer and motion.

    ``starts``: the first month of each mapping that syncs. ``waits``: the plan is held, and so is its money.
    """
    accounts: dict[tuple[int | None, str], Balance] = defaultdict(Balance)
    periods: dict[Key, list[Charge]] = defaultdict(list)
    for charge in done.charges:
        amount = Money(charge.fact.cost, charge.fact.retail)
        if charge.kind == Kind.UNKNOWN or charge.customer is None:
            accounts[NOBODY].put(charge.set_aside or "unknown", amount)
        elif whole := _whole_invoice(done, charge, came):
            accounts[charge.customer, charge.motion].put(whole, amount)
        elif charge.key in came:
            periods[charge.key].append(charge)
        else:
            bucket = _unplanned(record, done, starts, charge)
            accounts[charge.customer, charge.motion].put(bucket, amount)
    for key, rows in periods.items():
        owner = (rows[-1].customer, key[1])
        unplanned = _unplanned(record, done, starts, rows[-1])
        accounts[owner].add(_balance(came[key], _sum(rows), unplanned=unplanned, waits=waits))
    return accounts


def _whole_invoice(done: Imported, charge: Charge, came: Mapping[Key, Came]) -> str:
    """``syncs.proving.unplanned.whole_bucket_of``; what was posted of a cancelled one counts."""
    state = done.states[charge.invoice]
    if state == "counted" or (state == "reversed" and charge.key in came and came[charge.key].parts):
        return ""
    return "held" if state == "held" else "excluded"


def _balance(came: Came, charged: Money, *, unplanned: str, waits: bool) -> Balance:
    balance = Balance(source=charged)
    balance.buckets["rounding"] = came.rounding
    for part in came.parts:
        state = PartState.HELD if waits and part.state is PartState.PLANNED else part.state
        rules = Money(part.rules_cost, part.rules_retail)
        balance.buckets[BUCKETS[state]] += Money(part.cost, part.retail) - rules
        if BUCKETS[state] == "synced":
            balance.rules += rules
    if unplanned != "held":
        balance.buckets[unplanned] += balance.buckets["failed"]
        balance.buckets["failed"] = NOTHING
    if came.source != charged:
        balance.buckets["held"] += charged - balance.accounted
    return balance


def _unplanned(record: form.Record, done: Imported, starts: Mapping[Owner, str], charge: Charge) -> str:
    """``syncs.proving.unplanned.bucket_without_posting``."""
    if charge.motion not in record.program.billing.motions:
        return "excluded"
    tenant = record.source.tenants[(charge.customer or 1) - 1].id
    mapping = next((one for one in record.mappings if (one.customer, one.motion) == (tenant, charge.motion)), None)
    if mapping is None:
        return "not_mapped"
    if not mapping.sync:
        return "excluded"
    start = starts.get((charge.customer or 0, charge.motion), "")
    return "not_mapped" if done.months[charge.invoice] < start else "held"


def _sum(charges: Iterable[Charge]) -> Money:
    return sum((Money(one.fact.cost, one.fact.retail) for one in charges), NOTHING)
