"""The local copy of the target's customers and invoice templates, so that no page waits for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils import timezone

from connections.locales import refresh_locale
from connections.models import Connection
from connectors import records
from connectors.errors import RecordMissing
from connectors.interface import Target
from core.bulk_saving import fit, save_differences
from core.scope import partner_scope
from core.turns import wait_for_turn
from customers.models import TargetCustomer, Template


@dataclass(frozen=True, slots=True)
class TargetReport:
    """What a refresh of the copy found."""

    customers: int
    templates: int
    gone_customers: int = 0
    gone_templates: int = 0


def refresh_target(partner_id: int, connection_id: int, client: Target) -> TargetReport:
    """Read all customers and templates of the target anew. Call it outside any scope.

    What the target no longer lists is marked as gone, never deleted. A template that was read by itself
    meanwhile stays as it was read. Raises what the client raises.
    """
    refresh_locale(partner_id, connection_id, client)
    began = timezone.now()
    return store_target(partner_id, connection_id, client.list_customers(), client.list_templates(), began)


def store_target(
    partner_id: int,
    connection_id: int,
    customers: list[records.CustomerRecord],
    templates: list[records.InvoiceTemplate],
    began: dt.datetime,
) -> TargetReport:
    """Bring the copy to the lists that were read since ``began``."""
    with partner_scope(partner_id):
        wait_for_turn("target copy", connection_id)
        now = timezone.now()
        gone_customers = _store_customers(connection_id, customers)
        gone_templates = _store_templates(connection_id, templates, began, now)
        Connection.objects.filter(pk=connection_id).update(target_read_at=now)
    return TargetReport(len(customers), len(templates), gone_customers, gone_templates)


def save_template(partner_id: int, connection_id: int, record: records.InvoiceTemplate) -> None:
    """Bring the copy of one template to what a fresh read said."""
    with partner_scope(partner_id, flushed=False):
        wait_for_turn("target copy", connection_id)
        existing = {
            row.external_id: row
            for row in Template.objects.filter(target_id=connection_id, external_id=record.template_id)
        }
        values = _template_values(record) | {"read_at": timezone.now()}
        save_differences(Template, existing, {record.template_id: values}, for_new={"target_id": connection_id})


def reread_template(partner_id: int, connection_id: int, client: Target, template_id: int) -> None:
    """Read one template anew; its copy is marked as gone where the target has it no more. Outside any scope."""
    try:
        record = client.get_template(template_id)
    except RecordMissing:
        with partner_scope(partner_id):
            Template.objects.filter(target_id=connection_id, external_id=template_id).update(gone=True)
        return
    save_template(partner_id, connection_id, record)


def template_record(row: Template) -> records.InvoiceTemplate:
    """A template as it was last read, line by line and digit by digit."""
    return records.InvoiceTemplate(
        template_id=row.external_id,
        customer_id=row.customer_external_id,
        name=row.name,
        frequency=row.frequency,
        next_run=row.next_run,
        paused=row.paused,
        lines=tuple(_read_line(line) for line in row.lines),
    )


def _store_customers(connection_id: int, listed: list[records.CustomerRecord]) -> int:
    existing = {row.external_id: row for row in TargetCustomer.objects.filter(target_id=connection_id)}
    wanted: dict[int, Mapping[str, Any]] = {
        customer.customer_id: {
            "external_id": customer.customer_id,
            "name": fit(customer.name, 500),
            "email": fit(customer.email, 254),
            "phone": fit(customer.phone, 60),
            "address": fit(customer.address, 500),
            "disabled": customer.disabled,
            "gone": False,
        }
        for customer in listed
    }
    gone: dict[int, Mapping[str, Any]] = {key: {"gone": True} for key in existing if key not in wanted}
    save_differences(TargetCustomer, existing, wanted | gone, for_new={"target_id": connection_id})
    return len(gone)


def _store_templates(
    connection_id: int, listed: list[records.InvoiceTemplate], began: dt.datetime, now: dt.datetime
) -> int:
    """A sync that is writing reads what it writes: since the list was begun, that is newer than the list."""
    read_since = Q(read_at__gt=began, read_at__lte=now)
    known = Template.objects.filter(target_id=connection_id)
    newer = set(known.filter(read_since).values_list("external_id", flat=True))
    existing = {row.external_id: row for row in known.exclude(read_since)}
    listed = [record for record in listed if record.template_id not in newer]
    wanted: dict[int, Mapping[str, Any]] = {record.template_id: _template_values(record) for record in listed}
    gone: dict[int, Mapping[str, Any]] = {key: {"gone": True} for key in existing if key not in wanted}
    for_new = {"target_id": connection_id, "read_at": now}
    save_differences(Template, existing, wanted | gone, for_new=for_new)
    known.exclude(read_since).filter(gone=False).update(read_at=now)
    return len(gone)


def _template_values(record: records.InvoiceTemplate) -> dict[str, Any]:
    return {
        "external_id": record.template_id,
        "customer_external_id": record.customer_id,
        "name": fit(record.name, 500),
        "frequency": fit(record.frequency, 30),
        "next_run": record.next_run,
        "paused": record.paused,
        "lines": [_write_line(line) for line in record.lines],
        "gone": False,
    }


def _write_line(line: records.TemplateLine) -> dict[str, Any]:
    # JSON has no decimals that survive every reader, and PostgreSQL's has no NUL.
    values = asdict(line) | {"quantity": str(line.quantity)}
    return {name: value.replace("\0", "") if isinstance(value, str) else value for name, value in values.items()}


def _read_line(values: Mapping[str, Any]) -> records.TemplateLine:
    return records.TemplateLine(**{**values, "quantity": Decimal(values["quantity"])})
