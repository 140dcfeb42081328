"""What the database holds already of what a file wants; finds out what must be asked of vendors."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from accounts.models import Partner
from accounts.services import find_partner
from billingsync.configuration.problems import ConfigurationInvalid, FileProblem, did_you_mean
from billingsync.configuration.shape import CUSTOMER_KEYS, MappingShape
from billingsync.configuration.wishes import MappingWish, ProgramWish, Wishes
from connections.models import Connection, ConnectionStatus
from connections.selectors import known_systems, known_targets
from core.scope import partner_scope
from customers.models import Customer, Mapping
from programs.models import Program

CONNECTED = (ConnectionStatus.CONNECTED, ConnectionStatus.ATTENTION)


@dataclass(frozen=True, slots=True)
class ProgramKey:
    """What a mapping must know of its program."""

    slug: str
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A partner as it stands before the file is applied; ``partner_id`` None for a new one."""

    partner_id: int | None
    name: str = ""
    connected: Collection[str] = ()
    names: dict[str, str] = field(default_factory=dict)  # a connection's name -> its system
    programs: Sequence[ProgramKey] = ()
    satisfied: Collection[tuple[str, str]] = field(default=(), repr=False)  # (customer as written, motion)

    def system_of(self, written: str) -> str:
        """The system that ``source`` or ``target`` of a program means: a connection's name, or the system itself."""
        return self.names.get(written, written)


class CustomerIndex:
    """Finds a customer of one source by its tenant id or its domain, without case."""

    def __init__(self, customers: Iterable[Customer]) -> None:
        self.by_id: dict[str, Customer] = {}
        self.by_domain: dict[str, list[Customer]] = {}
        for customer in customers:
            self.by_id[customer.external_id] = customer
            if customer.domain:
                self.by_domain.setdefault(customer.domain.lower(), []).append(customer)

    def find(self, written: str) -> list[Customer]:
        """The customers that a written id or domain may mean: none, one or several."""
        key = written.strip().lower()
        return [self.by_id[key]] if key in self.by_id else self.by_domain.get(key, [])

    def hint(self, written: str) -> str:
        """Help with a name that nothing answers to; never a list of thousands."""
        known = [*self.by_domain, *self.by_id]
        text = did_you_mean(written.strip(), known)
        return text if text.startswith("Did") else "Use the tenant’s id or its domain."


def read_stored(wishes: Wishes) -> Stored:
    """What is there; raises ``ConfigurationInvalid`` where the file does not fit to it."""
    stored = _read(wishes)
    problems = [*_partner_problems(wishes, stored), *_connection_problems(wishes, stored)]
    problems += [*_program_problems(wishes, stored), *_mapping_problems(wishes, stored)]
    if problems:
        raise ConfigurationInvalid(wishes.document.file, problems)
    return stored


def program_of(mapping: MappingWish, wishes: Wishes, stored: Stored) -> ProgramKey | None:
    """The program that a mapping belongs to; None where that is not clear."""
    wanted = mapping.shape.program
    found = [program for program in all_programs(wishes, stored) if wanted in {None, program.slug}]
    return found[0] if len(found) == 1 else None


def all_programs(wishes: Wishes, stored: Stored) -> list[ProgramKey]:
    """Programs of the file, then those that only the database has."""
    listed = [_key(program, stored) for program in wishes.programs]
    named = {(program.slug, program.target) for program in listed}
    return listed + [program for program in stored.programs if (program.slug, program.target) not in named]


def _read(wishes: Wishes) -> Stored:
    partner_id = find_partner(wishes.partner.slug)
    given = {one.name: one.system for one in wishes.connections if one.name}
    if partner_id is None:
        return Stored(None, names=given)
    with partner_scope(partner_id):
        programs = list(Program.objects.select_related("source", "target"))
        named = Connection.objects.exclude(name="").values_list("name", "system")
        return Stored(
            partner_id=partner_id,
            name=Partner.objects.get(pk=partner_id).name,
            connected=frozenset(Connection.objects.filter(status__in=CONNECTED).values_list("system", flat=True)),
            names={name: system for name, system in named if system not in given.values()} | given,
            programs=[ProgramKey(row.slug, row.source.system, row.target.system) for row in programs],
            satisfied=frozenset(_satisfied(wishes, programs)),
        )


def _satisfied(wishes: Wishes, programs: Sequence[Program]) -> Iterable[tuple[str, str]]:
    """Mappings of the file that are stored as they are wanted: nothing needs to be read for them."""
    by_slug = {program.slug: program for program in programs}
    for slug, program in by_slug.items():
        wanted = [one.shape for one in wishes.mappings if one.shape.program in {None, slug}]
        if wanted:
            yield from _satisfied_in(program, wanted)


def _satisfied_in(program: Program, wanted: Iterable[MappingShape]) -> Iterable[tuple[str, str]]:
    index = CustomerIndex(Customer.objects.filter(source=program.source))
    present = Mapping.objects.filter(program=program).select_related("target_customer", "template")
    rows = {(row.customer_id, row.motion): row for row in present}
    for shape in wanted:
        found = index.find(shape.customer)
        row = rows.get((found[0].pk, shape.motion)) if len(found) == 1 else None
        if row is not None and _as_wanted(row, shape.target_customer, shape.invoice_template):
            yield shape.customer, shape.motion


def _as_wanted(row: Mapping, target_customer: int, template: int) -> bool:
    gone = row.target_customer.gone or row.template.gone
    return not gone and (row.target_customer.external_id, row.template.external_id) == (target_customer, template)


def _key(program: ProgramWish, stored: Stored) -> ProgramKey:
    source, target = stored.system_of(program.shape.source), stored.system_of(program.shape.target)
    return ProgramKey(program.shape.program, source, target)


def _partner_problems(wishes: Wishes, stored: Stored) -> Iterable[FileProblem]:
    if stored.partner_id is None and not wishes.partner.name:
        text = (
            f"“name” is missing: there is no partner “{wishes.partner.slug}” yet. Give it a name, or correct the slug."
        )
        yield wishes.document.problem(("partner",), text)


def _connection_problems(wishes: Wishes, stored: Stored) -> Iterable[FileProblem]:
    for wish in wishes.connections:
        if wish.system in stored.connected or not wish.missing_keys():
            continue
        keys = " and ".join(f"“{key}”" for key in wish.missing_keys())
        verb = "are" if len(wish.missing_keys()) > 1 else "is"
        yield wishes.document.problem(
            wish.path, f"{keys} {verb} missing: {wish.definition.label} is not connected yet."
        )


def _program_problems(wishes: Wishes, stored: Stored) -> Iterable[FileProblem]:
    available = {*stored.connected, *(wish.system for wish in wishes.connections)}
    for program in wishes.programs:
        for side in ("source", "target"):
            written = getattr(program.shape, side)
            if text := _not_a(side, written, stored.system_of(written), [*stored.names], available):
                yield wishes.document.problem((*program.path, side), text)


def _not_a(side: str, written: str, system: str, names: list[str], available: Collection[str]) -> str:
    """Why what is written names no connection on that side, "" where it does."""
    known = {name for name, definition in known_systems().items() if definition.role == side}
    if system not in known:
        return f"There is no {side} “{written}”. {did_you_mean(written, [*sorted(known), *names])}"
    return "" if system in available else f"“{written}” is not connected. Add it to “connections”."


def _mapping_problems(wishes: Wishes, stored: Stored) -> Iterable[FileProblem]:
    programs = all_programs(wishes, stored)
    for mapping in wishes.mappings:
        if program := program_of(mapping, wishes, stored):
            yield from _foreign_word(mapping, program.target, wishes)
            continue
        if not programs:
            yield wishes.document.problem(mapping.path, "There is no program to map for. Add one to “programs”.")
        elif mapping.shape.program is None:
            yield wishes.document.problem(mapping.path, "“program” is missing: this partner has several.")
        else:
            slugs = [program.slug for program in programs]
            text = f"There is no program “{mapping.shape.program}” here. {did_you_mean(mapping.shape.program, slugs)}"
            yield wishes.document.problem((*mapping.path, "program"), text)


def _foreign_word(mapping: MappingWish, target: str, wishes: Wishes) -> Iterable[FileProblem]:
    """A word of one target means nothing at another."""
    key, everywhere = mapping.customer_key, CUSTOMER_KEYS[0]
    definition = next((each for each in known_targets() if each.name == target), None)
    if definition and key not in (everywhere, *definition.customer_keys):
        text = f"“{key}” is not a word of {definition.label}. Write “{everywhere}”."
        yield wishes.document.problem((*mapping.path, key), text, key=True)
