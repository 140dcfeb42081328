"""Lines of schedules: whole cents in, quantity as a string out, no uniqueness, an odd removal."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.routing import Call, route
from sandbox.state import Store
from sandbox.syncro_api.encoding import as_bool, as_cents, as_decimal, cut, is_blank, quantity_text
from sandbox.syncro_api.products import KIND as PRODUCT
from sandbox.syncro_api.schedules import KIND, shown_line
from sandbox.wire import Json, Reply, empty_reply, json_reply

FIRST_ID = 9001

_NUMBERS = ("user_id", "asset_type_id", "recurring_type_id")
_TEXTS = ("name", "description")
_CENTS = ("retail_cents", "cost_cents")
_BOOLEANS = ("taxable", "one_time_charge")
_KNOWN = {*_TEXTS, *_CENTS, *_BOOLEANS, *_NUMBERS, "quantity", "position", "product_id"}
_BLANK_LINE: Json = {
    "product_id": None, "name": "", "description": "", "quantity": "0.0", "retail_cents": 0,
    "cost_cents": 0, "taxable": True, "position": 0, "one_time_charge": False,
    "product_category": None, **dict.fromkeys(_NUMBERS),
}  # fmt: skip


def add_line(call: Call) -> Reply:
    """POST /schedules/{id}/add_line_item. Called twice it makes two lines."""
    schedule = call.store.record(call.account, KIND, call.number)
    if schedule is None:
        return empty_reply(404)
    sent = _filled(call, call.request.fields())
    refused = _invalid(call, sent, adding=True)
    if refused:
        return json_reply({"error": refused}, 422)
    line = new_line(call.store, call.account, schedule, sent)
    return json_reply({"schedule_line_item": shown_line(schedule["id"], line)})


def change_line(call: Call) -> Reply:
    """PUT /schedules/{id}/line_items/{line id}."""
    schedule = call.store.record(call.account, KIND, call.number)
    line = _line_in(schedule, int(call.values[1]))
    if schedule is None or line is None:
        return empty_reply(404)
    sent = call.request.fields()
    if call.switch("line_put") == "full":
        line |= {**_BLANK_LINE, "position": line["position"], "name": line["name"]}
    refused = _invalid(call, {"name": line["name"], **sent}, adding=False)
    if refused:
        return json_reply({"error": refused}, 422)
    line |= read_line(call.store, call.account, sent)
    call.store.keep(call.account, KIND, schedule)
    return json_reply({"schedule_line_item": shown_line(schedule["id"], line)})


def remove_line(call: Call) -> Reply:
    """POST /schedules/{id}/remove_line_item: which key it reads is not documented."""
    schedule = call.store.record(call.account, KIND, call.number)
    if schedule is None:
        return empty_reply(404)
    form = call.switch("remove_key")
    if form == "refused":
        return json_reply({"error": ["Line item can't be removed"]}, 422)
    line = _line_in(schedule, _named_line(call.request.json(), form))
    if line is None:
        return empty_reply(200 if call.switch("remove_miss") == "silent" else 404)
    schedule["lines"].remove(line)
    call.store.keep(call.account, KIND, schedule)
    return empty_reply(200)


def new_line(store: Store, account: str, schedule: Json, values: Json, *, by_hand: bool = False) -> Json:
    """Put a line on a template and keep it. ``by_hand`` marks one that a person typed in."""
    positions = [line["position"] for line in schedule["lines"]]
    place = max(positions, default=0) + 1
    if store.switches["new_line_position"] == "start":
        place = min(positions, default=1) - 1
    line: Json = {
        **_BLANK_LINE,
        "id": store.new_id(account, "line", FIRST_ID + 100_000 * store.accounts[account]["number"]),
        "position": place,
        "by_hand": by_hand,
        **read_line(store, account, values),
    }
    schedule["lines"].append(line)
    store.keep(account, KIND, schedule)
    return line


ROUTES = (
    route("POST", r"/schedules/(\d+)/add_line_item", add_line, "Recurring Invoices - Edit"),
    route("PUT", r"/schedules/(\d+)/line_items/(\d+)", change_line, "Recurring Invoices - Edit"),
    route("POST", r"/schedules/(\d+)/remove_line_item", remove_line, "Recurring Invoices - Edit"),
)


def _line_in(schedule: Json | None, line_id: int) -> Json | None:
    lines = schedule["lines"] if schedule else []
    return next((line for line in lines if line["id"] == line_id), None)


def _named_line(body: object, form: str) -> int:
    """The line that the body names, if it names it in the form that is understood."""
    if form in ("any", "bare") and isinstance(body, int) and not isinstance(body, bool):
        return body
    if not isinstance(body, dict) or form == "bare":
        return 0
    keys = ("line_item_id", "schedule_line_item_id", "ticket_line_item_id", "id")
    names = keys if form == "any" else (form,)
    return next((int(as_decimal(body[name])) for name in names if name in body), 0)


def _filled(call: Call, sent: Json) -> Json:
    """What Syncro takes from the product when the name is left out."""
    product_id = int(as_decimal(sent.get("product_id") or 0))
    product = call.store.record(call.account, PRODUCT, product_id)
    if product is None or call.switch("name_autofill") == "off" or not is_blank(sent.get("name")):
        return sent
    taken: Json = {
        "name": product["name"],
        "description": product["description"],
        "retail_cents": as_cents(as_decimal(product["price_retail"]) * 100),
        "cost_cents": as_cents(as_decimal(product["price_cost"]) * 100),
        "quantity": 1,
    }
    return taken | {name: value for name, value in sent.items() if name != "name"}


def _invalid(call: Call, sent: Json, *, adding: bool) -> list[str]:
    messages = ["Name can't be blank"] if is_blank(sent.get("name")) else []
    product_id = sent.get("product_id")
    if product_id and call.store.record(call.account, PRODUCT, int(as_decimal(product_id))) is None:
        messages.append("Product must exist")
    messages += _bad_quantity(call, sent)
    rule = call.switch("negative_cents")
    if rule == "refused" or (rule == "refused_on_add" and adding):
        negative = [n for n in ("retail_cents", "cost_cents") if as_cents(sent.get(n, 0)) < 0]
        texts = {"retail_cents": "Retail cents", "cost_cents": "Cost cents"}
        messages += [f"{texts[name]} must be greater than or equal to 0" for name in negative]
    return messages


def _bad_quantity(call: Call, sent: Json) -> list[str]:
    quantity = as_decimal(sent.get("quantity", 1))
    if quantity < 0 and call.switch("negative_quantity") == "refused":
        return ["Quantity must be greater than or equal to 0"]
    if quantity == 0 and call.switch("zero_quantity") == "refused":
        return ["Quantity must be greater than 0"]
    return []


def read_line(store: Store, account: str, sent: Json) -> Json:
    """The fields Syncro knows, as it keeps them."""
    switches = store.switches
    told = {name: value for name, value in sent.items() if name in _KNOWN and (name, value) != ("position", None)}
    known: Json = {name: _kept(name, value, switches) for name, value in told.items()}
    if known.get("product_id"):
        product = store.record(account, PRODUCT, known["product_id"])
        known["product_category"] = product["product_category"] if product else None
    return known


def _kept(name: str, value: object, switches: Mapping[str, str]) -> object:
    if name in _CENTS:
        return _kept_cents(as_cents(value), switches["negative_cents"])
    if name == "quantity":
        return quantity_text(as_decimal(value), int(switches["quantity_digits"]))
    if name in _BOOLEANS:
        return as_bool(value)
    if name in _TEXTS:
        text = "" if value is None else str(value)
        return cut(text, switches["text_limit"]) if name == "name" else text
    return None if value is None else int(as_decimal(value))


def _kept_cents(cents: int, rule: str) -> int:
    if cents >= 0:
        return cents
    return {"zero": 0, "absolute": -cents}.get(rule, cents)
