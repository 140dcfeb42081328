"""Read the source's tenants and subscriptions into our own rows. Nothing is ever deleted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.utils import timezone

from connectors.interface import Source
from connectors.records import SourceTenant
from core.bulk_saving import fit, save_differences
from core.scope import partner_scope
from core.turns import wait_for_turn
from customers.models import Customer, Subscription
from customers.subscriptions import keep_subscriptions, subscription_values

_BATCH = 2000


@dataclass(frozen=True, slots=True)
class CustomerReport:
    """What a refresh found. ``new`` and ``gone`` are ids of ``Customer`` rows.

    ``gone`` were active before and no longer are. ``problem`` says why nothing was changed.
    """

    total: int
    new: tuple[int, ...] = ()
    gone: tuple[int, ...] = ()
    problem: str = ""


def refresh_customers(partner_id: int, connection_id: int, client: Source) -> CustomerReport:
    """Bring customers and subscriptions to what the source lists. Call it outside any scope.

    A list without any tenant, where there were some, changes nothing and is reported. Raises what
    the client raises.
    """
    tenants = client.list_tenants()
    with partner_scope(partner_id):
        wait_for_turn("customers", connection_id)
        active = Customer.objects.filter(source_id=connection_id, active=True)
        if not tenants and active.exists():
            return CustomerReport(total=0, problem="The source lists no customers at all. Nothing was changed.")
        return _store(connection_id, tenants, timezone.now())


def _store(connection_id: int, tenants: list[SourceTenant], now: dt.datetime) -> CustomerReport:
    existing = {row.external_id: row for row in Customer.objects.filter(source_id=connection_id)}
    before = {row.pk for row in existing.values() if row.active}
    for_new = {"source_id": connection_id, "last_seen_at": now}
    wanted = _customers(tenants)
    absent = {key: {"active": False} for key in existing if key not in wanted}
    saved = save_differences(Customer, existing, wanted | absent, for_new=for_new)
    listed = existing | {row.external_id: row for row in saved.created}
    unseen = [row.pk for key, row in existing.items() if key not in wanted]
    Customer.objects.filter(source_id=connection_id).exclude(pk__in=unseen).update(last_seen_at=now)
    _store_subscriptions(connection_id, tenants, listed, now)
    gone = before - {row.pk for row in listed.values() if row.active}
    return CustomerReport(total=len(wanted), new=tuple(row.pk for row in saved.created), gone=tuple(sorted(gone)))


def _customers(tenants: Iterable[SourceTenant]) -> dict[str, dict[str, Any]]:
    wanted: dict[str, dict[str, Any]] = {}
    for tenant in tenants:
        key = _tenant_key(tenant)
        values = {
            "external_id": key,
            "company_id": fit(tenant.company_id, 100),
            "name": fit(tenant.name, 500),
            "domain": fit(tenant.domain.strip().lower(), 255),
            "email": fit(tenant.email, 254),
            "active": tenant.active,
        }
        wanted.setdefault(key, values)
    return wanted


def _store_subscriptions(
    connection_id: int, tenants: Iterable[SourceTenant], customers: Mapping[str, Customer], now: dt.datetime
) -> None:
    """A few thousand at a time, as there may be many per customer. The first of several rows counts."""
    rows = _subscriptions(tenants, customers)
    stored: set[str] = set()
    while batch := list(islice(rows, _BATCH)):
        wanted = {values["external_id"]: values for values in reversed(batch) if values["external_id"] not in stored}
        keep_subscriptions(connection_id, wanted, now)
        present = Subscription.objects.filter(source_id=connection_id, external_id__in=list(wanted))
        present.update(last_seen_at=now)
        stored |= wanted.keys()


def _subscriptions(tenants: Iterable[SourceTenant], customers: Mapping[str, Customer]) -> Iterator[dict[str, Any]]:
    for tenant in tenants:
        customer_id = customers[_tenant_key(tenant)].pk
        for record in tenant.subscriptions:
            yield subscription_values(record, customer_id)


def _tenant_key(tenant: SourceTenant) -> str:
    return fit(tenant.tenant_id.strip().lower(), 100)
