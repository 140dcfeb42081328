"""The partner of the demonstration: its configuration file and the environment of its processes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PARTNER = "northwind"
LOGIN_EMAIL = "admin@northwind.example"
LOGIN_WORDS = "northwind sample login"  # sample data: the demonstration listens on 127.0.0.1 alone

_HEAD = f"""\
partner: {{slug: {PARTNER}, name: Northwind IT, time_zone: America/Los_Angeles, currency: USD}}
users:
  - {{email: {LOGIN_EMAIL}, role: owner, password_env: DEMO_LOGIN}}
connections:
  - {{system: prism, client_id: {PARTNER}-client, client_secret_env: DEMO_PRISM}}
  - {{system: syncro, subdomain: {PARTNER}, api_token_env: DEMO_SYNCRO}}
programs:
  - program: microsoft-csp
    source: prism
    target: syncro
    enabled: true
    notification_emails: [billing@northwind.example]
    billing:
      enabled: true
      motions: [seat_monthly, azure_plan, seat_annual]
      start: latest
      approval: automatic
      prorations: line
      credits: hold
    products: {{enabled: true, mode: in_use, sync_azure: true, sync_annual: true, new_taxable: true}}
    schedule: {{time: "05:00"}}
"""


def configuration(mappings: Sequence[Mapping[str, Any]]) -> str:
    """The partner's YAML file, with the mapping that the reseller has in mind."""
    lines = [f"  - {json.dumps(_entry(mapping))}\n" for mapping in mappings]
    return f"{_HEAD}mappings:\n{''.join(lines)}" if lines else _HEAD


def environment(outside: Mapping[str, str], told: Mapping[str, Any], folder: Path, public_url: str) -> dict[str, str]:
    """The environment of the product's processes: its own data, and the sandbox as its vendors."""
    account = next(one for one in told["accounts"] if one["subdomain"] == PARTNER)
    own = {
        "BILLINGSYNC_ENV": "development",
        "BILLINGSYNC_DATA_DIR": str(folder),
        "PRISM_IDENTITY_URL": told["prism_identity_url"],
        "PRISM_API_URL": told["prism_api_url"],
        "SYNCRO_BASE_URL": told["syncro_base_url"],
        "SYNCRO_REQUESTS_PER_MINUTE": "0",
        "UNKNOWN_LIMIT_REQUESTS_PER_MINUTE": "0",
        "ALLOW_PRIVATE_API_HOSTS": "1",
        "SETTLE_SECONDS": "2",
        "PUBLIC_URL": public_url,
        "DEMO_LOGIN": LOGIN_WORDS,
        "DEMO_PRISM": account["prism_client_secret"],
        "DEMO_SYNCRO": account["syncro_token"],
    }
    return {"LOG_LEVEL": "WARNING", "REDIS_KEY_PREFIX": "billingsync-demo:", **outside, **own}


def _entry(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "customer": mapping["customer"],
        "motion": mapping["motion"],
        "syncro_customer": mapping["syncro_customer"],
        "invoice_template": mapping["invoice_template"],
        "pricing": "cost_and_retail",
        "sync": True,
    }
