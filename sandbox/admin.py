"""The sandbox's own interface under /sandbox/: for tests and demonstrations only."""

from __future__ import annotations

import datetime as dt

from sandbox.accounts import credentials_of
from sandbox.faults import BadFaultError, clear_faults, order_fault, ordered_faults, waiting_faults
from sandbox.generation import generate_due, run_template
from sandbox.mapping import mapping_of
from sandbox.prism_api.invoices import KIND as PRISM_INVOICE
from sandbox.prism_api.invoices import find_invoice, keep_invoice, rows_as_fields
from sandbox.request_log import summary
from sandbox.routing import Call, find_route, route
from sandbox.state import Store
from sandbox.switches import UnknownSwitchError, changeable
from sandbox.syncro_api.schedules import KIND as SCHEDULE
from sandbox.template_truth import templates_in
from sandbox.timeline import BackwardsError, advance
from sandbox.truth import charges_in, truth_of
from sandbox.ui_edits import BadEditError, apply_edit
from sandbox.wire import Json, Reply, Request, json_reply

_NEGATED = ("SubTotal", "SubTotalRrp", "Quantity")


class BadOrderError(ValueError):
    """A request to the sandbox's own interface cannot be understood."""


def answer(store: Store, request: Request, path: str) -> Reply:
    """Answer a request under /sandbox."""
    found = find_route(_ROUTES, request.method, path)
    if found is None:
        return json_reply({"error": "not found", "paths": [r.path.pattern for r in _ROUTES]}, 404)
    chosen, values = found
    try:
        return chosen.answer(Call(request, store, _account(store, request), values))
    except (BadEditError, BadFaultError, BadOrderError, BackwardsError, UnknownSwitchError) as error:
        return json_reply({"error": str(error)}, 400)


def whole_truth(store: Store, account: str) -> Json:
    """Charges, invoices and templates of one account."""
    found = charges_in(store, account)
    return truth_of(store, account, found) | {"templates": templates_in(store, account, found)}


def state_summary(store: Store) -> Json:
    """Where the sandbox stands."""
    kinds = ("customer", "product", "schedule", "invoice", PRISM_INVOICE)
    return {
        "today": store.today.isoformat(),
        "start": store.fact("start"),
        "switches": store.switches,
        "faults": waiting_faults(store),
        "accounts": {
            name: {
                **credentials_of(facts),
                "permissions": facts["permissions"],
                "counts": {kind: len(store.records(name, kind)) for kind in kinds},
            }
            for name, facts in store.accounts.items()
        },
    }


def _account(store: Store, request: Request) -> str:
    asked = request.param("account") or request.fields().get("account") or next(iter(store.accounts))
    if asked not in store.accounts:
        raise BadOrderError(f"there is no account {asked!r}")
    return str(asked)


def _state(call: Call) -> Reply:
    return json_reply(state_summary(call.store))


def _advance(call: Call) -> Reply:
    to = call.request.fields().get("to")
    return json_reply(advance(call.store, _day(to) if to else None))


def _generate(call: Call) -> Reply:
    """Run one template now, or all that are due today."""
    wanted = call.request.fields().get("schedule_id")
    if wanted is None:
        return json_reply({"generated": generate_due(call.store, call.account, call.store.today)})
    schedule = call.store.record(call.account, SCHEDULE, int(wanted))
    if schedule is None:
        raise BadOrderError(f"there is no schedule {wanted}")
    return json_reply({"generated": run_template(call.store, call.account, schedule, call.store.today)})


def _switch(call: Call) -> Reply:
    wanted = changeable({name: str(value) for name, value in call.request.fields().items()})
    call.store.remember("switches", call.store.switches | wanted)
    return json_reply(call.store.switches)


def _order_fault(call: Call) -> Reply:
    return json_reply(order_fault(call.store, call.request.fields()))


def _list_faults(call: Call) -> Reply:
    everything = call.request.param("all") == "true"
    return json_reply(ordered_faults(call.store) if everything else waiting_faults(call.store))


def _clear_faults(call: Call) -> Reply:
    clear_faults(call.store)
    return json_reply([])


def _log(call: Call) -> Reply:
    after = int(call.request.param("after", "0"))
    entries = call.store.requests(after)
    scale = int(call.switch("time_scale"))
    return json_reply({"entries": entries, "summary": summary(entries, time_scale=max(1, scale))})


def _clear_log(call: Call) -> Reply:
    call.store.clear_requests()
    return json_reply({"entries": [], "summary": {}})


def _ui(call: Call) -> Reply:
    return json_reply(apply_edit(call.store, call.account, call.request.fields()))


def _truth(call: Call) -> Reply:
    return json_reply(whole_truth(call.store, call.account))


def _mapping(call: Call) -> Reply:
    future = call.request.param("future") == "true"
    return json_reply({"mappings": mapping_of(call.store, call.account, future=future)})


def _edit_story(call: Call) -> Reply:
    """Change what happens: a new quantity, or the end of a subscription, from a day on."""
    sent = call.request.fields()
    try:
        edit = {"subscription_id": str(sent["subscription_id"]), "day": _day(sent["day"]).isoformat()}
    except KeyError as error:
        raise BadOrderError(f"a change of the story needs {error}") from error
    if "quantity" in sent:
        edit["quantity"] = str(int(sent["quantity"]))
    name = f"story_edits/{call.account}"
    call.store.remember(name, [*call.store.fact(name, []), edit])
    return json_reply(edit)


def _add_invoice(call: Call) -> Reply:
    """Issue an invoice by hand: given rows, or those of another one, as they are or negated."""
    sent = call.request.fields()
    source = find_invoice(call.store, call.account, str(sent.get("copy_of", "")))
    if "copy_of" in sent and source is None:
        raise BadOrderError(f"there is no invoice {sent['copy_of']}")
    rows = rows_as_fields(call.store, call.account, source) if source else sent.get("rows", [])
    if sent.get("negate"):
        rows = [row | {name: _negated(row[name]) for name in _NEGATED} for row in rows]
    month = source["month"] if source else f"{sent.get('month', call.store.today.isoformat()[:7])}-01"
    invoice = {
        "program": sent.get("program", "Microsoft CSP Indirect"),
        "kind": "by_hand",
        "month": month,
        "rows": rows,
        "status": sent.get("status", "Final"),
    }
    issued = call.store.today
    return json_reply({"invoice_id": keep_invoice(call.store, call.account, invoice, issued)})


def _change_invoice(call: Call) -> Reply:
    """Change the content of an issued invoice: its rows become the ones sent."""
    invoice = find_invoice(call.store, call.account, call.values[0])
    if invoice is None:
        raise BadOrderError(f"there is no invoice {call.values[0]}")
    invoice["rows"] = call.request.fields().get("rows", [])
    call.store.keep(call.account, PRISM_INVOICE, invoice)
    return json_reply({"invoice_id": invoice["invoice_id"]})


def _invoice_rows(call: Call) -> Reply:
    invoice = find_invoice(call.store, call.account, call.values[0])
    if invoice is None:
        raise BadOrderError(f"there is no invoice {call.values[0]}")
    return json_reply({"rows": rows_as_fields(call.store, call.account, invoice)})


def _day(text: object) -> dt.date:
    try:
        return dt.date.fromisoformat(str(text))
    except ValueError as error:
        raise BadOrderError(f"{text!r} is no day") from error


def _negated(number: str) -> str:
    if not number.strip("0."):
        return number
    return number.removeprefix("-") if number.startswith("-") else f"-{number}"


_ROUTES = (
    route("GET", "/?", _state),
    route("POST", "/advance", _advance),
    route("POST", "/generate", _generate),
    route("POST", "/switch", _switch),
    route("GET", "/fault", _list_faults),
    route("POST", "/fault", _order_fault),
    route("DELETE", "/fault", _clear_faults),
    route("GET", "/log", _log),
    route("DELETE", "/log", _clear_log),
    route("POST", "/ui", _ui),
    route("GET", "/truth", _truth),
    route("GET", "/mapping", _mapping),
    route("POST", "/story", _edit_story),
    route("POST", "/invoice", _add_invoice),
    route("GET", "/invoice/([0-9A-Za-z-]+)", _invoice_rows),
    route("PUT", "/invoice/([0-9A-Za-z-]+)", _change_invoice),
)
