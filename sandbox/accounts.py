"""The partner accounts of a sandbox, and how long a story each one has."""

from __future__ import annotations

import datetime as dt

from sandbox.draws import guid
from sandbox.months import add_months
from sandbox.plots import story_of
from sandbox.state import Store
from sandbox.story import Story, with_edits
from sandbox.wire import Json

# Syncro API document: the permission names of the calls that a billing tool makes.
USUAL_PERMISSIONS = (
    "Customers - List/Search",
    "Customers - View Detail",
    "Products - List/Search",
    "Products - Create",
    "Products - Edit",
    "Recurring Invoices - List",
    "Recurring Invoices - New",
    "Recurring Invoices - Edit",
    "Recurring Invoices - Delete",
    "Invoices - List/Search",
    "Invoices - View Details",
)


def new_account(name: str, *, number: int, start: dt.date, more_customers: int) -> Json:
    """The settings of a new partner account. Its secrets are made from its name: sample data."""
    return {
        "name": name,
        "number": number,
        "title": "" if number == 0 else name.title(),
        "first_month": add_months(start.replace(day=1), -3).isoformat(),
        "more_customers": more_customers,
        "prism_client_id": f"{name}-client",
        "prism_client_secret": f"sample-secret-{guid(name, 'prism')}",
        "contract_agreement_id": guid(name, "contract agreement"),
        "company_id": guid(name, "own company"),
        "syncro_token": f"T{guid(name, 'syncro').replace('-', '')[:16]}-{guid(name, 'token').replace('-', '')}",
        "access_works": True,
        "permissions": list(USUAL_PERMISSIONS),
        "currency": "USD",
        "currency_symbol": "$",
        "time_zone": "America/Los_Angeles",
        "time_offset": "-08:00",
    }


def story_in(store: Store, account: str) -> Story:
    """The story of an account as it stands, with the edits made to it."""
    facts = store.accounts[account]
    first_month = dt.date.fromisoformat(facts["first_month"])
    field = store.switches["months"] == "field"
    story = story_of(account, facts["title"], first_month, facts["more_customers"], field=field)
    return with_edits(story, store.fact(f"story_edits/{account}", []))


def credentials_of(facts: Json) -> Json:
    """What a person would copy from the vendors' screens to connect this account."""
    names = ("prism_client_id", "prism_client_secret", "contract_agreement_id", "syncro_token")
    return {"subdomain": facts["name"], **{name: facts[name] for name in names}}
