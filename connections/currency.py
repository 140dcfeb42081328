"""Whether a target holds amounts in the currency that a source bills in."""

from __future__ import annotations

from connections.models import Connection
from connectors.registry import get_target


def target_fits(target: Connection, currency: str) -> bool | None:
    """Whether the target's account may hold amounts in ``currency`` (ISO code); None when nobody can tell.

    Where the vendor says a currency it decides, else the symbol that it shows.
    """
    wanted = currency.strip().upper()
    if target.currency and wanted:
        return target.currency == wanted
    return get_target(target.system).symbol_fits(target.currency_symbol, wanted)


def shown_currency(target: Connection) -> str:
    """What people see at the target: its currency, or the symbol for it."""
    return target.currency or target.currency_symbol
