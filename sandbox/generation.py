"""Syncro's own work: on its day a template becomes an invoice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal

from sandbox.draws import draw
from sandbox.months import next_run_after
from sandbox.state import Store
from sandbox.syncro_api.customers import KIND as CUSTOMER
from sandbox.syncro_api.customers import then_name
from sandbox.syncro_api.encoding import CENT, amount_text, midnight, of_cents
from sandbox.syncro_api.invoices import FIRST_ID, FIRST_NUMBER, KIND
from sandbox.syncro_api.products import KIND as PRODUCT
from sandbox.syncro_api.schedules import KIND as SCHEDULE
from sandbox.wire import Json

_TAX_RATE = Decimal("0.08")
_DUE_DAYS = 14


def generate_due(store: Store, account: str, day: dt.date) -> list[int]:
    """Run every template of an account that is due by that day; returns the invoices' ids."""
    made = []
    for schedule in store.records(account, SCHEDULE):
        while not schedule["paused"] and dt.date.fromisoformat(schedule["next_run"]) <= day:
            run_day = dt.date.fromisoformat(schedule["next_run"])
            made += run_template(store, account, schedule, run_day)
    return made


def run_template(store: Store, account: str, schedule: Json, day: dt.date) -> list[int]:
    """Make the invoice of one template, drop its one-time lines, and move it on."""
    invoices = []
    if schedule["lines"] or store.switches["blank_invoices"] == "on":
        invoice = _invoice_of(store, account, schedule, day)
        store.keep(account, KIND, invoice)
        invoices = [int(invoice["id"])]
    if store.switches["one_time_after_generation"] == "dropped":
        schedule["lines"] = [line for line in schedule["lines"] if not line["one_time_charge"]]
    schedule["next_run"] = next_run_after(day, schedule["frequency"]).isoformat()
    schedule["runs"].append(day.isoformat())
    store.keep(account, SCHEDULE, schedule)
    return invoices


def counted_quantity(line: Json, day: dt.date) -> Decimal:
    """The quantity to bill; Syncro counts a dynamic line itself."""
    if line["recurring_type_id"] is None:
        return Decimal(line["quantity"])
    return Decimal(10 + draw(6, "counted", line["id"], day.year, day.month))


def line_amount(quantity: Decimal, cents: int) -> Decimal:
    """What a line bills, in dollars at two digits."""
    return (quantity * of_cents(cents)).quantize(CENT, ROUND_HALF_UP)


def _invoice_of(store: Store, account: str, schedule: Json, day: dt.date) -> Json:
    facts = store.accounts[account]
    customer = store.record(account, CUSTOMER, schedule["customer_id"]) or {}
    base = 100_000 * facts["number"]
    invoice_id = store.new_id(account, KIND, FIRST_ID + base)
    stamp = _six_in_the_morning(day, facts)
    lines = sorted(schedule["lines"], key=lambda line: (line["position"], line["id"]))
    rows = [_invoice_line(store, account, line, day, stamp) for line in lines]
    subtotal = sum((line_amount(Decimal(r["quantity"]), r["cents"]) for r in rows), Decimal(0))
    taxable = [r for r in rows if r["taxable"] and customer.get("tax_rate_id")]
    base_of_tax = sum((line_amount(Decimal(r["quantity"]), r["cents"]) for r in taxable), Decimal(0))
    tax = (base_of_tax * _TAX_RATE).quantize(CENT, ROUND_HALF_UP)
    return {
        "id": invoice_id,
        "schedule_id": schedule["id"],
        "customer_id": schedule["customer_id"],
        "customer_business_then_name": then_name(customer) if customer else "",
        "number": str(store.new_id(account, "invoice number", FIRST_NUMBER + base)),
        "created_at": stamp,
        "updated_at": stamp,
        "date": midnight(day),
        "due_date": midnight(day + dt.timedelta(days=_DUE_DAYS)),
        "subtotal": amount_text(subtotal),
        "tax": amount_text(tax),
        "total": amount_text(subtotal + tax),
        "verified_paid": False,
        "tech_marked_paid": False,
        "is_paid": False,
        "line_items": [{name: value for name, value in r.items() if name != "cents"} for r in rows],
    }


def _invoice_line(store: Store, account: str, line: Json, day: dt.date, stamp: str) -> Json:
    # Field names shift on the way: a template line's name is the item, its description the name.
    base = 100_000 * store.accounts[account]["number"]
    return {
        "id": store.new_id(account, "invoice line", 50001 + base),
        "created_at": stamp,
        "updated_at": stamp,
        "item": line["name"],
        "name": line["description"],
        "cost": amount_text(of_cents(line["cost_cents"])),
        "price": amount_text(of_cents(line["retail_cents"])),
        "quantity": amount_text(counted_quantity(line, day)),
        "product_id": _living_product(store, account, line["product_id"]),
        "taxable": line["taxable"],
        "discount_percent": None,
        "position": line["position"],
        "invoice_bundle_id": None,
        "discount_dollars": None,
        "product_category": line["product_category"],
        "cents": line["retail_cents"],
    }


def _living_product(store: Store, account: str, product_id: int | None) -> int | None:
    if product_id is None:
        return None
    return product_id if store.record(account, PRODUCT, product_id) else None


def _six_in_the_morning(day: dt.date, facts: Mapping[str, str]) -> str:
    """06:00 in the account's zone, as a timestamp in UTC."""
    local = dt.datetime.fromisoformat(f"{day.isoformat()}T06:00:00{facts['time_offset']}")
    return local.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
