"""What the Connections page and the operator's page show."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connections.models import Connection, ConnectionStatus
from connections.services import first_status
from connections.testing import Definition
from connectors.registry import SYSTEMS, SystemRole, TargetDefinition


@dataclass(frozen=True, slots=True)
class ConnectionCard:
    """One system as a partner sees it; ``connection`` is None until the first action."""

    definition: Definition
    connection: Connection | None
    status: ConnectionStatus
    secrets_stored: dict[str, dt.datetime]  # name of a secret -> when it was stored

    @property
    def is_target(self) -> bool:
        """Targets must be enabled before they can be connected."""
        return self.definition.role == SystemRole.TARGET

    @property
    def stored_since(self) -> dt.datetime | None:
        """When the newest of its secrets was stored."""
        return max(self.secrets_stored.values(), default=None)


def known_systems() -> Mapping[str, Definition]:
    """Every system of the registry by name."""
    return SYSTEMS


def known_targets() -> list[TargetDefinition]:
    """Every target of the registry."""
    return [each for each in SYSTEMS.values() if isinstance(each, TargetDefinition)]


def targets_in_words(connections: Iterable[Connection] = ()) -> str:
    """What people call these targets; without any, whatever target there could be: a name, or names with "or"."""
    labels = [connection.label for connection in connections] or [target.label for target in known_targets()]
    return " or ".join(dict.fromkeys(labels))


def connection_cards() -> list[ConnectionCard]:
    """All systems of the registry, with the first connection that the open partner has of each."""
    rows = Connection.objects.prefetch_related("secrets").order_by("-pk")
    present = {row.system: row for row in rows}
    return [_card(definition, present.get(name)) for name, definition in SYSTEMS.items()]


def find_card(system: str) -> ConnectionCard | None:
    """The card of one system, None where the registry has none of that name."""
    definition = SYSTEMS.get(system)
    if definition is None:
        return None
    return _card(
        definition, Connection.objects.prefetch_related("secrets").filter(system=system).order_by("pk").first()
    )


def _card(definition: Definition, connection: Connection | None) -> ConnectionCard:
    if connection is None:
        return ConnectionCard(definition, None, first_status(definition), {})
    status = ConnectionStatus(connection.status)
    if status == ConnectionStatus.NOT_ENABLED:
        status = first_status(definition)
    stored = {secret.name: secret.stored_at for secret in connection.secrets.all()}
    return ConnectionCard(definition, connection, status, stored)
