"""What a vendor lists, read with credentials that need not be stored, before anything is written."""

from __future__ import annotations

import datetime as dt
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.utils import timezone
from pydantic import TypeAdapter

from connections.clients import source_client, target_client
from connections.errors import ConnectionRefused
from connectors.errors import ConnectorError
from connectors.records import CustomerRecord, InvoiceTemplate, SourceTenant

T = TypeVar("T")


class PagesOnDisk(Generic[T]):
    """Pages of records, written down in a temporary file as they come: one of them is in memory at a time."""

    def __init__(self, form: TypeAdapter[list[T]], pages: Iterable[list[T]]) -> None:
        self._form = form
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # closed with this object
        weakref.finalize(self, self._file.close)
        for page in pages:
            self._file.write(form.dump_json(page) + b"\n")

    def __iter__(self) -> Iterator[list[T]]:
        self._file.seek(0)
        for page in self._file:
            yield self._form.validate_json(page)


@dataclass(frozen=True, slots=True)
class TargetDirectory:
    """A target's customers and invoice templates, as read since ``began``."""

    began: dt.datetime
    customers: PagesOnDisk[CustomerRecord]
    templates: PagesOnDisk[InvoiceTemplate]


def read_source_directory(system: str, credentials: Mapping[str, str]) -> list[SourceTenant]:
    """All customers of a source. ``ConnectionRefused``."""
    try:
        return source_client(system, credentials).list_tenants()
    except ConnectorError as error:
        raise ConnectionRefused(str(error), detail=error.detail) from error


def read_target_directory(system: str, credentials: Mapping[str, str]) -> TargetDirectory:
    """All customers and invoice templates of a target. ``ConnectionRefused``."""
    client, began = target_client(system, credentials), timezone.now()
    try:
        customers = PagesOnDisk(TypeAdapter(list[CustomerRecord]), client.customer_pages())
        templates = PagesOnDisk(TypeAdapter(list[InvoiceTemplate]), client.template_pages())
    except ConnectorError as error:
        raise ConnectionRefused(str(error), detail=error.detail) from error
    return TargetDirectory(began, customers, templates)
