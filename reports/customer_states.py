"""Customers and how far each is mapped."""

from __future__ import annotations

from typing import Any

from core.scope import partner_scope
from money.words import plain
from programs.models import Program
from reports.billing import billing_rows


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
