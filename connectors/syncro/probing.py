"""The connection test: which account this is, and what its token may do, by reading alone.

Creating and editing cannot be proven without a write, so those rights are shown as proven at the
first write.
"""

from __future__ import annotations

from collections.abc import Mapping

from connectors.edge.json_rows import JsonRow
from connectors.errors import ConfigurationError, ConnectorError, PermissionMissing, RecordMissing
from connectors.records import ConnectionReport, PermissionResult
from connectors.syncro import permissions
from connectors.syncro.address import PLACEHOLDER, SYSTEM, normalise_subdomain
from connectors.syncro.transport import Params, SyncroTransport

GRANTED = "granted"
MISSING = "missing"
UNPROVEN = "proven at the first write"

_READS = (
    ("/customers", permissions.CUSTOMERS_LIST),
    ("/products", permissions.PRODUCTS_LIST),
    ("/schedules", permissions.SCHEDULES_LIST),
    ("/invoices", permissions.INVOICES_LIST),
)


def probe_connection(transport: SyncroTransport, credentials: Mapping[str, str], base_url: str) -> ConnectionReport:
    """Probe the token; ``ConfigurationError`` where it is no token of this account.

    Syncro API document: GET /me, /customers, /products, /schedules, /invoices, /settings.
    """
    account, warnings = _identify(transport, credentials, strict=PLACEHOLDER in base_url)
    found = []
    for path, permission in _READS:
        payload, state = _probe(transport, path, [("page", "1")], permission)
        found.append(PermissionResult(permission, state))
    found += _probe_invoice_details(transport, payload)
    found += [PermissionResult(name, UNPROVEN) for name in permissions.WRITES]
    symbol, zone, more = read_locale(transport)
    return ConnectionReport(
        account=account,
        permissions=tuple(found),
        currency_symbol=symbol,
        time_zone=zone,
        warnings=(*warnings, *more),
    )


def _identify(transport: SyncroTransport, credentials: Mapping[str, str], *, strict: bool) -> tuple[str, list[str]]:
    """The account's name. The answer of GET /me carries a secret: only the subdomain is taken."""
    answer = transport.send("GET", "/me")
    if answer.status == 401:
        raise transport.bad_token(answer)
    if not answer.ok:
        raise ConfigurationError(
            "There is no Syncro account at this address: check the subdomain.",
            system=SYSTEM,
            status=answer.status,
            detail=f"GET /me: HTTP {answer.status}",
        )
    found = JsonRow(answer.payload, system=SYSTEM, what="account").text("subdomain")
    expected = normalise_subdomain(credentials.get("subdomain", ""))
    if not found or _first_label(found) == _first_label(expected):
        return found or expected, []
    message = f'The token belongs to the account "{transport.redact(found)}", not "{expected}".'
    if strict:
        raise ConfigurationError(message, system=SYSTEM)
    return found, [message]


def _probe(transport: SyncroTransport, path: str, params: Params, permission: str) -> tuple[object, str]:
    try:
        return transport.get(path, permission=permission, params=params), GRANTED
    except PermissionMissing:
        return None, MISSING


def _probe_invoice_details(transport: SyncroTransport, invoices: object) -> list[PermissionResult]:
    """Details can be probed only where the account has an invoice at all."""
    rows = invoices.get("invoices") if isinstance(invoices, Mapping) else None
    first = rows[0] if isinstance(rows, list) and rows else None
    invoice_id = first.get("id") if isinstance(first, Mapping) else None
    if not isinstance(invoice_id, int):
        return []
    try:
        _, state = _probe(transport, f"/invoices/{invoice_id}", (), permissions.INVOICES_VIEW)
    except RecordMissing:
        state = GRANTED
    return [PermissionResult(permissions.INVOICES_VIEW, state)]


def read_locale(transport: SyncroTransport) -> tuple[str, str, list[str]]:
    """Currency symbol and time zone of the account; a warning where they cannot be read."""
    try:
        payload = transport.get("/settings", permission="Settings")
        locale = JsonRow(payload, system=SYSTEM, what="settings").child("locale")
    except ConnectorError:
        locale = None
    if locale is None:
        return "", "", ["Syncro's settings cannot be read, so its currency was not compared."]
    return locale.text("currency_symbol"), locale.text("time_zone"), []


def _first_label(subdomain: str) -> str:
    return subdomain.strip().casefold().partition(".")[0]
