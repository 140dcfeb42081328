"""A Syncro client whose vendor answers what a test says, and its records as the API shows them."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.syncro.client import SyncroClient

API = "https://acme.syncromsp.com/api/v1"
TOKEN = "T0a1b2c3d4e5f-0123456789"
CREDENTIALS = {"subdomain": "acme", "api_token": TOKEN}
NO_PERMISSION = {"error": "Not authorized. Please ask account admin to update your group permissions."}


@pytest.fixture
def syncro(make_edge):
    return SyncroClient(CREDENTIALS, make_edge(system="syncro"))


def product_json(product_id: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": product_id,
        "price_cost": 0.01,
        "price_retail": 10.5,
        "condition": None,
        "description": "Description",
        "maintain_stock": False,
        "name": f"Product {product_id}",
        "quantity": 100,
        "disabled": False,
        "taxable": True,
        "upc_code": None,
        "serialized": False,
        "product_skus": [],
        **changes,
    }


def line_json(line_id: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": line_id,
        "cost_cents": 100,
        "description": "Text",
        "name": "Silver plan",
        "position": 2,
        "product_id": 301,
        "quantity": "2.0",
        "retail_cents": 2000,
        "schedule_id": 201,
        "taxable": False,
        "user_id": None,
        "price_cost": 1,
        "price_retail": 20,
        "recurring_type_id": None,
        "device_ids": [],
        "one_time_charge": False,
        **changes,
    }


def schedule_json(template_id: int = 201, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "id": template_id,
        "account_id": 1,
        "customer_id": 7,
        "frequency": "Monthly",
        "name": "Microsoft 365",
        "next_run": "2026-12-01",
        "paused": False,
        "subtotal": 0,
        "lines": list(lines),
        **changes,
    }


def invoice_json(invoice_id: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": invoice_id,
        "customer_id": 7,
        "number": "4444",
        "created_at": "2026-11-01T08:24:20.821Z",
        "date": "2026-11-01T00:00:00.000Z",
        "subtotal": "0.0",
        "total": "64.99",
        **changes,
    }
