"""What the database holds already of what a file wants; finds out what must be asked of vendors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.models import Partner
from accounts.services import find_partner
from billingsync.configuration.document import Path
from billingsync.configuration.problems import ConfigurationInvalid, FileProblem, did_you_mean
from billingsync.configuration.shape import CUSTOMER_KEYS
from billingsync.configuration.wishes import ConnectionWish, MappingWish, ProgramWish, Wishes
from connections.models import Connection, ConnectionStatus
from connections.selectors import known_systems, known_targets
from core.scope import partner_scope
from customers.models import Customer, Mapping
from programs.models import Program

CONNECTED = (ConnectionStatus.CONNECTED, ConnectionStatus.ATTENTION)


Place = tuple[str, str]  # a connection: its system, and its name once the file is applied ("" for none)


@dataclass(frozen=True, slots=True)
class Known:
    """A connection of the file, of the database, or of both. ``before`` is its name there; None where it is new."""

    system: str
    name: str
    before: str | None
    connected: bool
    wish: ConnectionWish | None = None

    @property
    def place(self) -> Place:
        """What tells it from the partner's others."""
        return self.system, self.name


@dataclass(frozen=True, slots=True)
class ProgramKey:
    """What a mapping must know of its program."""

    slug: str
    source: Place
    target: Place


@dataclass(frozen=True, slots=True)
class Stored:
    """A partner as it stands before the file is applied; ``partner_id`` None for a new one."""

    partner_id: int | None
    name: str = ""
    connections: Sequence[Known] = ()
    programs: Sequence[ProgramKey] = ()

    def of_wish(self, wish: ConnectionWish) -> Known:
        """The connection that an entry of the file is about."""
        return next(known for known in self.connections if known.wish is wish)

    def meant_by(self, written: str) -> list[Known]:
        """The connections that ``source`` or ``target`` may mean: the one of that name, else those of that system."""
        named = [known for known in self.connections if known.name == written]
        return named or [known for known in self.connections if known.system == written]

    def place_of(self, written: str) -> Place:
        """As ``meant_by``, for what is known to mean just one."""
        found = self.meant_by(written)
        return found[0].place if found else (written, "")


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
    found = _programs_meant(mapping, wishes, stored)
    return found[0] if len(found) == 1 else None


def all_programs(wishes: Wishes, stored: Stored) -> list[ProgramKey]:
    """Programs of the file, then those that only the database has."""
    listed = [_key(program, stored) for program in wishes.programs]
    return listed + [program for program in stored.programs if program not in listed]


def _programs_meant(mapping: MappingWish, wishes: Wishes, stored: Stored) -> list[ProgramKey]:
    shape = mapping.shape
    sources = {known.place for known in stored.meant_by(shape.source)} if shape.source else None
    targets = {known.place for known in stored.meant_by(shape.target)} if shape.target else None
    return [
        program
        for program in all_programs(wishes, stored)
        if shape.program in {None, program.slug}
        and (sources is None or program.source in sources)
        and (targets is None or program.target in targets)
    ]


def _read(wishes: Wishes) -> Stored:
    partner_id = find_partner(wishes.partner.slug)
    if partner_id is None:
        return Stored(None, connections=_all_connections(wishes, []))
    with partner_scope(partner_id):
        known = _all_connections(wishes, list(Connection.objects.order_by("pk")))
        places = {(one.system, one.before): one.place for one in known}
        return Stored(
            partner_id=partner_id,
            name=Partner.objects.get(pk=partner_id).name,
            connections=known,
            programs=[
                ProgramKey(
                    row.slug,
                    places[row.source.system, row.source.name],
                    places[row.target.system, row.target.name],
                )
                for row in Program.objects.select_related("source", "target").order_by("pk")
            ],
        )


def _all_connections(wishes: Wishes, rows: list[Connection]) -> list[Known]:
    """Entries of the file with the rows that they are about, then the other rows.

    An entry is about the row of its name; without a name, about the only row of its system. A row that has no name
    yet, and that no such entry means, takes the name of the next.
    """
    left, about = list(rows), {}
    for finds in (_of_same_name, _only_one, _without_name):
        for wish in wishes.connections:
            row = None if wish.path in about else finds(wish, [row for row in left if row.system == wish.system])
            if row is not None:
                about[wish.path] = row
                left.remove(row)
    known = [_known(about.get(wish.path), wish) for wish in wishes.connections]
    return known + [_known(row, None) for row in left]


def _of_same_name(wish: ConnectionWish, rows: list[Connection]) -> Connection | None:
    return next((row for row in rows if row.name == (wish.name or "")), None)


def _only_one(wish: ConnectionWish, rows: list[Connection]) -> Connection | None:
    return rows[0] if len(rows) == 1 and not wish.name else None


def _without_name(wish: ConnectionWish, rows: list[Connection]) -> Connection | None:
    return next((row for row in rows if not row.name), None) if wish.name else None


def _known(row: Connection | None, wish: ConnectionWish | None) -> Known:
    before = row.name if row else None
    return Known(
        system=wish.system if wish else row.system if row else "",
        name=(wish.name if wish else None) or before or "",
        before=before,
        connected=row is not None and row.status in CONNECTED,
        wish=wish,
    )


def read_satisfied(wishes: Wishes, stored: Stored) -> set[Path]:
    """Where the file has mappings that are stored as they are wanted: nothing needs to be read for them."""
    if stored.partner_id is None:
        return set()
    wanted: dict[ProgramKey, list[MappingWish]] = {}
    for mapping in wishes.mappings:
        if key := program_of(mapping, wishes, stored):
            wanted.setdefault(key, []).append(mapping)
    found: set[Path] = set()
    with partner_scope(stored.partner_id):
        for row in Program.objects.select_related("source", "target"):
            key = next((key for key in wanted if _is_row(key, row, stored)), None)
            found |= set(_satisfied_in(row, wanted[key])) if key else set()
    return found


def _is_row(key: ProgramKey, row: Program, stored: Stored) -> bool:
    before = {known.place: (known.system, known.before) for known in stored.connections}
    there = row.slug, (row.source.system, row.source.name), (row.target.system, row.target.name)
    return there == (key.slug, before.get(key.source), before.get(key.target))


def _satisfied_in(program: Program, wanted: Iterable[MappingWish]) -> Iterable[Path]:
    index = CustomerIndex(Customer.objects.filter(source=program.source))
    present = Mapping.objects.filter(program=program).select_related("target_customer", "template")
    rows = {(row.customer_id, row.motion): row for row in present}
    for wish in wanted:
        shape = wish.shape
        found = index.find(shape.customer)
        row = rows.get((found[0].pk, shape.motion)) if len(found) == 1 else None
        if row is not None and _as_wanted(row, shape.target_customer, shape.invoice_template):
            yield wish.path


def _as_wanted(row: Mapping, target_customer: int, template: int) -> bool:
    gone = row.target_customer.gone or row.template.gone
    return not gone and (row.target_customer.external_id, row.template.external_id) == (target_customer, template)


def _key(program: ProgramWish, stored: Stored) -> ProgramKey:
    source, target = stored.place_of(program.shape.source), stored.place_of(program.shape.target)
    return ProgramKey(program.shape.program, source, target)


def _partner_problems(wishes: Wishes, stored: Stored) -> Iterable[FileProblem]:
    if stored.partner_id is None and not wishes.partner.name:
        text = (
            f"“name” is missing: there is no partner “{wishes.partner.slug}” yet. Give it a name, or correct the slug."
        )
        yield wishes.document.problem(("partner",), text)


def _connection_problems(wishes: Wishes, stored: Stored) -> Iterable[FileProblem]:
    for wish in wishes.connections:
        known, label = stored.of_wish(wish), wish.definition.label
        others = [one.name for one in stored.connections if one.system == wish.system and one is not known and one.name]
        if known.before is None and not wish.name and others:
            text = f"“name” is missing: this partner has several {label} connections: {', '.join(others)}."
            yield wishes.document.problem(wish.path, text)
        elif taken := next((one for one in stored.connections if _takes_name(one, known)), None):
            text = f"“{known.name}” is the {known_systems()[taken.system].label} connection already."
            yield wishes.document.problem((*wish.path, "name"), f"{text} Choose another name.")
        elif not known.connected and (missing := wish.missing_keys()):
            keys = " and ".join(f"“{key}”" for key in missing)
            verb = "are" if len(missing) > 1 else "is"
            yield wishes.document.problem(wish.path, f"{keys} {verb} missing: {label} is not connected yet.")


def _takes_name(one: Known, known: Known) -> bool:
    return bool(known.name) and one is not known and one.name == known.name and known.before != known.name


def _program_problems(wishes: Wishes, stored: Stored) -> Iterable[FileProblem]:
    for program in wishes.programs:
        for side in ("source", "target"):
            if text := _not_a(side, getattr(program.shape, side), stored):
                yield wishes.document.problem((*program.path, side), text)


def _not_a(side: str, written: str, stored: Stored) -> str:
    """Why what is written names no connection on that side, "" where it does."""
    of_side = {name for name, definition in known_systems().items() if definition.role == side}
    found = stored.meant_by(written)
    if not {written, *(known.system for known in found)} & of_side:
        names = [known.name for known in stored.connections if known.name]
        return f"There is no {side} “{written}”. {did_you_mean(written, [*sorted(of_side), *names])}"
    usable = [known for known in found if known.connected or known.wish]
    if len(usable) > 1:
        names = [known.name or "one without a name" for known in usable]
        return f"“{written}” means {len(usable)} connections: {', '.join(names)}. Write the name of one."
    return "" if usable else f"“{written}” is not connected. Add it to “connections”."


def _mapping_problems(wishes: Wishes, stored: Stored) -> Iterable[FileProblem]:
    programs = all_programs(wishes, stored)
    for mapping in wishes.mappings:
        if program := program_of(mapping, wishes, stored):
            yield from _foreign_word(mapping, program.target[0], wishes)
            continue
        meant = _programs_meant(mapping, wishes, stored)
        if not programs:
            yield wishes.document.problem(mapping.path, "There is no program to map for. Add one to “programs”.")
        elif not meant and mapping.shape.program:
            slugs = [program.slug for program in programs]
            text = f"There is no program “{mapping.shape.program}” here. {did_you_mean(mapping.shape.program, slugs)}"
            yield wishes.document.problem((*mapping.path, "program"), text)
        elif not meant:
            yield wishes.document.problem(mapping.path, "There is no program from this “source” to this “target”.")
        elif len({program.slug for program in meant}) > 1:
            yield wishes.document.problem(mapping.path, "“program” is missing: this partner has several.")
        else:
            side = "source" if len({program.source for program in meant}) > 1 else "target"
            text = f"“{side}” is missing: this partner has several programs of this name. Write the connection’s name."
            yield wishes.document.problem(mapping.path, text)


def _foreign_word(mapping: MappingWish, target: str, wishes: Wishes) -> Iterable[FileProblem]:
    """A word of one target means nothing at another."""
    key, everywhere = mapping.customer_key, CUSTOMER_KEYS[0]
    definition = next((each for each in known_targets() if each.name == target), None)
    if definition and key not in (everywhere, *definition.customer_keys):
        text = f"“{key}” is not a word of {definition.label}. Write “{everywhere}”."
        yield wishes.document.problem((*mapping.path, key), text, key=True)
