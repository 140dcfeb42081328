"""Read the source without a run: customers, prices and new invoices, nothing planned."""

from __future__ import annotations

from django.utils import timezone

from connections.clients import open_source, record_failure, record_success
from connectors.errors import ConnectorError
from customers.services import refresh_customers
from invoices.importing import import_invoices
from products.services import refresh_price_list


class SourceFailed(Exception):
    """The source could not be read; ``str(error)`` says what to do."""


def read_source_now(partner_id: int, program_id: int, source_id: int) -> list[str]:
    """Refresh customers and prices and import new invoices, without planning anything.

    Call it outside any scope. Returns what could not be imported, with its cure; raises
    ``SourceFailed`` when the source as a whole cannot be read.
    """
    try:
        client = open_source(partner_id, source_id)
        customers = refresh_customers(partner_id, source_id, client)
        prices = refresh_price_list(partner_id, source_id, client, timezone.now().date())
        imported = import_invoices(partner_id, program_id, client)
    except ConnectorError as error:
        record_failure(partner_id, source_id, error)
        raise SourceFailed(str(error)) from error
    record_success(partner_id, source_id)
    problems = [text for text in (customers.problem, prices.problem) if text]
    return problems + [f"Invoice {one.invoice}: {one.text} {one.cure}" for one in imported.problems]
