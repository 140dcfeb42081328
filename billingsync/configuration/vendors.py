"""Ask the vendors what the file needs, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from billingsync.configuration.problems import ConfigurationInvalid
from billingsync.configuration.stored import Stored, program_of
from billingsync.configuration.wishes import ConnectionWish, Wishes
from connections import services
from connections.errors import ConnectionRefused
from connections.selectors import known_systems
from connections.testing import Report, TargetDirectory, read_source_directory, read_target_directory, try_credentials

Say = Callable[[str], None]


@dataclass(slots=True)
class SourceAnswer:
    """A source's customers as read; stands in for its client while they are stored."""

    tenants: list[Any]
    calls: Mapping[str, int] = field(default_factory=dict)

    def list_tenants(self) -> list[Any]:
        """What was read."""
        return self.tenants


@dataclass(slots=True)
class Answers:
    """What the vendors said. ``reports``: tests of credentials that changed."""

    reports: dict[str, Report] = field(default_factory=dict)
    sources: dict[str, SourceAnswer] = field(default_factory=dict)
    targets: dict[str, TargetDirectory] = field(default_factory=dict)


def ask_vendors(wishes: Wishes, stored: Stored, say: Say) -> Answers:
    """Test credentials that changed and read what new mappings name.

    Calls nobody when nothing changed. Raises ``ConfigurationInvalid`` with every refusal.
    """
    answers, problems = Answers(), []
    credentials: dict[str, Mapping[str, str]] = {}
    for wish in wishes.connections:
        if _unchanged(wish, stored):
            continue
        say(f"Testing the {wish.definition.label} credentials ...")
        try:
            given = services.credentials_to_test(stored.partner_id, wish.system, wish.credentials)
            answers.reports[wish.system] = try_credentials(wish.definition, given)
            credentials[wish.system] = given
        except ConnectionRefused as refusal:
            problems.append(wishes.document.problem(wish.path, str(refusal)))
    if problems:
        raise ConfigurationInvalid(wishes.document.file, problems)
    for system, place in _systems_to_read(wishes, stored, answers).items():
        say(f"Reading customers from {known_systems()[system].label} ...")
        try:
            complete = credentials.get(system) or services.credentials_to_test(stored.partner_id, system, {})
            _read_directory(system, complete, answers)
        except ConnectionRefused as refusal:
            problems.append(wishes.document.problem(place, str(refusal)))
    if problems:
        raise ConfigurationInvalid(wishes.document.file, problems)
    return answers


def _unchanged(wish: ConnectionWish, stored: Stored) -> bool:
    return stored.partner_id is not None and services.credentials_unchanged(
        stored.partner_id, wish.system, wish.credentials
    )


def _systems_to_read(wishes: Wishes, stored: Stored, answers: Answers) -> dict[str, tuple[str | int, ...]]:
    """Systems whose customers must be read, with the place of the file that wants it."""
    wanted = {wish.system: wish.path for wish in wishes.connections if wish.system in answers.reports}
    for mapping in wishes.mappings:
        program = program_of(mapping, wishes, stored)
        if program is None or (mapping.shape.customer, mapping.shape.motion) in stored.satisfied:
            continue
        wanted.setdefault(program.source, mapping.path)
        wanted.setdefault(program.target, mapping.path)
    return wanted


def _read_directory(system: str, credentials: Mapping[str, str], answers: Answers) -> None:
    if known_systems()[system].role == "source":
        answers.sources[system] = SourceAnswer(read_source_directory(system, credentials))
    else:
        answers.targets[system] = read_target_directory(system, credentials)
