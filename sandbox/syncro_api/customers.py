"""Customers: disabled ones are hidden, names are "like" searches."""

from __future__ import annotations

import datetime as dt

from sandbox.draws import guid
from sandbox.routing import Call, route
from sandbox.state import Store
from sandbox.syncro_api.encoding import midnight
from sandbox.syncro_api.lists import by_ids, full_meta, in_order, matching, page_reply, page_size
from sandbox.wire import Json, Reply, empty_reply, json_reply

KIND = "customer"
FIRST_ID = 101

_EMPTY = (
    "business_name", "email", "phone", "mobile", "address", "address_2", "city", "state", "zip",
    "latitude", "longitude", "notes", "pdf_url", "location_name", "location_id", "tax_rate_id",
    "notification_email", "invoice_cc_emails", "invoice_term_id", "referred_by", "ref_customer_id",
)  # fmt: skip
_LIKE = ("firstname", "lastname", "business_name")


def list_customers(call: Call) -> Reply:
    """GET /customers."""
    found = call.store.records(call.account, KIND)
    if call.request.param("include_disabled") != "true":
        found = [customer for customer in found if not customer["disabled"]]
    found = by_ids(call, found, "not_id", "id_not")
    for name in _LIKE:
        found = matching(found, (name,), call.request.param(name))
    email = call.request.param("email").lower()
    if email:
        found = [customer for customer in found if (customer["email"] or "").lower() == email]
    found = matching(found, (*_LIKE, "email"), call.request.param("query"))
    shown = [_shown(call, customer) for customer in in_order(call, found)]
    return page_reply(call, "customers", shown, page_size(call, "customers_page_size"), full_meta)


def get_customer(call: Call) -> Reply:
    """GET /customers/{id}."""
    customer = call.store.record(call.account, KIND, call.number)
    return empty_reply(404) if customer is None else json_reply({"customer": _shown(call, customer)})


def new_customer(store: Store, account: str, values: Json) -> Json:
    """Make a customer."""
    customer: Json = {
        "id": store.new_id(account, KIND, FIRST_ID + 100_000 * store.accounts[account]["number"]),
        **dict.fromkeys(_EMPTY),
        "firstname": "",
        "lastname": "",
        "disabled": False,
        "created": store.today.isoformat(),
        **values,
    }
    store.keep(account, KIND, customer)
    return customer


def then_name(customer: Json) -> str:
    """The business, or the person where there is none."""
    return customer["business_name"] or _full_name(customer)


ROUTES = (
    route("GET", "/customers", list_customers, "Customers - List/Search"),
    route("GET", r"/customers/(\d+)", get_customer, "Customers - View Detail"),
)


def _full_name(customer: Json) -> str:
    return f"{customer['firstname']} {customer['lastname']}".strip()


def _shown(call: Call, customer: Json) -> Json:
    full = _full_name(customer)
    both = " - ".join(name for name in (customer["business_name"], full) if name)
    key = guid(call.account, "portal", customer["id"]).replace("-", "")[:20]
    stamp = midnight(dt.date.fromisoformat(customer["created"]))
    return {
        "id": customer["id"],
        "firstname": customer["firstname"],
        "lastname": customer["lastname"],
        "fullname": full,
        **{name: customer[name] for name in _EMPTY},
        "created_at": stamp,
        "updated_at": stamp,
        "get_sms": False,
        "opt_out": False,
        "disabled": customer["disabled"],
        "no_email": not customer["email"],
        "properties": {},
        # Holds a portal secret, as the real one does.
        "online_profile_url": f"https://{call.account}.example/my_profile/v2/index?portal_key={key}",
        "business_and_full_name": both,
        "business_then_name": then_name(customer),
        "contacts": [],
    }
