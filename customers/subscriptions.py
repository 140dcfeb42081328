"""What is known of subscriptions: the key that rows and charges hold, and what invoices taught us."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from connectors.records import SourceSubscription
from core.bulk_saving import fit, save_differences
from customers.models import Subscription
from money.classifying import is_spoilt
from money.rows.owners import Stay

# A later answer that leaves these out does not make us forget them: old invoices need them.
_REMEMBERED = ("product_ref", "term", "billing_cycle", "cadence")


def keep_subscriptions(
    connection_id: int, wanted: Mapping[str, Mapping[str, Any]], now: dt.datetime
) -> dict[str, Subscription]:
    """Store what is known of subscriptions that may not be listed; by id in lower case.

    ``wanted`` holds column values by id. Call it inside the scope of their partner.
    """
    existing = {
        row.external_id: row
        for row in Subscription.objects.filter(source_id=connection_id, external_id__in=list(wanted))
    }
    for_new = {"source_id": connection_id, "last_seen_at": now}
    told = {ref: {**values, **_stays_with(existing.get(ref), values, now.date())} for ref, values in wanted.items()}
    saved = save_differences(Subscription, existing, told, for_new=for_new)
    return existing | {row.external_id: row for row in saved.created}


def stays_of(row: Subscription) -> tuple[Stay, ...]:
    """Where a subscription that moved was seen, and when; nothing of one that never did."""
    if not row.stays or row.customer_id is None or row.since is None:
        return ()
    before = (Stay(customer, _day(first), _day(last)) for customer, first, last in row.stays)
    return (*before, Stay(row.customer_id, row.since))


def _stays_with(row: Subscription | None, values: Mapping[str, Any], today: dt.date) -> dict[str, Any]:
    """Columns that tell since when it is where these values say, and where it was."""
    customer_id = values["customer_id"]
    if row is None or row.customer_id is None:
        return {"since": today if customer_id is not None else None}
    if customer_id in (None, row.customer_id):
        return {}
    seen = row.last_seen_at.date()
    stay = [row.customer_id, (row.since or seen).isoformat(), seen.isoformat()]
    return {"since": today, "stays": [*(row.stays or ()), stay]}


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def subscription_values(record: SourceSubscription, customer_id: int | None) -> dict[str, Any]:
    """The columns of a subscription as the source describes it now."""
    values = {
        "external_id": subscription_ref(record.subscription_id),
        "customer_id": customer_id,
        "product_ref": fit(record.product_ref, 100),
        "term": fit(record.term, 60),
        "billing_cycle": fit(record.billing_cycle, 120),
        "cadence": str(record.cadence),
        "status": fit(record.status, 60),
    }
    return {name: value for name, value in values.items() if value or name not in _REMEMBERED}


def subscription_ref(subscription_id: str) -> str:
    """A subscription's id as rows and charges hold it: trimmed, lower case; "" where a spreadsheet spoilt it."""
    return "" if is_spoilt(subscription_id) else fit(subscription_id.strip().lower(), 100)
