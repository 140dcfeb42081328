"""What Syncro must hold, from the distributor's rows alone: no code of the product has a part in it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from sandbox.accounts import story_in
from sandbox.billing import Row, rows_of
from sandbox.prism_api.invoices import KIND as INVOICE
from sandbox.state import Store
from sandbox.wire import Json

Level = tuple[Decimal, int, int]  # quantity, retail cents, cost cents
_CENT = Decimal("0.01")


@dataclass
class Expected:
    """Of one template: its recurring lines now, and the cents of all one-time lines since the start."""

    entries: list[Json] = field(default_factory=list)
    recurring: Counter[Level] = field(default_factory=Counter)
    retail_cents: int = 0
    cost_cents: int = 0


def expected_of(store: Store, account: str, entries: Iterable[Json]) -> dict[int, Expected]:
    """By template id, for the mapped entries."""
    rows = _rows_by_subscription(store, account)
    newest = max((month for _, motion, _, month in rows if motion == "seat_monthly"), default="")
    found: dict[int, Expected] = defaultdict(Expected)
    for entry in entries:
        wanted = found[entry["invoice_template"]]
        wanted.entries.append(entry)
        for (tenant, motion, _, month), charged in rows.items():
            if (tenant, motion) == (entry["customer"], entry["motion"]):
                _add(wanted, motion, charged, newest=month == newest)
    return dict(found)


def first_month_of(store: Store) -> str:
    """The newest month at the start of the sandbox: with "start: latest" the first one that is billed."""
    start = dt.date.fromisoformat(store.fact("start"))
    return (start.replace(day=1) - dt.timedelta(days=1)).isoformat()[:7]


def _rows_by_subscription(store: Store, account: str) -> dict[tuple[str, str, str, str], list[Row]]:
    """By tenant, motion, subscription and month; credits wait for a person and are left out."""
    story, first = story_in(store, account), first_month_of(store)
    rows: dict[tuple[str, str, str, str], list[Row]] = defaultdict(list)
    for invoice in store.records(account, INVOICE):
        month = invoice["month"][:7]
        if month < first or invoice["kind"] == "other":
            continue
        for row in rows_of(story, invoice, store.switches):
            if row.tenant is not None and row.motion and row.role != "credit":
                rows[row.tenant.tenant_id, row.motion, row.subscription_id, month].append(row)
    return rows


def _add(wanted: Expected, motion: str, rows: list[Row], *, newest: bool) -> None:
    retail = sum((row.amount.retail for row in rows), Decimal(0))
    cost = sum((row.amount.cost for row in rows), Decimal(0))
    if motion == "seat_monthly":
        level = _level(rows)
        if newest and level[0]:
            wanted.recurring[level] += 1
        retail -= level[0] * level[1] / 100
        cost -= level[0] * level[2] / 100
    wanted.retail_cents += _cents(retail)
    wanted.cost_cents += _cents(cost)


def _level(rows: list[Row]) -> Level:
    """The quantity at the latest end, at the price of the positive row that starts last."""
    last = max(row.end for row in rows)
    covering = [row for row in rows if row.end == last]
    quantity = sum((row.quantity for row in covering), Decimal(0))
    newest = max((row for row in covering if row.quantity > 0), key=lambda row: row.start)
    return quantity, _cents(newest.unit.retail), _cents(newest.unit.cost)


def _cents(amount: Decimal) -> int:
    return int(amount.quantize(_CENT, ROUND_HALF_UP) * 100)
