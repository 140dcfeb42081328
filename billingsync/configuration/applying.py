"""Write what a file wants, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts import services as accounts
from accounts.identity import person_of
from accounts.services import AccountError
from billingsync.configuration.document import Path
from billingsync.configuration.places import Place
from billingsync.configuration.problems import ConfigurationInvalid, FileProblem
from billingsync.configuration.stored import CustomerIndex, ProgramKey, Stored, program_of
from billingsync.configuration.vendors import Answers
from billingsync.configuration.wishes import ConnectionWish, MappingWish, ProgramWish, UserWish, Wishes
from connections import services as connections
from connections.errors import ConnectionRefused
from connections.models import Connection
from connections.selectors import known_systems
from core.audit import COMMAND
from core.scope import partner_scope
from customers import services as mappings
from customers.models import Customer, Mapping, Pricing, TargetCustomer, Template
from customers.refreshing import refresh_customers
from customers.services import MappingRefused
from customers.target_copy import store_target
from programs import services as programs
from programs.models import Program


@dataclass(slots=True)
class Summary:
    """What was changed, in words, and what deserves a look."""

    partner: str
    changes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    mappings_made: int = 0
    mappings_changed: int = 0


def apply_wishes(wishes: Wishes, stored: Stored, answers: Answers) -> Summary:
    """Write everything in one transaction; raises ``ConfigurationInvalid`` and then nothing is kept."""
    writer = _Writer(wishes, stored, answers)
    with transaction.atomic():
        with writer.blaming(("partner",)):
            partner_id = writer.partner()
            with partner_scope(partner_id):
                writer.everything(partner_id)
        if writer.problems:
            raise ConfigurationInvalid(wishes.document.file, writer.problems)
    return writer.summary


class _Writer:
    """Goes on after a refusal to find the others; the transaction is given up at the end."""

    def __init__(self, wishes: Wishes, stored: Stored, answers: Answers) -> None:
        self.wishes = wishes
        self.stored = stored
        self.answers = answers
        self.problems: list[FileProblem] = []
        self.summary = Summary(wishes.partner.slug)
        self._mapped: dict[tuple[int, int, str], Path] = {}

    def partner(self) -> int:
        shape = self.wishes.partner
        given = {name: value for name, value in shape.model_dump(exclude={"slug"}).items() if value is not None}
        if self.stored.partner_id is None:
            made = accounts.create_partner(slug=shape.slug, actor=COMMAND, **given)
            self._changed(f"Partner {made.name} made")
            return made.pk
        if changed := accounts.update_partner(self.stored.partner_id, actor=COMMAND, **given):
            self._changed(f"Partner changed: {', '.join(name.replace('_', ' ') for name in changed)}")
        return self.stored.partner_id

    def everything(self, partner_id: int) -> None:
        for user in self.wishes.users:
            with self.blaming(user.path):
                self._user(user)
        for connection in self.wishes.connections:
            with self.blaming(connection.path):
                self._connection(partner_id, connection)
        self._copies(partner_id)
        for program in self.wishes.programs:
            with self.blaming(program.path):
                self._program(program)
        if self.wishes.partner.time_zone and self.stored.partner_id is not None:
            programs.reschedule_all()
        self._mappings()

    def _user(self, wish: UserWish) -> None:
        shape = wish.shape
        user = person_of(shape.email)
        if user is None:
            user = accounts.create_user(email=shape.email, password=wish.password, name=shape.name or "")
            self._changed(f"User {user.email} made")
        elif wish.password and not user.check_password(wish.password) and not accounts.works_here_alone(user):
            self._problem((*wish.path, "password_env"), f"{user.email} {NOT_YOURS_ALONE}")
            return
        elif accounts.update_user(user, password=wish.password, name=shape.name):
            self._changed(f"User {user.email} changed")
        if accounts.ensure_member(user=user, role=shape.role, actor=COMMAND):
            self._changed(f"{user.email} is {shape.role}")

    def _connection(self, partner_id: int, wish: ConnectionWish) -> None:
        label, known = wish.definition.label, self.stored.of_wish(wish)
        system, name = known.place
        if name and connections.name_connection(partner_id, system, name, COMMAND, before=known.before):
            self._changed(f"{label} is called {name}")
        if wish.definition.role == "target" and connections.enable_target(partner_id, system, COMMAND, name=name):
            self._changed(f"{label} enabled")
        if report := self.answers.reports.get(known.place):
            saved = connections.save_connection(
                partner_id,
                system=system,
                name=name,
                given=wish.credentials,
                report=report,
                actor=COMMAND,
                currency=wish.currency,
            )
            self._changed(f"{label} connected: {saved.account}")
            self.summary.warnings += [f"{label}: {text}" for text in saved.warnings]
        elif wish.currency is not None and connections.set_currency(
            partner_id, system, wish.currency, COMMAND, name=name
        ):
            self._changed(f"{label} bills in {wish.currency}")

    def _copies(self, partner_id: int) -> None:
        ids = {place: row.pk for place, row in _connections().items()}
        for place, source in self.answers.sources.items():
            refresh_customers(partner_id, ids[place], _as_client(source))
        for place, target in self.answers.targets.items():
            store_target(partner_id, ids[place], target.customers, target.templates, target.began)

    def _program(self, wish: ProgramWish) -> None:
        rows = _connections()
        _, changed = programs.save_program(
            slug=wish.shape.program,
            source=rows[self.stored.place_of(wish.shape.source)],
            target=rows[self.stored.place_of(wish.shape.target)],
            settings=wish.settings,
            actor=COMMAND,
        )
        if changed:
            self._changed(f"Program {wish.shape.program}: {', '.join(name.replace('_', ' ') for name in changed)}")

    def _mappings(self) -> None:
        by_program: dict[ProgramKey, list[MappingWish]] = {}
        for wish in self.wishes.mappings:
            if key := program_of(wish, self.wishes, self.stored):
                by_program.setdefault(key, []).append(wish)
        for key, group in by_program.items():
            program = _program_of_key(key)
            if program is not None:  # else its own problem is reported already
                self._mappings_of(program, group)

    def _mappings_of(self, program: Program, wishes: list[MappingWish]) -> None:
        finder = _Finder(program)
        for wish in wishes:
            with self.blaming(wish.path):
                self._mapping(program, finder, wish)

    def _mapping(self, program: Program, finder: _Finder, wish: MappingWish) -> None:
        shape = wish.shape
        customer = finder.customer(shape.customer)
        self._refuse_twin(program, customer, wish)
        target_customer = finder.target_customer(shape.target_customer, wish.customer_key)
        template = finder.template(shape.invoice_template, target_customer)
        before = finder.present.get((customer.pk, shape.motion))
        warnings = mappings.mapping_warnings(program=program, template=template, motion=shape.motion)
        saved = mappings.save_mapping(
            program=program,
            customer=customer,
            motion=shape.motion,
            target_customer=target_customer,
            template=template,
            pricing=shape.pricing or (before.pricing if before else Pricing.COST_AND_RETAIL),
            sync_on=shape.sync if shape.sync is not None else (before.sync_on if before else True),
            actor=COMMAND,
            confirm=True,
        )
        if before is None:
            self.summary.mappings_made += 1
        elif _values(before) != _values(saved):
            self.summary.mappings_changed += 1
        else:
            return
        line = self.wishes.document.place(wish.path).line
        self.summary.warnings += [f"line {line}: {warning.text}" for warning in warnings]

    def _refuse_twin(self, program: Program, customer: Customer, wish: MappingWish) -> None:
        """The same customer may stand there once by id and once by domain."""
        identity = (program.pk, customer.pk, wish.shape.motion)
        if first := self._mapped.get(identity):
            line = self.wishes.document.place(first).line
            raise _UnknownRecord(f"This customer and motion stands twice, first in line {line}. Keep one.", "customer")
        self._mapped[identity] = wish.path

    @contextmanager
    def blaming(self, path: Path) -> Iterator[None]:
        """What a service refuses becomes a problem of that entry of the file."""
        try:
            yield
        except _UnknownRecord as unknown:
            self._problem((*path, unknown.key), str(unknown))
        except ValidationError as error:
            for name, texts in _by_field(error).items():
                self._problem(self._nearest(path, name), " ".join(texts))
        except MappingRefused as refused:
            self._problem((*path, self._mapping_key(path, refused.field)), str(refused))
        except (AccountError, ConnectionRefused) as refused:
            self._problem(path, str(refused))

    def _mapping_key(self, path: Path, field: str) -> str:
        """The key of the file for a part of the mapping that stands there."""
        if field == "target_customer":
            return next(wish.customer_key for wish in self.wishes.mappings if wish.path == path)
        return MAPPING_KEYS.get(field, "")

    def _nearest(self, path: Path, name: str) -> Path:
        section, key = PROGRAM_KEYS.get(name, ("", name))
        return (*path, section, key) if section else (*path, key)

    def _problem(self, path: Path, text: str) -> None:
        self.problems.append(self.wishes.document.problem(path, text))

    def _changed(self, text: str) -> None:
        self.summary.changes.append(text)


# Where a setting or a part of a mapping stands in the file.
PROGRAM_KEYS = {
    "billing_enabled": ("billing", "enabled"),
    "motions": ("billing", "motions"),
    "start": ("billing", "start"),
    "approval": ("billing", "approval"),
    "prorations": ("billing", "prorations"),
    "credits": ("billing", "credits"),
    "rounding_tolerance": ("billing", "rounding_tolerance"),
    "product_mode": ("products", "mode"),
    "daily_at": ("schedule", "time"),
    "time_zone": ("schedule", "time_zone"),
}
NOT_YOURS_ALONE = "has an account that is not this partner's alone, with a password of its own. Leave password_env out."
MAPPING_KEYS = {"template": "invoice_template", "pricing": "pricing"}


class _UnknownRecord(Exception):
    """A mapping names something that does not exist; ``key`` is its key in the file."""

    def __init__(self, text: str, key: str) -> None:
        super().__init__(text)
        self.key = key


class _Finder:
    """Customers and templates that the mappings of one program name, in a few queries."""

    def __init__(self, program: Program) -> None:
        self.source = known_systems()[program.source.system].label
        self.target = known_systems()[program.target.system].label
        self.customers = CustomerIndex(Customer.objects.filter(source=program.source))
        copies = TargetCustomer.objects.filter(target=program.target, gone=False)
        self.target_customers = {row.external_id: row for row in copies}
        templates = Template.objects.filter(target=program.target, gone=False).defer("lines")
        self.templates = {row.external_id: row for row in templates}
        self.present = {(row.customer_id, row.motion): row for row in Mapping.objects.filter(program=program)}

    def customer(self, written: str) -> Customer:
        found = self.customers.find(written)
        if not found:
            text = f"{self.source} has no customer with the tenant id or domain “{written}”. "
            raise _UnknownRecord(text + self.customers.hint(written), "customer")
        if len(found) > 1:
            text = f"The domain “{written}” belongs to {len(found)} customers. Use the tenant id."
            raise _UnknownRecord(text, "customer")
        return found[0]

    def target_customer(self, external_id: str, key: str) -> TargetCustomer:
        found = self.target_customers.get(external_id)
        if found is None:
            text = f"{self.target} has no customer {external_id}. Look up its number in the address of its page."
            raise _UnknownRecord(text, key)
        return found

    def template(self, external_id: str, owner: TargetCustomer) -> Template:
        found = self.templates.get(external_id)
        if found is not None and found.customer_external_id == owner.external_id:
            return found
        if found is None:
            text = f"{self.target} has no invoice template {external_id}."
        else:
            other = self.target_customers.get(found.customer_external_id)
            name = f"{other.name} ({other.external_id})" if other else found.customer_external_id
            text = f"The invoice template {external_id} belongs to {name}, not to {owner.name} ({owner.external_id})."
        raise _UnknownRecord(f"{text} {self._templates_of(owner)}", "invoice_template")

    def _templates_of(self, owner: TargetCustomer) -> str:
        owned = [row for row in self.templates.values() if row.customer_external_id == owner.external_id]
        listed = ", ".join(f"{row.external_id} “{row.name}”" for row in owned[:5])
        return f"Templates of {owner.name}: {listed}." if listed else f"{owner.name} has no invoice template yet."


def _connections() -> dict[Place, Connection]:
    return {(row.system, row.name): row for row in Connection.objects.all()}


def _program_of_key(key: ProgramKey) -> Program | None:
    rows = Program.objects.select_related("source", "target").filter(slug=key.slug)
    ends = {"source__system": key.source[0], "source__name": key.source[1]}
    ends |= {"target__system": key.target[0], "target__name": key.target[1]}
    return rows.filter(**ends).first()


def _values(mapping: Mapping) -> tuple[object, ...]:
    return mapping.target_customer_id, mapping.template_id, mapping.pricing, mapping.sync_on


def _by_field(error: ValidationError) -> dict[str, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {"": error.messages}


def _as_client(answer: Any) -> Any:
    """What was read, in the place of the client that would read it."""
    return answer
