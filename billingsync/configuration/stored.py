"""What the database holds already of what a file wants; finds out what must be asked of vendors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.models import Partner
from accounts.services import find_partner
from billingsync.configuration.document import Path
from billingsync.configuration.places import Known, Place, known_connections
from billingsync.configuration.problems import did_you_mean
from billingsync.configuration.wishes import ConnectionWish, MappingWish, ProgramWish, Wishes
from connections.models import Connection
from core.scope import partner_scope
from customers.models import Customer, Mapping
from programs.models import Program


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


def program_of(mapping: MappingWish, wishes: Wishes, stored: Stored) -> ProgramKey | None:
    """The program that a mapping belongs to; None where that is not clear."""
    found = programs_meant(mapping, wishes, stored)
    return found[0] if len(found) == 1 else None


def all_programs(wishes: Wishes, stored: Stored) -> list[ProgramKey]:
    """Programs of the file, then those that only the database has."""
    listed = [_key(program, stored) for program in wishes.programs]
    return listed + [program for program in stored.programs if program not in listed]


def programs_meant(mapping: MappingWish, wishes: Wishes, stored: Stored) -> list[ProgramKey]:
    """The programs that a mapping may belong to, as far as it says."""
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


def load_stored(wishes: Wishes) -> Stored:
    """What the database has of the partner, and what the file is about."""
    partner_id = find_partner(wishes.partner.slug)
    if partner_id is None:
        return Stored(None, connections=known_connections(wishes, []))
    with partner_scope(partner_id):
        known = known_connections(wishes, list(Connection.objects.order_by("pk")))
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


def _as_wanted(row: Mapping, target_customer: str, template: str) -> bool:
    gone = row.target_customer.gone or row.template.gone
    return not gone and (row.target_customer.external_id, row.template.external_id) == (target_customer, template)


def _key(program: ProgramWish, stored: Stored) -> ProgramKey:
    source, target = stored.place_of(program.shape.source), stored.place_of(program.shape.target)
    return ProgramKey(program.shape.program, source, target)
