"""How Syncro introduces itself to the product."""

from __future__ import annotations

import datetime as dt

from connectors.definition import (
    Address,
    CredentialField,
    Guide,
    GuideStep,
    MarkPlace,
    Proof,
    TargetCapabilities,
    TargetDefinition,
    TargetWords,
)
from connectors.limits import RequestLimit
from connectors.syncro.address import API, check_credentials, product_url, template_url
from connectors.syncro.answers import ANSWERS
from connectors.syncro.client import SyncroClient
from connectors.syncro.currency import symbol_fits
from connectors.syncro.frequency import interval_of
from connectors.syncro.permissions import NAMES

SYNCRO = TargetDefinition(
    name="syncro",
    label="Syncro",
    fields=(
        CredentialField("subdomain", "Subdomain", "The name in your address: NAME.syncromsp.com."),
        CredentialField(
            "api_token",
            "API token",
            "Syncro: Admin > API > API Tokens > New Token > Custom Permissions. It is shown once.",
            secret=True,
        ),
    ),
    addresses={"syncro": Address(API, setting="SYNCRO_BASE_URL")},
    limits=(RequestLimit(180, setting="SYNCRO_REQUESTS_PER_MINUTE"),),
    permissions=NAMES,
    guide=Guide(
        steps=(
            GuideStep("Open Admin > API > API Tokens and choose New Token, then Custom Permissions."),
            GuideStep(
                "Tick these:",
                ticks=(
                    "Customers: List/Search, View Detail",
                    "Products: List/Search, Create, Edit",
                    "Recurring Invoices: List, Edit",
                    "Invoices: List/Search, View Details",
                ),
            ),
            GuideStep("Copy the token; Syncro shows it once."),
        ),
        remark="Rights to create and edit cannot be proved by reading; they show as “proven at the first write”.",
    ),
    check_credentials=check_credentials,
    open=SyncroClient,
    answers=ANSWERS,
    product_url=product_url,
    template_url=template_url,
    interval_of=interval_of,
    symbol_fits=symbol_fits,
    can=TargetCapabilities(
        one_time_lines=True,
        removes_lines=True,
        refuses_negative_amounts=False,
        dates_lines=False,
        edits_whole_template=False,
    ),
    words=TargetWords(customer="customer", template="invoice template"),
    mark=MarkPlace("description", characters=None),
    proofs=frozenset({Proof.MARK}),
    bills_from=dt.time(6),
    customer_keys=("syncro_customer",),
)
