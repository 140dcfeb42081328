"""A small reseller for one seed: which customers are mapped, and its configuration file."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass

from chaos.draws import Draws
from chaos.expected import BOTH
from chaos.vendors import Vendors
from sandbox.accounts import story_in
from sandbox.wire import Json

WORDS = "sample login of a chaos run"
SOURCES = ("east", "west")  # what the partner calls its connections: a program for each, on one target
SECRETS = ("CHAOS_LOGIN", "CHAOS_PRISM", "CHAOS_SYNCRO")

# Tenants to whom things happen, but whose bills can be told from the rows alone (no hand-made line of the
# same product, no price finer than a cent, no template that does not fit).
LIVELY = (
    "adatum", "adventure", "alpine", "contoso", "contoso-retail", "fabrikam", "fourthcoffee", "humongous",
    "lamna", "lucerne", "munson", "relecloud", "tailspin", "treyresearch", "vanarsdel", "wideworld", "coho-winery",
)  # fmt: skip
# The months of the field happen to them: one at least is in every seed.
FIELD_TENANTS = (("liberty",), ("proseware-east", "proseware-west"))
FIELD = "months=field"
PLAIN = ("bellows", "palm", "citypower", "coho-vineyard")

# Behaviours of the vendors that nobody has settled; a seed draws some of them. Not drawn: those that alter
# negative or finer amounts, where the lines cannot be told from the rows alone.
SWITCHES = (
    "meta=off", "page_size=20", "customers_page_size=100", "per_page=honoured", "filter_match=like",
    "disabled_products=listed", "disabled_by_id=hidden", "include_disabled=honoured", "barcode_miss=null",
    "unique_upc=on", "price_reaches_lines=on", "put_resets_booleans=maintain_stock", "put_resets_booleans=none",
    "text_limit=60", "line_put=full", "name_autofill=off", "zero_quantity=refused", "quantity_digits=4",
    "negative_quantity=accepted", "next_run_format=date", "new_line_position=start", "blank_invoices=on",
    "invoice_wrapper=invoice", "invoice_schedule_id=on", "since_updated_at=ignored", "token_forms=bearer",
    "bad_token_body=html", "bad_token_body=empty", "permission_check=after_validation", "csv_columns=extra",
    "csv_columns=needed", "csv_order=shuffled", "csv_bom=on", "csv_line_end=crlf", "csv_quotes=all",
    "csv_header_case=spaced", "ratio_digits=4", "ratio_digits=10", "credit_form=price", "azure_rows=meter",
    "date_offset=+10:00", "invoice_header=extended", "invoice_pages=paged", "own_company_listed=off",
    "ended_subscriptions=hidden", "subscription_owner=off",
)  # fmt: skip
# How a line is removed decides about money in many seeds: drawn apart.
REMOVALS = (
    ("remove_key=id",), ("remove_key=line_item_id",), ("remove_key=bare",), ("remove_key=schedule_line_item_id",),
    ("remove_key=ticket_line_item_id", "remove_miss=silent"), ("remove_key=id", "remove_miss=silent"),
    ("remove_key=refused",),
)  # fmt: skip
UNKNOWN_REMOVALS = {"remove_key=refused", "remove_key=id", "remove_key=ticket_line_item_id"}  # nobody tries these
KEPT = "one_time_after_generation=kept"
KEPT_SEEDS, OTHER_REMOVALS = 0.35, 0.4  # shares of the seeds
LIMITS = (2400, 3000, 4200)  # requests a minute
LIMITED_SEEDS = 0.25
NEIGHBOURING_SEEDS = 4  # that share a limit, because another one takes new processes
ALL_PRODUCTS = 0.08  # share of the partners that sync every product: many writes, all of one kind
FASTER = 6  # the sandbox judges every 10 seconds as if they were a minute


def draw_switches(draws: random.Random) -> list[str]:
    """Three behaviours that differ from the usual, and sometimes others around lines that go; always the field."""
    chosen = {setting.partition("=")[0]: setting for setting in draws.sample(SWITCHES, 3)}
    removal = draws.choice(REMOVALS) if draws.random() < OTHER_REMOVALS else ()
    if UNKNOWN_REMOVALS & {*removal, *chosen.values()}:
        chosen.pop("zero_quantity", None)  # else nothing could take a line off
    kept = [KEPT] if draws.random() < KEPT_SEEDS else []
    return [FIELD, *chosen.values(), *removal, *kept]


def draw_limit(seed: int) -> int:
    """Requests a minute that the program may send to Syncro; 0 is no limit."""
    draws = Draws(seed // NEIGHBOURING_SEEDS).of("limit")
    return draws.choice(LIMITS) if draws.random() < LIMITED_SEEDS else 0


def limit_switches(per_minute: int, draws: random.Random) -> list[str]:
    """The sandbox refuses what is over the limit, by a shorter window at the same rate."""
    window = draws.choice(("rate_window=sliding", "rate_window=fixed"))
    return [f"rate_limit={per_minute // FASTER}", f"time_scale={FASTER}", window] if per_minute else []


def draw_entries(draws: random.Random, mapping: Sequence[Json]) -> list[Json]:
    """The mappings of three to six tenants, with all their motions."""
    usual = {*draws.sample(LIVELY, draws.choice((1, 2))), *draws.sample(PLAIN, draws.choice((1, 2)))}
    tenants = usual | set(draws.choice(FIELD_TENANTS))
    return [entry for entry in mapping if entry["tenant"] in tenants]


def can_leave_prices(vendors: Vendors, entry: Json) -> bool:
    """Whether a mapping is of monthly subscriptions with one listed price, in whole cents, for all time."""
    with vendors.alone() as store:
        story = story_in(store, vendors.account)
    tenant = (entry["customer"], entry["motion"])
    mine = [one for one in story.subscriptions if (one.tenant.tenant_id, one.motion) == tenant]
    offers = [one.offer for one in mine]
    of_the_field = any(one.subscription_id in story.fated for one in mine)
    return (
        entry["motion"] == "seat_monthly"
        and not of_the_field
        and all(
            offer.listed
            and not offer.changes
            and offer.price.retail == round(offer.price.retail, 2)
            and offer.price.cost == round(offer.price.cost, 2)
            for offer in offers
        )
    )


@dataclass(frozen=True)
class Wishes:
    """How a partner uses the program."""

    approval: str = "automatic"
    products: str = "in_use"
    sync_azure: bool = True
    sync_annual: bool = True
    new_taxable: bool = True


def draw_wishes(draws: random.Random) -> Wishes:
    """Most write by themselves, and only products in use; some ask a person first, some take all products."""
    approval = draws.choice(("automatic", "automatic", "required"))
    products = "all" if draws.random() < ALL_PRODUCTS else "in_use"
    return Wishes(approval, products, *(draws.random() < 0.85 for _ in range(3)))


def configuration(
    slug: str, account: str, email: str, entries: Sequence[Json], wishes: Wishes, *, off: Sequence[Json] = ()
) -> str:
    """The partner's YAML file (JSON is YAML). Its daily sync is hours away; mappings in ``off`` do not sync.

    Without ``email`` it says nothing of users, whose words take long to check.
    """
    hour = (dt.datetime.now(dt.UTC) - dt.timedelta(hours=2)).hour
    prism = {"system": "prism", "client_id": f"{account}-client", "client_secret_env": SECRETS[1]}
    sources = sorted({entry.get("source", SOURCES[0]) for entry in entries} | {SOURCES[0]})
    program = {
        "program": "microsoft-csp",
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
            "sync_azure": wishes.sync_azure,
            "sync_annual": wishes.sync_annual,
            "new_taxable": wishes.new_taxable,
        },
        "schedule": {"time": f"{hour:02d}:00"},
    }
    return json.dumps(
        {
            "partner": {"slug": slug, "name": f"Sample {slug}", "time_zone": "UTC", "currency": "USD"},
            "users": [{"email": email, "role": "owner", "password_env": SECRETS[0]}] if email else [],
            "connections": [
                *(prism | {"name": source} for source in sources),
                {"system": "syncro", "subdomain": account, "api_token_env": SECRETS[2]},
            ],
            "programs": [program | {"source": source} for source in sources],
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
        "source": entry.get("source", SOURCES[0]),
        "motion": entry["motion"],
        "syncro_customer": entry["syncro_customer"],
        "invoice_template": entry["invoice_template"],
        "pricing": entry.get("pricing", BOTH),
        "sync": sync,
    }
