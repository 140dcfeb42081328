"""Test credentials against the vendor's real API, before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping

from connections.clients import source_client, target_client
from connections.errors import ConnectionRefused
from connectors.errors import ConfigurationError, ConnectorError, TransientError
from connectors.records import ConnectionReport
from connectors.registry import SYSTEMS, Source, SourceDefinition, Target, TargetDefinition

TEST_SECONDS = 20.0  # in all: somebody waits for it

Definition = SourceDefinition | TargetDefinition
Report = ConnectionReport


def find_system(name: str) -> Definition:
    """The definition of a vendor system; ``ConnectionRefused`` where there is none of that name."""
    try:
        return SYSTEMS[name]
    except KeyError:
        known = ", ".join(sorted(SYSTEMS))
        raise ConnectionRefused(f"There is no system “{name}”. Known systems: {known}.") from None


def check_form(definition: Definition, credentials: Mapping[str, str]) -> None:
    """Raise ``ConnectionRefused`` unless each field of the system is given and well formed."""
    labels = {field.name: field.label for field in definition.fields}
    if unknown := sorted(set(credentials) - set(labels)):
        raise ConnectionRefused(f"{definition.label} has no {' or '.join(unknown)}.")
    missing = {name: f"{label} is needed." for name, label in labels.items() if not credentials.get(name)}
    if missing:
        raise ConnectionRefused(" ".join(missing.values()), fields=missing)
    if isinstance(definition, TargetDefinition):
        try:
            definition.check_credentials(credentials)
        except ConfigurationError as error:
            raise ConnectionRefused(str(error), detail=error.detail) from error


def try_credentials(definition: Definition, credentials: Mapping[str, str]) -> ConnectionReport:
    """Ask the vendor what these credentials may do. Call it outside any scope.

    Raises ``ConnectionRefused`` when they do not work, or lack a permission that reading can prove.
    """
    try:
        report = _client(definition, credentials).test_connection()
    except ConnectorError as error:
        temporary = isinstance(error, TransientError)
        raise ConnectionRefused(str(error), detail=error.detail, temporary=temporary) from error
    if report.missing:
        raise ConnectionRefused(
            missing_permissions(definition, report), permissions=[(p.name, p.state) for p in report.permissions]
        )
    return report


def missing_permissions(definition: Definition, report: ConnectionReport) -> str:
    """What to do about permissions that the credentials lack, in the vendor's own words."""
    names = ", ".join(report.missing)
    cure = (
        "Create new ones with these permissions ticked, then enter them here."
        if isinstance(definition, TargetDefinition)
        else f"Have them made by somebody who sees all of this in {definition.label}, then enter the new ones here."
    )
    return f"{definition.label} accepts these credentials, but they lack: {names}. {cure}"


def _client(definition: Definition, credentials: Mapping[str, str]) -> Source | Target:
    if isinstance(definition, TargetDefinition):
        return target_client(definition.name, credentials, TEST_SECONDS)
    return source_client(definition.name, credentials, TEST_SECONDS)
