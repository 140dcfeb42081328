"""Ask the vendors what the file needs, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from billingsync.configuration.document import Path
from billingsync.configuration.places import Known, Place
from billingsync.configuration.problems import ConfigurationInvalid
from billingsync.configuration.stored import Stored, program_of, read_satisfied
from billingsync.configuration.wishes import ConnectionWish, Wishes
from connections import services
from connections.directories import TargetDirectory, read_source_directory, read_target_directory
from connections.errors import ConnectionRefused
from connections.selectors import known_systems
from connections.testing import Report, try_credentials

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

    reports: dict[Place, Report] = field(default_factory=dict)
    sources: dict[Place, SourceAnswer] = field(default_factory=dict)
    targets: dict[Place, TargetDirectory] = field(default_factory=dict)


def ask_vendors(wishes: Wishes, stored: Stored, say: Say) -> Answers:
    """Test credentials that changed and read what new mappings name.

    Calls nobody when nothing changed. Raises ``ConfigurationInvalid`` with every refusal.
    """
    answers, problems = Answers(), []
    credentials: dict[Place, Mapping[str, str]] = {}
    for wish in wishes.connections:
        known = stored.of_wish(wish)
        if _unchanged(wish, known, stored):
            continue
        say(f"Testing the {wish.definition.label} credentials ...")
        try:
            given = _complete(known, stored, wish.credentials)
            answers.reports[known.place] = try_credentials(wish.definition, given)
            credentials[known.place] = given
        except ConnectionRefused as refusal:
            problems.append(wishes.document.problem(wish.path, str(refusal)))
    if problems:
        raise ConfigurationInvalid(wishes.document.file, problems)
    by_place = {known.place: known for known in stored.connections}
    for place, path in _places_to_read(wishes, stored, answers).items():
        say(f"Reading customers from {known_systems()[place[0]].label} ...")
        try:
            complete = credentials.get(place) or _complete(by_place[place], stored, {})
            _read_directory(place, complete, answers)
        except ConnectionRefused as refusal:
            problems.append(wishes.document.problem(path, str(refusal)))
    if problems:
        raise ConfigurationInvalid(wishes.document.file, problems)
    return answers


def _unchanged(wish: ConnectionWish, known: Known, stored: Stored) -> bool:
    if stored.partner_id is None or known.before is None:
        return False
    return services.credentials_unchanged(stored.partner_id, wish.system, wish.credentials, name=known.before)


def _complete(known: Known, stored: Stored, given: Mapping[str, str]) -> dict[str, str]:
    """The given credentials, completed by those of this connection; one that is new has none."""
    partner_id = None if known.before is None else stored.partner_id
    return services.credentials_to_test(partner_id, known.system, given, name=known.before)


def _places_to_read(wishes: Wishes, stored: Stored, answers: Answers) -> dict[Place, Path]:
    """Connections whose customers must be read, with the place of the file that wants it."""
    satisfied = read_satisfied(wishes, stored)
    wanted = {stored.of_wish(wish).place: wish.path for wish in wishes.connections}
    wanted = {place: path for place, path in wanted.items() if place in answers.reports}
    for mapping in wishes.mappings:
        program = program_of(mapping, wishes, stored)
        if program is None or mapping.path in satisfied:
            continue
        wanted.setdefault(program.source, mapping.path)
        wanted.setdefault(program.target, mapping.path)
    return wanted


def _read_directory(place: Place, credentials: Mapping[str, str], answers: Answers) -> None:
    system = place[0]
    if known_systems()[system].role == "source":
        answers.sources[place] = SourceAnswer(read_source_directory(system, credentials))
    else:
        answers.targets[place] = read_target_directory(system, credentials)
