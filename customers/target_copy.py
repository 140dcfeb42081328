"""The local copy of the target's customers and invoice templates, so that no page waits for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Any, cast

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

_ASKED_AT_ONCE = 500  # customers that the list lacks


@dataclass(frozen=True, slots=True)
class TargetReport:
    """What a refresh of the copy found."""

    customers: int
    templates: int
    gone_customers: int = 0
    gone_templates: int = 0


class Listed(StrEnum):
    """The list that a reading of the copy has come to."""

    CUSTOMERS = "customers"
    TEMPLATES = "templates"
    UNLISTED = "unlisted"  # none: what the lists lacked is asked for by id


@dataclass(frozen=True, slots=True)
class CopyReading:
    """A reading of the copy that broke off: when it began, and the list and page to go on with."""

    since: dt.datetime
    listed: Listed = Listed.CUSTOMERS
    page: int = 1

    @property
    def begins(self) -> bool:
        """Whether nothing was read yet."""
        return (self.listed, self.page) == (Listed.CUSTOMERS, 1)


def refresh_target(partner_id: int, connection_id: int, client: Target) -> TargetReport:
    """Read all customers and templates of the target anew. Call it outside any scope. Raises what the client raises."""
    began = timezone.now()
    with partner_scope(partner_id):
        before = _gone(connection_id)
        connection = Connection.objects.get(pk=connection_id)
    refresh_locale(partner_id, connection, client)
    read_copy(partner_id, connection_id, client, CopyReading(began))
    with partner_scope(partner_id):
        customers = TargetCustomer.objects.filter(target=connection_id, gone=False).count()
        templates = Template.objects.filter(target=connection_id, gone=False).count()
        new = [len(after - known) for after, known in zip(_gone(connection_id), before, strict=True)]
    return TargetReport(customers, templates, *new)


def _gone(connection_id: int) -> tuple[set[int], set[int]]:
    customers = TargetCustomer.objects.filter(target=connection_id, gone=True).values_list("pk", flat=True)
    templates = Template.objects.filter(target=connection_id, gone=True).values_list("pk", flat=True)
    return set(customers), set(templates)


def read_copy(
    partner_id: int,
    connection_id: int,
    client: Target,
    reading: CopyReading,
    enough: Callable[[], bool] = lambda: False,
) -> CopyReading | None:
    """Go on reading customers and templates. Call it outside any scope.

    Pages are kept as they come, so between two of them ``enough`` may say that others want their turn: then the answer
    is the reading to go on with, else None. While a list is read, a record that is deleted moves others up to a page
    that was read already: what the lists lacked is asked for by id, and only what is not there is marked as gone.
    Nothing is ever deleted. A template that was read by itself meanwhile stays as it was read. Raises what the client
    raises.
    """
    for listed in list(Listed)[list(Listed).index(reading.listed) : -1]:
        first = reading.page if listed is reading.listed else 1
        page = _read_list(partner_id, connection_id, client, CopyReading(reading.since, listed, first), enough)
        if page is not None:
            return CopyReading(reading.since, listed, page)
    if not _ask_for_unlisted(partner_id, connection_id, client, reading.since, enough):
        return CopyReading(reading.since, Listed.UNLISTED)
    return None


def store_target(
    partner_id: int,
    connection_id: int,
    customers: Iterable[list[records.CustomerRecord]],
    templates: Iterable[list[records.InvoiceTemplate]],
    began: dt.datetime,
) -> None:
    """Add to the copy what was listed since ``began``, page by page; what the lists lack stays as it is."""
    with partner_scope(partner_id):
        wait_for_turn("target copy", connection_id)
        for page in customers:
            _store_customers(connection_id, page)
        for listed in templates:
            _store_templates(connection_id, listed, began)
        Connection.objects.filter(pk=connection_id).update(target_read_at=timezone.now())


def _read_list(
    partner_id: int, connection_id: int, client: Target, reading: CopyReading, enough: Callable[[], bool]
) -> int | None:
    """The page to go on with, None at the end of the list."""
    of_customers = reading.listed is Listed.CUSTOMERS
    seen = [] if reading.page == 1 else _read_since(partner_id, connection_id, reading)
    pages = client.customer_pages if of_customers else client.template_pages
    page, asked = reading.page, timezone.now()
    for rows in pages(first=reading.page, seen=seen):
        if rows:
            with partner_scope(partner_id):
                wait_for_turn("target copy", connection_id)
                if of_customers:
                    _store_customers(connection_id, cast("list[records.CustomerRecord]", rows))
                else:
                    _store_templates(connection_id, cast("list[records.InvoiceTemplate]", rows), asked)
        page, asked = page + 1, timezone.now()
        if rows and enough():  # beyond the end there are none: only the list itself knows where that is
            return page
    return None


def _read_since(partner_id: int, connection_id: int, reading: CopyReading) -> list[str]:
    """Ids of what the pages of its list had that were read before."""
    with partner_scope(partner_id):
        model = TargetCustomer if reading.listed is Listed.CUSTOMERS else Template
        known = model.objects.filter(target=connection_id, read_at__gte=reading.since)
        return list(known.values_list("external_id", flat=True))


def _ask_for_unlisted(
    partner_id: int, connection_id: int, client: Target, since: dt.datetime, enough: Callable[[], bool]
) -> bool:
    """True once everything that the lists lacked was asked for by id, and the copy is as new as the target."""
    unread = Q(read_at=None) | Q(read_at__lt=since)
    with partner_scope(partner_id):
        templates = Template.objects.filter(unread, target=connection_id, gone=False)
        missing = list(templates.order_by("pk").values_list("external_id", flat=True))
        customers = TargetCustomer.objects.filter(unread, target=connection_id, gone=False)
        unlisted = list(customers.values_list("external_id", flat=True))
        if not missing and not unlisted:
            _note_read(connection_id, client)
            return True
    for template_id in missing:
        if enough():
            return False
        reread_template(partner_id, connection_id, client, template_id)
    asked = iter(unlisted)
    while some := list(islice(asked, _ASKED_AT_ONCE)):
        if enough():
            return False
        _ask_for_customers(partner_id, connection_id, client, some)
    with partner_scope(partner_id):
        _note_read(connection_id, client)
    return True


def _note_read(connection_id: int, client: Target) -> None:
    """The copy was read to its end, on the target's own day."""
    told = {} if client.day is None else {"target_day": client.day}
    Connection.objects.filter(pk=connection_id).update(target_read_at=timezone.now(), **told)


def _ask_for_customers(partner_id: int, connection_id: int, client: Target, unlisted: list[str]) -> None:
    found = client.get_customers(unlisted)
    with partner_scope(partner_id):
        wait_for_turn("target copy", connection_id)
        _store_customers(connection_id, found)
        absent = set(unlisted) - {customer.customer_id for customer in found}
        TargetCustomer.objects.filter(target=connection_id, external_id__in=absent).update(gone=True)


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


def reread_template(partner_id: int, connection_id: int, client: Target, template_id: str) -> None:
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


def _store_customers(connection_id: int, listed: list[records.CustomerRecord]) -> None:
    wanted: dict[str, Mapping[str, Any]] = {
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
    known = TargetCustomer.objects.filter(target_id=connection_id, external_id__in=list(wanted))
    existing = {row.external_id: row for row in known}
    save_differences(TargetCustomer, existing, wanted, for_new={"target_id": connection_id})
    known.update(read_at=timezone.now())


def _store_templates(connection_id: int, listed: list[records.InvoiceTemplate], asked: dt.datetime) -> None:
    """A sync that is writing reads what it writes: since the list was asked for, that is newer than the list."""
    now = timezone.now()
    every = {record.template_id: record for record in listed}
    known = Template.objects.filter(target_id=connection_id, external_id__in=list(every))
    stored = {row.external_id: row for row in known}
    newer = {number for number, row in stored.items() if asked < row.read_at <= now}
    wanted = {number: _template_values(record) for number, record in every.items() if number not in newer}
    existing = {number: row for number, row in stored.items() if number in wanted}
    save_differences(Template, existing, wanted, for_new={"target_id": connection_id, "read_at": now})
    known.filter(external_id__in=list(wanted)).update(read_at=now)


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
