"""A small reseller for one seed: which customers are mapped, and its configuration file."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.wire import Json

WORDS = "sample login of a chaos run"
SECRETS = ("CHAOS_LOGIN", "CHAOS_PRISM", "CHAOS_SYNCRO")

# Tenants to whom things happen, but whose bills can be told from the rows alone (no hand-made line of the
# same product, no price finer than a cent, no template that does not fit).
LIVELY = (
    "adatum", "adventure", "alpine", "contoso", "contoso-retail", "fabrikam", "fourthcoffee", "humongous",
    "lamna", "lucerne", "munson", "relecloud", "tailspin", "treyresearch", "vanarsdel", "wideworld", "coho-winery",
)  # fmt: skip
PLAIN = ("bellows", "proseware-east", "proseware-west", "palm", "citypower", "liberty", "coho-vineyard")

# Behaviours of the vendors that nobody has settled; a seed draws some of them.
SWITCHES = (
    "meta=off", "page_size=20", "customers_page_size=100", "filter_match=like", "disabled_products=listed",
    "barcode_miss=null", "remove_key=id", "remove_key=line_item_id", "remove_key=bare", "line_put=full",
    "next_run_format=date", "new_line_position=start", "invoice_wrapper=invoice", "since_updated_at=ignored",
    "permission_check=after_validation", "put_resets_booleans=maintain_stock", "csv_columns=extra",
    "csv_order=shuffled", "invoice_header=extended", "invoice_pages=paged", "own_company_listed=off",
    "ended_subscriptions=hidden", "bad_token_body=html", "csv_bom=on", "csv_line_end=crlf",
)  # fmt: skip


def draw_switches(draws: random.Random) -> list[str]:
    """Three behaviours that differ from the usual."""
    chosen: dict[str, str] = {}
    for setting in draws.sample(SWITCHES, 3):
        chosen[setting.partition("=")[0]] = setting
    return list(chosen.values())


def draw_entries(draws: random.Random, mapping: Sequence[Json]) -> list[Json]:
    """The mappings of four to six tenants, with all their motions."""
    tenants = {*draws.sample(LIVELY, draws.choice((3, 4))), *draws.sample(PLAIN, draws.choice((1, 2)))}
    return [entry for entry in mapping if entry["tenant"] in tenants]


@dataclass(frozen=True)
class Wishes:
    """How a partner uses the program."""

    approval: str = "automatic"
    products: str = "in_use"


def draw_wishes(draws: random.Random) -> Wishes:
    """Most write by themselves, and only products in use; some ask a person first, some take all products."""
    return Wishes(draws.choice(("automatic", "automatic", "required")), "all" if draws.random() < 0.15 else "in_use")


def configuration(
    slug: str, account: str, email: str, entries: Sequence[Json], wishes: Wishes, *, off: Sequence[Json] = ()
) -> str:
    """The partner's YAML file (JSON is YAML). Its daily sync is hours away; mappings in ``off`` do not sync."""
    hour = (dt.datetime.now(dt.UTC) - dt.timedelta(hours=2)).hour
    program = {
        "program": "microsoft-csp",
        "source": "prism",
        "target": "syncro",
        "enabled": True,
        "notification_emails": ["billing@example.com"],
        "billing": {
            "enabled": True,
            "motions": ["seat_monthly", "azure_plan", "seat_annual"],
            "start": "latest",
            "approval": wishes.approval,
            "prorations": "line",
            "credits": "hold",
        },
        "products": {
            "enabled": True,
            "mode": wishes.products,
            "sync_azure": True,
            "sync_annual": True,
            "new_taxable": True,
        },
        "schedule": {"time": f"{hour:02d}:00"},
    }
    return json.dumps(
        {
            "partner": {"slug": slug, "name": f"Sample {slug}", "time_zone": "UTC", "currency": "USD"},
            "users": [{"email": email, "role": "owner", "password_env": SECRETS[0]}],
            "connections": [
                {"system": "prism", "client_id": f"{account}-client", "client_secret_env": SECRETS[1]},
                {"system": "syncro", "subdomain": account, "api_token_env": SECRETS[2]},
            ],
            "programs": [program],
            "mappings": [_mapped(entry, sync=entry not in off) for entry in entries],
        },
        ensure_ascii=False,
    )


def secrets_of(facts: Json) -> dict[str, str]:
    """What the configuration file reads from the environment."""
    return dict(zip(SECRETS, (WORDS, facts["prism_client_secret"], facts["syncro_token"]), strict=True))


def _mapped(entry: Json, *, sync: bool) -> Json:
    return {
        "customer": entry["customer"],
        "motion": entry["motion"],
        "syncro_customer": entry["syncro_customer"],
        "invoice_template": entry["invoice_template"],
        "pricing": "cost_and_retail",
        "sync": sync,
    }
