"""Customers and how far each is mapped, fresh from the source."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from connections.clients import open_source, record_failure, record_success
from connectors.errors import ConnectorError
from core.money import plain
from core.scope import partner_scope
from customers.services import refresh_customers
from invoices.billing_list import billing_rows
from invoices.importing import import_invoices
from products.services import refresh_price_list
from programs.models import Program


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


def customer_states(partner_id: int, program: Program) -> list[dict[str, Any]]:
    """One entry per customer and motion that occurs in the program's invoices."""
    with partner_scope(partner_id):
        return [
            {
                "customer": row.customer.external_id,
                "name": row.customer.name,
                "domain": row.customer.domain,
                "program": program.slug,
                "motion": row.motion,
                "state": row.state,
                "latest_invoice_retail": plain(row.money.retail),
            }
            for row in billing_rows(program)
        ]
