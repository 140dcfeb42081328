"""Products: dollars as JSON numbers, and booleans that a partial PUT resets."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.routing import Call, route
from sandbox.state import Store
from sandbox.syncro_api.encoding import as_bool, as_cents, as_decimal, cut, dollars, is_blank
from sandbox.syncro_api.lists import by_ids, contains, in_order, matching, page_reply, page_size, switched_meta
from sandbox.wire import Json, Reply, empty_reply, json_reply

KIND = "product"
FIRST_ID = 301

_MONEY = ("price_cost", "price_retail", "price_wholesale")
_TEXTS = ("name", "description", "condition", "warranty", "upc_code", "notes", "physical_location", "product_category")
_NUMBERS = (
    "quantity", "sort_order", "reorder_at", "discount_percent", "warranty_template_id", "qb_item_id",
    "desired_stock_level", "tax_rate_id",
)  # fmt: skip
BOOLEAN_DEFAULTS = {"maintain_stock": False, "taxable": True, "disabled": False, "serialized": False}
_KNOWN = {*_MONEY, *_TEXTS, *_NUMBERS, *BOOLEAN_DEFAULTS, "product_skus"}


def list_products(call: Call) -> Reply:
    """GET /products: filters, one page."""
    found = [product for product in call.store.records(call.account, KIND) if _listed(call, product)]
    found = _filtered(call, by_ids(call, found, "id_not"))
    shown = [_shown(product, with_skus=True) for product in in_order(call, found)]
    return page_reply(call, "products", shown, page_size(call), switched_meta(call))


def get_product(call: Call) -> Reply:
    """GET /products/{id}: also a disabled one."""
    product = call.store.record(call.account, KIND, call.number)
    if product is None:
        return empty_reply(404)
    return json_reply({"product": _shown(product, with_skus=True)})


def get_by_barcode(call: Call) -> Reply:
    """GET /products/barcode: by upc_code."""
    wanted = call.request.param("barcode")
    for product in call.store.records(call.account, KIND):
        if wanted and product["upc_code"] == wanted:
            return json_reply({"product": _shown(product)})
    return json_reply({"product": None}) if call.switch("barcode_miss") == "null" else empty_reply(404)


def list_categories(call: Call) -> Reply:
    """GET /products/categories."""
    rows = call.store.records(call.account, "category")
    number = call.facts["number"] + 1
    return json_reply({"categories": [{**row, "account_id": number} for row in rows]})


def create_product(call: Call) -> Reply:
    """POST /products: 200 with the product, 422 with an echo of what was sent."""
    sent = call.request.fields()
    messages = [f"{name.capitalize()} can't be blank" for name in ("name", "description") if is_blank(sent.get(name))]
    messages += _taken_upc(call, sent, own_id=None)
    if messages:
        return json_reply({"success": False, "message": messages, "params": sent}, 422)
    name = cut(str(sent["name"]), call.switch("text_limit"))
    product = new_product(call.store, call.account, sent | {"name": name})
    return json_reply({"product": _shown(product)})


def change_product(call: Call) -> Reply:
    """PUT /products/{id}: what is left out stays, but for the booleans."""
    product = call.store.record(call.account, KIND, call.number)
    if product is None:
        return empty_reply(404)
    sent = call.request.fields()
    messages = [
        f"{name.capitalize()} can't be blank"
        for name in ("name", "description")
        if name in sent and is_blank(sent[name])
    ]
    messages += _taken_upc(call, sent, own_id=product["id"])
    if messages:
        return json_reply({"success": False, "message": messages}, 422)
    product |= _resets(call.switch("put_resets_booleans"), sent) | read_product(sent)
    product["name"] = cut(product["name"], call.switch("text_limit"))
    call.store.keep(call.account, KIND, product)
    if call.switch("price_reaches_lines") == "on":
        _reprice_lines(call, product)
    return json_reply({"product": _shown(product)})


def new_product(store: Store, account: str, values: Json, *, by_hand: bool = False) -> Json:
    """Make a product. ``by_hand`` marks one that a person typed in."""
    product: Json = {
        "id": store.new_id(account, KIND, FIRST_ID + 100_000 * store.accounts[account]["number"]),
        **dict.fromkeys(_TEXTS),
        **dict.fromkeys(_NUMBERS),
        "quantity": 0,
        **dict.fromkeys(_MONEY, "0"),
        **BOOLEAN_DEFAULTS,
        "product_skus": [],
        "by_hand": by_hand,
        **read_product(values),
    }
    store.keep(account, KIND, product)
    return product


ROUTES = (
    route("GET", "/products", list_products, "Products - List/Search"),
    route("POST", "/products", create_product, "Products - Create"),
    route("GET", "/products/barcode", get_by_barcode, "Products - List/Search"),
    route("GET", "/products/categories", list_categories, "Products - List/Search"),
    route("GET", r"/products/(\d+)", get_product, "Products - List/Search"),
    route("PUT", r"/products/(\d+)", change_product, "Products - Edit"),
)


def _listed(call: Call, product: Json) -> bool:
    if not product["disabled"]:
        return True
    asked = call.request.param("include_disabled") == "true"
    if asked and call.switch("include_disabled") == "honoured":
        return True
    if call.request.has_param("id"):
        return call.switch("disabled_by_id") == "shown"
    return call.switch("disabled_products") == "listed"


def _filtered(call: Call, products: list[Json]) -> list[Json]:
    like = call.switch("filter_match") == "like"
    matches: Callable[[object, str], bool] = contains if like else _equal
    for name in ("name", "upc_code"):
        products = matching(products, (name,), call.request.param(name), matches)
    sku = call.request.param("sku")
    if sku:
        products = [p for p in products if any(matches(each["sku"], sku) for each in p["product_skus"])]
    return matching(products, ("name", "description", "upc_code"), call.request.param("query"))


def _reprice_lines(call: Call, product: Json) -> None:
    for schedule in call.store.records(call.account, "schedule"):
        mine = [line for line in schedule["lines"] if line["product_id"] == product["id"]]
        for line in mine:
            line["retail_cents"] = as_cents(as_decimal(product["price_retail"]) * 100)
            line["cost_cents"] = as_cents(as_decimal(product["price_cost"]) * 100)
        if mine:
            call.store.keep(call.account, "schedule", schedule)


def _equal(value: object, wanted: str) -> bool:
    return value == wanted


def _taken_upc(call: Call, sent: Json, own_id: int | None) -> list[str]:
    code = sent.get("upc_code")
    if is_blank(code) or call.switch("unique_upc") == "off":
        return []
    others = (p for p in call.store.records(call.account, KIND) if p["id"] != own_id)
    return ["Upc code has already been taken"] if any(p["upc_code"] == code for p in others) else []


def _resets(form: str, sent: Json) -> Json:
    names = {"all": tuple(BOOLEAN_DEFAULTS), "maintain_stock": ("maintain_stock",), "none": ()}[form]
    return {name: BOOLEAN_DEFAULTS[name] for name in names if name not in sent}


def read_product(sent: Json) -> Json:
    """What Syncro knows of the fields sent; the others are ignored without a word."""
    return {name: _kept(name, value) for name, value in sent.items() if name in _KNOWN}


def _kept(name: str, value: object) -> object:
    if name in _MONEY:
        return str(dollars(value))
    if name in BOOLEAN_DEFAULTS:
        return as_bool(value)
    if name == "product_skus" or value is None:
        return value
    return str(value) if name in _TEXTS else int(as_decimal(value))


def _shown(product: Json, *, with_skus: bool = False) -> Json:
    shown: Json = {"id": product["id"]}
    shown |= {name: as_decimal(product[name]) for name in _MONEY}
    shown |= {name: product[name] for name in (*_TEXTS, *_NUMBERS, *BOOLEAN_DEFAULTS)}
    shown |= {"category_path": product["product_category"], "vendor_ids": [], "long_description": None}
    shown |= {"location_quantities": [], "photos": []}
    return shown | ({"product_skus": product["product_skus"]} if with_skus else {})
