"""Configuration files for tests, as a partner would write them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

HEAD = """\
partner: {slug: northwind, name: Northwind IT, time_zone: Europe/Oslo, currency: USD}
users:
  - {email: admin@northwind.example, role: admin, password_env: NORTHWIND_PASSWORD}
connections:
  - {system: prism, client_id: northwind-client, client_secret_env: PRISM_SECRET}
  - {system: syncro, subdomain: northwind, api_token_env: SYNCRO_TOKEN}
programs:
  - program: microsoft-csp
    source: prism
    target: syncro
    enabled: true
    notification_emails: [billing@northwind.example]
    billing: {enabled: true, motions: [seat_monthly, azure_plan, seat_annual], start: latest, credits: hold}
    products: {enabled: true, mode: in_use, sync_azure: true, sync_annual: true, new_taxable: true}
    schedule: {time: "05:00"}
"""


def entry(**mapping: Any) -> str:
    """One line of ``mappings``."""
    return "  - {" + ", ".join(f"{key}: {value}" for key, value in mapping.items()) + "}\n"


def mapped(mappings: Sequence[dict[str, Any]], *, by: str = "customer") -> str:
    """The whole file with these mappings, customers named by id or by ``domain``."""
    entries = [
        entry(
            customer=f'"{one[by]}"',
            motion=one["motion"],
            syncro_customer=one["syncro_customer"],
            invoice_template=one["invoice_template"],
        )
        for one in mappings
    ]
    return f"{HEAD}mappings:\n{''.join(entries)}"
