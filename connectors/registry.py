"""The one list of vendor systems. A new system is a folder beside this file and one entry here."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.definition import SourceDefinition, TargetDefinition
from connectors.interface import Source, SystemRole, Target
from connectors.prism.definition import PRISM
from connectors.syncro.definition import SYNCRO

__all__ = [
    "SYSTEMS",
    "Source",
    "SourceDefinition",
    "SystemRole",
    "Target",
    "TargetDefinition",
    "get_source",
    "get_target",
]

SYSTEMS: Mapping[str, SourceDefinition | TargetDefinition] = {
    definition.name: definition for definition in (PRISM, SYNCRO)
}


def get_source(name: str) -> SourceDefinition:
    """The source of that name; ``KeyError`` where there is none."""
    definition = SYSTEMS[name]
    if not isinstance(definition, SourceDefinition):
        raise KeyError(name)
    return definition


def get_target(name: str) -> TargetDefinition:
    """The target of that name; ``KeyError`` where there is none."""
    definition = SYSTEMS[name]
    if not isinstance(definition, TargetDefinition):
        raise KeyError(name)
    return definition
