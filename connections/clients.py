"""Open a vendor's client for one connection, and keep book of whether it works."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

from connections.alerts import record_failure, record_success
from connections.limits import gates_of, tally_of
from connections.models import Connection
from connections.secret_store import read_credentials
from connectors import registry
from connectors.edge.http import Edge, EdgeSettings
from connectors.edge.ratelimit import RedisLimiter
from connectors.errors import ConfigurationError, ConnectorError
from connectors.registry import Source, Target
from core.installation import why_no_writes
from core.scope import in_real_transaction, partner_scope
from core.secrets import SealBroken

__all__ = [
    "CallInsideTransaction",
    "ConnectorError",
    "build_edge",
    "build_limiter",
    "open_source",
    "open_target",
    "record_failure",
    "record_success",
    "source_client",
    "target_client",
]


class CallInsideTransaction(RuntimeError):
    """The program tried to call a vendor while a database transaction was open."""


def open_source(partner_id: int, connection_id: int) -> Source:
    """A client with the stored credentials of a source. Call it outside any scope.

    Raises ``ConfigurationError`` when there are none, or when no key of the installation opens them.
    """
    system, credentials = _stored(partner_id, connection_id)
    return source_client(system, credentials)


def open_target(partner_id: int, connection_id: int) -> Target:
    """A client with the stored credentials of a target. Call it outside any scope.

    Raises ``ConfigurationError`` when there are none, or when no key of the installation opens them.
    """
    system, credentials = _stored(partner_id, connection_id)
    return target_client(system, credentials)


def source_client(system: str, credentials: Mapping[str, str], seconds: float | None = None) -> Source:
    """A client with credentials that need not be stored; its calls take ``seconds`` in all, where that is given."""
    return registry.get_source(system).open(credentials, build_edge(system, credentials, seconds))


def target_client(system: str, credentials: Mapping[str, str], seconds: float | None = None) -> Target:
    """A client with credentials that need not be stored; its calls take ``seconds`` in all, where that is given."""
    return registry.get_target(system).open(credentials, build_edge(system, credentials, seconds))


def build_edge(system: str, credentials: Mapping[str, str], seconds: float | None = None) -> Edge:
    """The HTTP edge to a vendor system, with the limits that all share whom the vendor counts together."""
    definition = registry.SYSTEMS[system]
    return Edge(
        EdgeSettings(
            system=system,
            urls=addresses_of(system),
            hosts=definition.hosts,
            label=definition.label,
            answers=definition.answers,
            allow_private_hosts=settings.ALLOW_PRIVATE_API_HOSTS,
            before_call=_refuse_in_transaction,
            wait_factor=settings.WAIT_FACTOR,
            no_writes=why_no_writes(),
            until=None if seconds is None else time.monotonic() + seconds,
        ),
        build_limiter(system, definition.account_key(credentials)),
    )


def addresses_of(system: str) -> dict[str, str]:
    """Where a vendor's services are; an installation may point them at a demo system or a sandbox."""
    addresses = registry.SYSTEMS[system].addresses
    return {
        name: (getattr(settings, address.setting) if address.setting else "") or address.default
        for name, address in addresses.items()
    }


def build_limiter(system: str, account: str = "") -> RedisLimiter:
    """The limiter of a vendor system: its keys name the egress and the account, so that all who share them wait."""
    gates = gates_of(system, account)
    return RedisLimiter(_redis(settings.REDIS_URL), gates, tally=tally_of(system), system=system)


def _stored(partner_id: int, connection_id: int) -> tuple[str, dict[str, str]]:
    with partner_scope(partner_id):
        connection = Connection.objects.get(pk=connection_id)
        definition = registry.SYSTEMS[connection.system]
        try:
            credentials = read_credentials(connection)
        except SealBroken as broken:
            text = f"The stored {definition.label} credentials cannot be opened. Enter them again under Connections."
            raise ConfigurationError(text, system=connection.system, detail=str(broken)) from broken
    if any(not credentials.get(field.name) for field in definition.fields):
        text = f"{definition.label} is not connected. Enter its credentials under Connections."
        raise ConfigurationError(text, system=connection.system)
    return connection.system, credentials


def _refuse_in_transaction() -> None:
    if in_real_transaction():
        raise CallInsideTransaction("leave the partner's scope before calling a vendor")


@lru_cache(maxsize=4)
def _redis(url: str) -> Any:
    return redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
