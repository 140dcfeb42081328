"""How Syncro introduces itself to the product."""

from __future__ import annotations

from connectors.interface import CredentialField, TargetDefinition
from connectors.records import Cadence
from connectors.syncro.address import check_credentials, product_url, template_url
from connectors.syncro.answers import ANSWERS
from connectors.syncro.client import SyncroClient

_MONTHLY = frozenset({"monthly"})
_YEARLY = frozenset({"annually", "biennially", "triennially"})
_FITTING = {Cadence.MONTHLY: _MONTHLY, Cadence.USAGE: _MONTHLY, Cadence.ANNUAL: _YEARLY}


def frequency_fits(frequency: str, cadence: Cadence) -> bool:
    """Whether a template of this frequency suits charges that come so, without a warning.

    Syncro's words: Daily, Weekly, Biweekly, Monthly, Quarterly, Semi-Annually, Annually,
    Biennially, Triennially.
    """
    return frequency.strip().casefold() in _FITTING.get(cadence, frozenset())


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
    open=SyncroClient,
    answers=ANSWERS,
    check_credentials=check_credentials,
    product_url=product_url,
    template_url=template_url,
    frequency_fits=frequency_fits,
)
