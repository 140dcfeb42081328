"""Invoices: money as strings, ``line_items`` where schedules say ``lines``."""

from __future__ import annotations

import datetime as dt

from sandbox.routing import Call, route
from sandbox.syncro_api.customers import KIND as CUSTOMER
from sandbox.syncro_api.lists import full_meta, page_reply, page_size, short_meta
from sandbox.wire import Json, Reply, empty_reply, json_reply

KIND = "invoice"
FIRST_ID = 20001
FIRST_NUMBER = 4001

_LINE_LIST_PAGE = 100
_HEADER = (
    "id", "customer_id", "customer_business_then_name", "number", "created_at", "updated_at", "date",
    "due_date", "subtotal", "total", "tax", "verified_paid", "tech_marked_paid", "ticket_id",
    "pdf_url", "is_paid", "location_id", "po_number", "contact_id", "note", "hardwarecost", "user_id",
)  # fmt: skip


def list_invoices(call: Call) -> Reply:
    """GET /invoices: the newest first, without lines."""
    found = call.store.records(call.account, KIND)
    found.sort(key=lambda invoice: (invoice["created_at"], invoice["id"]), reverse=True)
    since = _moment(call.request.param("since_updated_at"))
    if since is not None and call.switch("since_updated_at") == "filters":
        found = [invoice for invoice in found if _updated(invoice) >= since]
    left_out = {paid for name, paid in (("unpaid", True), ("paid", False)) if call.request.param(name) == "true"}
    shown = [_header(call, invoice) for invoice in found if invoice["is_paid"] not in left_out]
    return page_reply(call, "invoices", shown, page_size(call), short_meta)


def get_invoice(call: Call) -> Reply:
    """GET /invoices/{id}: takes an id or a number."""
    records = call.store.records(call.account, KIND)
    wanted = call.values[0]
    found = next((record for record in records if str(record["id"]) == wanted), None)
    found = found or next((record for record in records if record["number"] == wanted), None)
    if found is None:
        return empty_reply(404)
    full = _full(call, found)
    return json_reply({"invoice": full} if call.switch("invoice_wrapper") == "invoice" else full)


def list_line_items(call: Call) -> Reply:
    """GET /line_items: lines of invoices, for global admins only."""
    wanted = call.request.param("invoice_id")
    rows = [
        {**line, "invoice_id": invoice["id"]}
        for invoice in call.store.records(call.account, KIND)
        if not wanted or str(invoice["id"]) == wanted
        for line in invoice["line_items"]
    ]
    return page_reply(call, "line_items", rows, _LINE_LIST_PAGE, full_meta)


ROUTES = (
    route("GET", "/invoices", list_invoices, "Invoices - List/Search"),
    route("GET", r"/invoices/([0-9A-Za-z-]+)", get_invoice, "Invoices - View Details"),
    route("GET", "/line_items", list_line_items, "Global Admin"),
)


def _header(call: Call, invoice: Json) -> Json:
    shown: Json = {name: invoice.get(name) for name in _HEADER}
    if call.switch("invoice_schedule_id") == "on":
        shown["schedule_id"] = invoice["schedule_id"]
    return shown


def _full(call: Call, invoice: Json) -> Json:
    customer = call.store.record(call.account, CUSTOMER, invoice["customer_id"]) or {}
    names = ("id", "firstname", "lastname", "business_name", "email", "phone", "disabled")
    return {
        **_header(call, invoice),
        "date_received": None,
        "customer": {name: customer.get(name) for name in names},
        "line_items": invoice["line_items"],
        "payments": [],
    }


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _updated(invoice: Json) -> dt.datetime:
    return dt.datetime.fromisoformat(invoice["updated_at"])
