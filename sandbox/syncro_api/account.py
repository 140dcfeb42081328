"""/me, /settings and the feature flags: open to every token."""

from __future__ import annotations

from sandbox.routing import Call, route
from sandbox.wire import Json, Reply, json_reply

_FULL = {"read": True, "write": True, "delete": True}
_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
_TABS = {
    "msp_dashboard": True, "customers": True, "assets": True, "alerts": True, "contracts": True,
    "invoices": True, "customer_purchases": False, "refurbs": False, "estimates": True,
    "tickets": True, "parts": True, "products": True, "purchase_orders": False, "field_jobs": False,
    "kabuto_policies": True, "scripts": True, "sales": False, "leads": True, "domo": False,
    "marketr": True, "recur": True, "reports": True, "wiki": True, "app_center": True, "pax8": False,
}  # fmt: skip


def get_me(call: Call) -> Reply:
    """GET /me: flat, and it carries the token itself."""
    facts = call.facts
    return json_reply(
        {
            "user_token": facts["syncro_token"],
            "user_email": f"owner@{call.account}.example",
            "user_name": "Sample Owner",
            "user_id": 1,
            "admin": True,
            "can_use_app": True,
            "two_factor_required": False,
            "subdomain": call.account,
            "default_location": None,
            "enable_multi_locations": False,
            "locations_allowed": [],
            "permissions": {
                **dict.fromkeys(("asset", "customer", "ticket", "invoice", "payment"), _FULL),
                "worksheet": {"add": True, "manage": True, "delete": True},
                "script": {"execute": True},
            },
        }
    )


def get_settings(call: Call) -> Reply:
    """GET /settings: the only hint of currency and time zone."""
    facts = call.facts
    locale = {
        "iso_code": "en",
        "currency_symbol": facts["currency_symbol"],
        "date_format": "mm-dd-yy",
        "time_format": "hh:mm tt",
        "time_zone": facts["time_zone"],
        "time_offset": facts["time_offset"],
    }
    settings: Json = {
        "customers": {"required_fields": None, "customer_fields": [], "customer_field_answers": []},
        "assets": {"asset_types": [], "asset_type_fields": [], "asset_type_field_answers": []},
        "locale": locale,
        "ticket": {
            "ticket_types": [],
            "ticket_type_fields": [],
            "ticket_type_field_answers": [],
            "problem_types": ["Hardware", "Software", "Other"],
            "priorities": ["", "1 High", "2 Normal", "3 Low"],
        },
        "business_hours_enabled": True,
        "business_hours": [{"day": day, "start": "09:00", "end": "17:00", "closed": False} for day in _DAYS],
        "default_holiday_calendar": "USA",
        "msp_addon": None,
    }
    return json_reply(settings)


def get_tabs(_call: Call) -> Reply:
    """GET /settings/tabs: which features the account uses."""
    return json_reply({"tabs": _TABS})


def list_users(_call: Call) -> Reply:
    """GET /users: tuples."""
    return json_reply({"users": [[1, "Sample Owner"]]})


ROUTES = (
    route("GET", "/me", get_me),
    route("GET", "/settings", get_settings),
    route("GET", "/settings/tabs", get_tabs),
    route("GET", "/users", list_users),
)
