"""How PRISM introduces itself to the product."""

from __future__ import annotations

from connectors.definition import Address, CredentialField, Guide, GuideStep, SourceCapabilities, SourceDefinition
from connectors.limits import NO_LIMIT_KNOWN
from connectors.prism.answers import ANSWERS
from connectors.prism.client import PrismClient
from connectors.prism.invoice_csv import read_row, row_amounts
from connectors.prism.probing import CUSTOMERS, INVOICES, PRICE_LIST, TENANTS
from connectors.prism.wording import is_csp
from connectors.records import InvoiceHeader

_WHERE = (
    "PRISM portal: Customer Management > View (your own company, the first in the list) > "
    "Manage Client Credentials > Generate."
)


def program_of(header: InvoiceHeader) -> str:
    """Our program of an invoice, "" for a program that is not synced."""
    return "microsoft-csp" if is_csp(header.program_name) else ""


PRISM = SourceDefinition(
    name="prism",
    label="PRISM",
    fields=(
        CredentialField("client_id", "Client ID", _WHERE),
        CredentialField("client_secret", "Client secret", f"{_WHERE} It is shown once.", secret=True),
    ),
    addresses={
        "prism_identity": Address(
            "https://identity.prismportal.online/core/connect/token", setting="PRISM_IDENTITY_URL"
        ),
        "prism_api": Address("https://api.prismportal.online", setting="PRISM_API_URL"),
    },
    limits=(NO_LIMIT_KNOWN,),
    permissions=(CUSTOMERS, TENANTS, PRICE_LIST, INVOICES),
    guide=Guide(
        steps=(
            GuideStep("Open Customer Management and View your own company, the first in the list."),
            GuideStep("Choose Manage Client Credentials, then Generate."),
            GuideStep("Copy the client ID and the client secret; the secret is shown once."),
        )
    ),
    open=PrismClient,
    answers=ANSWERS,
    row_amounts=row_amounts,
    read_row=read_row,
    program_of=program_of,
    can=SourceCapabilities(price_list=True, schedule=True),
)
