"""Templates that make their invoice at a moment that a test chooses, and what such invoices carry."""

from __future__ import annotations

from decimal import Decimal

from tests.end_to_end.office import ACCOUNT, Office, mark_of


def billed(office: Office, template: int) -> dict[str, Decimal]:
    """Retail that generated invoices of a template carry, by mark."""
    found: dict[str, Decimal] = {}
    for invoice in office.records("invoice"):
        if invoice["schedule_id"] == template:
            for row in invoice["line_items"]:
                mark = mark_of({"description": row["name"]})
                found[mark] = found.get(mark, Decimal(0)) + Decimal(row["quantity"]) * Decimal(row["price"])
    return found


def runs_just_before(office: Office, template: int, method: str, path: str, **more: object) -> None:
    """The template makes its invoice when this call arrives, before it is processed."""
    ran = {"action": "run_template", "account": ACCOUNT, "schedule_id": template}
    office.fault(
        "edit_before", vendor="syncro", method=method, path=f"/schedules/{template}{path}", edits=[ran], **more
    )
