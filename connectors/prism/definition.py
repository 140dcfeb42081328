"""How PRISM introduces itself to the product."""

from __future__ import annotations

from connectors.interface import CredentialField, SourceDefinition
from connectors.prism.answers import ANSWERS
from connectors.prism.client import PrismClient
from connectors.prism.invoice_csv import read_row, row_amounts
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
    open=PrismClient,
    answers=ANSWERS,
    row_amounts=row_amounts,
    read_row=read_row,
    program_of=program_of,
)
