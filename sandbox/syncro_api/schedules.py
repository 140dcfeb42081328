"""Schedules: the templates from which Syncro generates invoices."""

from __future__ import annotations

import datetime as dt

from sandbox.months import FREQUENCIES
from sandbox.routing import Call, route
from sandbox.state import Store
from sandbox.syncro_api.encoding import as_bool, is_blank, midnight, of_cents, read_day
from sandbox.syncro_api.lists import page_reply, page_size, switched_meta
from sandbox.wire import Json, Reply, empty_reply, json_reply

KIND = "schedule"
FIRST_ID = 5001

_BOOLEANS = ("email_customer", "snail_mail", "charge_mop", "invoice_unbilled_ticket_charges", "paused")
_BLANK_TEXTS = {
    "frequency": "Frequency can't be blank",
    "next_run": "Next run can't be blank",
    "name": "Name can't be blank",
    "customer_id": "Customer can't be blank",
}


def list_schedules(call: Call) -> Reply:
    """GET /schedules: rows with their lines; the customer is the only filter."""
    found = call.store.records(call.account, KIND)
    customer = call.request.param("customer_id")
    if customer:
        found = [schedule for schedule in found if str(schedule["customer_id"]) == customer]
    shown = [_shown(call, schedule) for schedule in found]
    return page_reply(call, "schedules", shown, page_size(call), switched_meta(call))


def get_schedule(call: Call) -> Reply:
    """GET /schedules/{id}."""
    schedule = call.store.record(call.account, KIND, call.number)
    return empty_reply(404) if schedule is None else json_reply({"schedule": _shown(call, schedule)})


def create_schedule(call: Call) -> Reply:
    """POST /schedules: flat body; lines in it are ignored."""
    sent = call.request.fields()
    messages = _invalid(call, {name: sent.get(name) for name in _BLANK_TEXTS})
    if messages:
        return json_reply({"error": messages}, 422)
    return json_reply({"schedule": _shown(call, new_schedule(call.store, call.account, sent))})


def change_schedule(call: Call) -> Reply:
    """PUT /schedules/{id}: what is left out stays."""
    schedule = call.store.record(call.account, KIND, call.number)
    if schedule is None:
        return empty_reply(404)
    sent = call.request.fields()
    messages = _invalid(call, {name: sent[name] for name in _BLANK_TEXTS if name in sent})
    if messages:
        return json_reply({"error": messages}, 422)
    schedule |= read_schedule(sent)
    call.store.keep(call.account, KIND, schedule)
    return json_reply({"schedule": _shown(call, schedule)})


def delete_schedule(call: Call) -> Reply:
    """DELETE /schedules/{id}: at once; invoices already made stay."""
    gone = call.store.forget(call.account, KIND, call.number)
    return empty_reply(200 if gone else 404)


def new_schedule(store: Store, account: str, values: Json) -> Json:
    """Make a template without lines."""
    schedule: Json = {
        "id": store.new_id(account, KIND, FIRST_ID + 100_000 * store.accounts[account]["number"]),
        **dict.fromkeys(_BOOLEANS, False),
        "lines": [],
        "runs": [],
        **read_schedule(values),
    }
    store.keep(account, KIND, schedule)
    return schedule


def shown_line(schedule_id: int, line: Json) -> Json:
    """A line as Syncro shows it: cents, and dollars derived from them."""
    return {
        "id": line["id"],
        "cost_cents": line["cost_cents"],
        "description": line["description"],
        "name": line["name"],
        "position": line["position"],
        "product_id": line["product_id"],
        "quantity": line["quantity"],
        "retail_cents": line["retail_cents"],
        "schedule_id": schedule_id,
        "taxable": line["taxable"],
        "user_id": line["user_id"],
        "price_cost": of_cents(line["cost_cents"]),
        "price_retail": of_cents(line["retail_cents"]),
        "product_category": line["product_category"],
        "asset_type_id": line["asset_type_id"],
        "recurring_type_id": line["recurring_type_id"],
        "device_ids": [],
        "one_time_charge": line["one_time_charge"],
    }


ROUTES = (
    route("GET", "/schedules", list_schedules, "Recurring Invoices - List"),
    route("POST", "/schedules", create_schedule, "Recurring Invoices - New"),
    route("GET", r"/schedules/(\d+)", get_schedule, "Recurring Invoices - List"),
    route("PUT", r"/schedules/(\d+)", change_schedule, "Recurring Invoices - Edit"),
    route("DELETE", r"/schedules/(\d+)", delete_schedule, "Recurring Invoices - Delete"),
)


def _shown(call: Call, schedule: Json) -> Json:
    next_run = schedule["next_run"]
    if call.switch("next_run_format") == "iso":
        next_run = midnight(dt.date.fromisoformat(next_run))
    lines = sorted(schedule["lines"], key=lambda line: (line["position"], line["id"]))
    return {
        "id": schedule["id"],
        "account_id": call.facts["number"] + 1,
        "customer_id": schedule["customer_id"],
        "email_customer": schedule["email_customer"],
        "frequency": schedule["frequency"],
        "name": schedule["name"],
        "next_run": next_run,
        "snail_mail": schedule["snail_mail"],
        "charge_mop": schedule["charge_mop"],
        "subtotal": 0,
        "invoice_unbilled_ticket_charges": schedule["invoice_unbilled_ticket_charges"],
        "paused": schedule["paused"],
        "last_invoice_paid": None,
        "lines": [shown_line(schedule["id"], line) for line in lines],
    }


def _invalid(call: Call, values: Json) -> list[str]:
    messages = []
    if "frequency" in values and values["frequency"] not in FREQUENCIES:
        messages.append("Frequency Must be a valid selection")
    messages += [_BLANK_TEXTS[name] for name, value in values.items() if _is_empty(name, value)]
    customer = values.get("customer_id")
    if not is_blank(customer) and call.store.record(call.account, "customer", _number(customer)) is None:
        messages.append("Customer must exist")
    return messages


def _is_empty(name: str, value: object) -> bool:
    return is_blank(value) or (name == "next_run" and read_day(value) is None)


def _number(value: object) -> int:
    return int(str(value)) if str(value).isdigit() else 0


def read_schedule(sent: Json) -> Json:
    known: Json = {name: as_bool(sent[name]) for name in _BOOLEANS if name in sent}
    known |= {name: sent[name] for name in ("name", "frequency") if name in sent}
    if "customer_id" in sent:
        known["customer_id"] = _number(sent["customer_id"])
    day = read_day(sent.get("next_run"))
    return known | ({"next_run": day.isoformat()} if day else {})
