"""What PRISM's credentials can read. PRISM has no list of permissions: each kind of reading is tried once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.errors import ConfigurationError, RecordMissing, RejectedRecord, TransientError
from connectors.records import PermissionResult

CUSTOMERS = "Companies and their agreements"
TENANTS = "Microsoft tenants and subscriptions"
PRICE_LIST = "Price list"
INVOICES = "Invoices"

GRANTED = "granted"
MISSING = "missing"
UNANSWERED = "not answered now, tried again at the first sync"


def try_readings(readings: Mapping[str, Callable[[], object]]) -> tuple[PermissionResult, ...]:
    """The result of each kind of reading, by its name.

    They are tried with a token that PRISM has just accepted, so a refusal speaks of that reading alone.
    """
    return tuple(PermissionResult(name, _state(read)) for name, read in readings.items())


def _state(read: Callable[[], object]) -> str:
    """That there is no such record is an answer; a list that is slow says nothing about the credentials."""
    try:
        read()
    except ConfigurationError as refusal:
        if refusal.status not in (401, 403):
            raise
        return MISSING
    except RecordMissing:
        return GRANTED
    except (RejectedRecord, TransientError):
        return UNANSWERED
    return GRANTED
