"""The list of invoices, and each one as CSV."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from sandbox.accounts import story_in
from sandbox.billing import invoices_issued_on, rows_of
from sandbox.prism_api.invoice_csv import Fields, fields_of, write_csv
from sandbox.routing import Call, route
from sandbox.state import Store
from sandbox.wire import Json, Reply, json_reply, plain

KIND = "prism_invoice"
_PAGE_SIZE = 10


def issue_invoices(store: Store, account: str, day: dt.date) -> list[str]:
    """Issue what the distributor issues on that day; returns the new invoice ids."""
    found = list(invoices_issued_on(story_in(store, account), day))
    return [keep_invoice(store, account, invoice, day) for invoice in found]


def keep_invoice(store: Store, account: str, invoice: Json, day: dt.date) -> str:
    """Give an invoice its id and the day of its issue; returns the id."""
    number = store.new_id(account, KIND)
    invoice_id = f"{store.accounts[account]['number'] + 1}{number:06d}"
    store.keep(account, KIND, {"id": number, "invoice_id": invoice_id, "issued": day.isoformat(), **invoice})
    return invoice_id


def rows_as_fields(store: Store, account: str, invoice: Json) -> list[Fields]:
    """The rows of an invoice by column name; those of a hand-made one are kept with it."""
    if "rows" in invoice:
        return list(invoice["rows"])
    switches = store.switches
    return [
        fields_of(
            row,
            reseller=f"{account.title()} IT",
            offset=switches["date_offset"],
            digits=int(switches["amount_digits"]),
        )
        for row in rows_of(story_in(store, account), invoice, switches)
    ]


def find_invoice(store: Store, account: str, invoice_id: str) -> Json | None:
    """An issued invoice by its id."""
    records = store.records(account, KIND)
    return next((record for record in records if record["invoice_id"] == invoice_id), None)


def list_invoices(call: Call) -> Reply:
    """GET /api/v2/invoices: ``Records``, the newest first."""
    records = [_header(call, record) for record in reversed(call.store.records(call.account, KIND))]
    form = call.switch("invoice_pages")
    if form == "none":
        return json_reply({"Records": records})
    page = max(1, int(call.request.param("page", "1") or 1)) if form == "paged" else 1
    size = _PAGE_SIZE if form == "paged" else max(1, len(records))
    shown = records[(page - 1) * size : page * size]
    pages = -(-len(records) // size)
    totals = {"Page": page, "PageSize": size, "TotalRecords": len(records), "TotalPages": pages}
    return json_reply({"Records": shown, **totals})


def get_invoice_csv(call: Call) -> Reply:
    """GET /api/v1/me/invoice/{id}/csv."""
    invoice = find_invoice(call.store, call.account, call.values[0])
    if invoice is None:
        return json_reply({"Message": "The invoice was not found."}, 404)
    rows = rows_as_fields(call.store, call.account, invoice)
    body = write_csv(rows, call.store.switches, seed=invoice["invoice_id"])
    return Reply(200, body, "text/csv; charset=utf-8")


ROUTES = (
    route("GET", "/api/v2/invoices", list_invoices),
    route("GET", "/api/v1/me/invoice/([0-9A-Za-z-]+)/csv", get_invoice_csv),
)


def _header(call: Call, invoice: Json) -> Json:
    month = dt.date.fromisoformat(invoice["month"])
    header: Json = {
        "InvoiceId": invoice["invoice_id"],
        "ProgramName": invoice["program"],
        "BillingPeriodStart": f"{month.isoformat()}T00:00:00{call.switch('date_offset')}",
        "UsageYear": month.year,
        "UsageMonth": month.month,
    }
    if call.switch("invoice_header") == "extended":
        header |= _extended(call, invoice)
    return header


def _extended(call: Call, invoice: Json) -> Json:
    rows = rows_as_fields(call.store, call.account, invoice)
    issued = dt.date.fromisoformat(invoice["issued"])
    offset = call.switch("date_offset")
    return {
        "InvoiceNumber": f"RH-{invoice['invoice_id']}",
        "InvoiceDate": f"{issued.isoformat()}T00:00:00{offset}",
        "DueDate": f"{(issued + dt.timedelta(days=30)).isoformat()}T00:00:00{offset}",
        "Status": invoice.get("status", "Final"),
        "Currency": call.facts["currency"],
        "Total": _sum(rows, "SubTotal"),
        "TotalRrp": _sum(rows, "SubTotalRrp"),
    }


def _sum(rows: list[Fields], column: str) -> Decimal:
    return Decimal(plain(sum((Decimal(row[column]) for row in rows), Decimal(0))))
