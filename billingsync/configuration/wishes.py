"""What a configuration file wants, with secrets read from the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from billingsync.configuration.document import Document, Path, WrittenInt
from billingsync.configuration.problems import ConfigurationInvalid, FileProblem, did_you_mean
from billingsync.configuration.shape import (
    CUSTOMER_KEYS,
    ConnectionShape,
    FileShape,
    MappingShape,
    PartnerShape,
    ProgramShape,
    UserShape,
)
from billingsync.configuration.wording import problems_of
from connections.selectors import known_systems
from connections.testing import Definition
from programs.models import PROGRAM_NAMES
from programs.services import ProgramSettings


@dataclass(frozen=True, slots=True)
class UserWish:
    """A person with a role; ``password`` None leaves the stored one."""

    shape: UserShape
    path: Path
    password: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConnectionWish:
    """Credentials for a system; fields that the file leaves out keep what is stored."""

    definition: Definition
    path: Path
    name: str | None
    currency: str | None
    credentials: Mapping[str, str] = field(repr=False)

    @property
    def system(self) -> str:
        """The system's name."""
        return self.definition.name

    def missing_keys(self) -> list[str]:
        """Keys that a first connection needs and the file does not have."""
        return [key_of(one.name, one.secret) for one in self.definition.fields if one.name not in self.credentials]


@dataclass(frozen=True, slots=True)
class ProgramWish:
    """A program from a source to a target, and its settings. Both are a connection's name, or its system."""

    shape: ProgramShape
    path: Path
    settings: ProgramSettings

    @property
    def identity(self) -> tuple[str, str, str]:
        """What tells programs of a partner apart."""
        return self.shape.program, self.shape.source, self.shape.target


@dataclass(frozen=True, slots=True)
class MappingWish:
    """A customer's motion to an invoice template; ``customer_key`` is the word that the file has for its customer."""

    shape: MappingShape
    path: Path
    customer_key: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that a file wants."""

    document: Document
    partner: PartnerShape
    users: Sequence[UserWish]
    connections: Sequence[ConnectionWish]
    programs: Sequence[ProgramWish]
    mappings: Sequence[MappingWish]


def read_wishes(document: Document, environ: Mapping[str, str]) -> Wishes:
    """Check the file's keys, words and environment variables; raises ``ConfigurationInvalid``."""
    try:
        shape = FileShape.model_validate(document.data)
    except ValidationError as error:
        problems = problems_of(document, error) + list(_missing_variables(document, environ))
        raise ConfigurationInvalid(document.file, problems) from None
    reader = _Reader(document, environ)
    wishes = Wishes(
        document=document,
        partner=shape.partner,
        users=[reader.user(user, ("users", index)) for index, user in enumerate(shape.users)],
        connections=list(reader.connections(shape.connections)),
        programs=[reader.program(program, ("programs", index)) for index, program in enumerate(shape.programs)],
        mappings=[reader.mapping(mapping, ("mappings", index)) for index, mapping in enumerate(shape.mappings)],
    )
    reader.refuse_twins(wishes)
    reader.problems += _missing_variables(document, environ)
    if reader.problems:
        raise ConfigurationInvalid(document.file, reader.problems)
    return wishes


def key_of(name: str, secret: bool) -> str:  # noqa: FBT001  # a credential field is one or the other
    """The file's key for a credential: secrets are named by environment variable."""
    return f"{name}_env" if secret else name


class _Reader:
    """Collects every problem instead of stopping at the first."""

    def __init__(self, document: Document, environ: Mapping[str, str]) -> None:
        self.document = document
        self.environ = environ
        self.problems: list[FileProblem] = []

    def user(self, shape: UserShape, path: Path) -> UserWish:
        return UserWish(shape, path, self.environ.get(shape.password_env) if shape.password_env else None)

    def connections(self, shapes: Sequence[ConnectionShape]) -> Iterator[ConnectionWish]:
        systems = known_systems()
        for index, shape in enumerate(shapes):
            path: Path = ("connections", index)
            definition = systems.get(shape.system)
            if definition is None:
                self._complain(
                    (*path, "system"),
                    f"There is no system “{shape.system}”. {did_you_mean(shape.system, list(systems))}",
                )
                continue
            if shape.name in systems:
                self._complain((*path, "name"), f"“{shape.name}” is the name of a system. Choose another one.")
            credentials = dict(self._credentials(definition, shape, path))
            yield ConnectionWish(definition, path, shape.name, shape.currency, credentials)

    def program(self, shape: ProgramShape, path: Path) -> ProgramWish:
        if shape.program not in PROGRAM_NAMES:
            names = list(PROGRAM_NAMES)
            self._complain(
                (*path, "program"), f"There is no program “{shape.program}”. {did_you_mean(shape.program, names)}"
            )
        for side in ("source", "target"):
            name, systems = getattr(shape, side), known_systems()
            if name in systems and systems[name].role != side:
                known = [system for system, definition in systems.items() if definition.role == side]
                self._complain((*path, side), f"There is no {side} “{name}”. {did_you_mean(name, known)}")
        return ProgramWish(shape, path, _settings(shape))

    def mapping(self, shape: MappingShape, path: Path) -> MappingWish:
        return MappingWish(shape, path, next(key for key in CUSTOMER_KEYS if (*path, key) in self.document.keys))

    def refuse_twins(self, wishes: Wishes) -> None:
        """An entry that stands twice would make the result depend on the order of the file."""
        self._twins([(user.shape.email.lower(), user.path) for user in wishes.users], "This user")
        self._twins([(one.system, one.path) for one in wishes.connections if not one.name], "This system")
        self._twins([(one.name, one.path) for one in wishes.connections if one.name], "This name")
        self._twins([(one.identity, one.path) for one in wishes.programs], "This program, source and target")
        identities = [
            (
                (
                    one.shape.program,
                    one.shape.source,
                    one.shape.target,
                    one.shape.customer.casefold(),
                    one.shape.motion,
                ),
                one,
            )
            for one in wishes.mappings
        ]
        self._twins([(identity, one.path) for identity, one in identities], "This customer and motion")

    def _twins(self, entries: Sequence[tuple[object, Path]], what: str) -> None:
        seen: dict[object, Path] = {}
        for identity, path in entries:
            if identity in seen:
                line = self.document.place(seen[identity]).line
                self._complain(path, f"{what} stands twice, first in line {line}. Keep one.")
            seen.setdefault(identity, path)

    def _credentials(self, definition: Definition, shape: ConnectionShape, path: Path) -> Iterator[tuple[str, str]]:
        by_key = {key_of(one.name, one.secret): one for one in definition.fields}
        secrets = [one.name for one in definition.fields if one.secret]
        for key, value in shape.others.items():
            if key in secrets:
                self._complain(
                    (*path, key),
                    f"Secrets do not belong into the file. Name the environment variable that holds it: {key}_env.",
                    key=True,
                )
            elif key not in by_key:
                known = ["system", "name", *by_key, "currency"]
                self._complain(
                    (*path, key), f"“{key}” is unknown for {definition.label}. {did_you_mean(key, known)}", key=True
                )
            elif text := self._text(value, (*path, key)):
                yield by_key[key].name, self.environ.get(text, "") if by_key[key].secret else text

    def _text(self, value: Any, path: Path) -> str:
        text = value.written if isinstance(value, WrittenInt) else value
        if isinstance(text, str) and text.strip():
            return text.strip()
        self._complain(path, f"“{path[-1]}” must be a text.")
        return ""

    def _complain(self, path: Path, text: str, *, key: bool = False) -> None:
        self.problems.append(self.document.problem(path, text, key=key))


def _missing_variables(document: Document, environ: Mapping[str, str]) -> Iterator[FileProblem]:
    """Every named environment variable that is not set, whatever else is wrong with the file."""
    for path in document.keys:
        section, key = path[0], path[-1]
        if len(path) != 3 or section not in {"users", "connections"} or not str(key).endswith("_env"):
            continue
        name = document.data[section][path[1]][key]
        if isinstance(name, str) and name.strip() and not environ.get(name.strip()):
            yield document.problem(path, f"The environment variable {name.strip()} is not set. Set it and run again.")


def _settings(shape: ProgramShape) -> ProgramSettings:
    billing, products, schedule = shape.billing, shape.products, shape.schedule
    return ProgramSettings(
        enabled=shape.enabled,
        notification_emails=shape.notification_emails,
        mail_every_run=shape.mail_every_run,
        billing_enabled=billing.enabled if billing else None,
        motions=list(billing.motions) if billing and billing.motions is not None else None,
        start=billing.start if billing else None,
        approval=billing.approval if billing else None,
        prorations=billing.prorations if billing else None,
        credits=billing.credits if billing else None,
        rounding_tolerance=billing.rounding_tolerance if billing else None,
        products_enabled=products.enabled if products else None,
        product_mode=products.mode if products else None,
        sync_azure=products.sync_azure if products else None,
        sync_annual=products.sync_annual if products else None,
        new_taxable=products.new_taxable if products else None,
        daily_at=schedule.time if schedule else None,
        time_zone=schedule.time_zone if schedule else None,
    )
