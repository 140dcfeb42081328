"""Mappings as a table: what an export holds, and what an import asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.sheets.cells import as_whole_number, lost_digits
from core.sheets.reading import Row, read_table
from customers.mapping_batches import Wish
from customers.models import Customer, Mapping, Pricing, TargetCustomer, Template
from customers.selectors import MappedTo
from customers.services import MappingRefused, check_template
from money.enums import Motion
from programs.models import Program

# Ids decide; names and amounts are for whoever reads the file.
NEEDED = ("customer_id", "motion", "target_customer_id", "template_id")
OPTIONAL = ("pricing", "sync")
FOR_READERS = ("customer", "domain", "retail", "month", "target_customer", "template")
COLUMNS = (
    "customer_id", "customer", "domain", "motion", "retail", "month",
    "target_customer_id", "target_customer", "template_id", "template", "pricing", "sync",
)  # fmt: skip
AMOUNTS = ("retail",)
MOST_BYTES = 12_000_000  # of 16-bit text too
MOST_ROWS = 20_000
_SHOWN = 20  # of the lines that say something twice
_SYNC = {"on": True, "yes": True, "true": True, "1": True, "off": False, "no": False, "false": False, "0": False}


def mapping_cells(customer: Customer, motion: str, retail: str, month: str, mapping: MappedTo | None) -> list[str]:
    """One row of an export, in the order of ``COLUMNS``. ``retail`` and ``month`` as the caller writes them."""
    told = [customer.external_id, customer.name, customer.domain, motion, retail, month]
    if mapping is None:
        return [*told, "", "", "", "", "", ""]
    owner, template = (str(mapping.customer_id), mapping.customer), (str(mapping.template_id), mapping.template)
    return [*told, *owner, *template, mapping.pricing, "on" if mapping.sync_on else "off"]


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong with a line, and what to do about it."""

    line: int
    text: str
    cure: str

    def as_json(self) -> dict[str, Any]:
        """As a batch keeps it."""
        return {"line": self.line, "text": self.text, "cure": self.cure}


@dataclass(frozen=True, slots=True)
class MappingReading:
    """What a file asks for. ``notes`` are about the file as a whole."""

    wishes: list[Wish]
    problems: list[LineProblem]
    notes: list[str]


def read_mappings(program: Program, content: bytes) -> MappingReading:
    """The wishes of a file, or what is wrong with its lines. Raises ``UnreadableFile``.

    ``content`` is of at most ``MOST_BYTES``. A line without a template asks for nothing: a file takes no mapping away.
    """
    table = read_table(content, needed=NEEDED, most_rows=MOST_ROWS)
    known = _Known(program, table.rows)
    wishes: dict[tuple[int, str], Wish] = {}
    problems: list[LineProblem] = []
    repeated: list[int] = []
    for row in table.rows:
        try:
            wish = known.wish(row)
        except _LineRefused as refusal:
            problems.append(LineProblem(row.line, str(refusal), refusal.cure))
            continue
        first = wishes.setdefault((wish.customer_id, wish.motion), wish)
        if first.line != row.line and replace(wish, line=first.line) == first:
            repeated.append(row.line)
        elif first.line != row.line:
            text = f"Line {first.line} is about the same customer and motion."
            problems.append(LineProblem(row.line, text, "Keep one of the two lines."))
    return MappingReading(list(wishes.values()), problems, [*table.notes, *_notes(table.columns, repeated)])


def _notes(columns: Sequence[str], repeated: Sequence[int]) -> list[str]:
    ignored = [name for name in columns if name and name not in {*NEEDED, *OPTIONAL, *FOR_READERS}]
    notes = [f"Columns that were not read: {', '.join(ignored)}."] if ignored else []
    if repeated:
        lines = ", ".join(map(str, repeated[:_SHOWN])) + (" and others" if len(repeated) > _SHOWN else "")
        notes.append(f"Lines that say once more what an earlier one says were read once: {lines}.")
    return notes


class _LineRefused(Exception):
    def __init__(self, text: str, cure: str) -> None:
        super().__init__(text)
        self.cure = cure


class _Known:
    """The customers and templates that the rows name, read once."""

    def __init__(self, program: Program, rows: Sequence[Row]) -> None:
        self.program = program
        words = {row.cells.get("customer_id", "").casefold() for row in rows}
        customers = Customer.objects.filter(source_id=program.source_id)
        self.by_id = {each.external_id: each for each in customers.filter(external_id__in=words)}
        self.by_domain: Dict[str, list[Customer]] = defaultdict(list)
        for each in customers.filter(domain__in=words - {""}):
            self.by_domain[each.domain].append(each)
        named = {row.cells.get("template_id", "") for row in rows}
        ids = named | {as_whole_number(word) for word in named}
        templates = Template.objects.filter(target_id=program.target_id, external_id__in=ids).defer("lines")
        self.templates = {each.external_id: each for each in templates}
        owners = {each.customer_external_id for each in self.templates.values()}
        found = TargetCustomer.objects.filter(target_id=program.target_id, external_id__in=owners)
        self.owners = {each.external_id: each for each in found}
        pks = {each.pk for each in (*self.by_id.values(), *(one for some in self.by_domain.values() for one in some))}
        mappings = Mapping.objects.filter(program=program, customer_id__in=pks)
        self.present = {(each.customer_id, each.motion): each.template_id for each in mappings}

    def wish(self, row: Row) -> Wish:
        """What the row asks for. Raises ``_LineRefused``."""
        customer, motion = self._customer(row), _motion(row)
        pricing, sync_on = _pricing(row), _sync(row)
        template, owner = self._destination(row, customer, motion)
        if template is None:
            return Wish(customer.pk, motion, line=row.line)
        return Wish(customer.pk, motion, template, owner, pricing, sync_on, row.line)

    def _customer(self, row: Row) -> Customer:
        word = row.cells.get("customer_id", "").casefold()
        if not word:
            raise _LineRefused("The customer’s id is missing.", "Fill in customer_id: the tenant’s id, or its domain.")
        if word in self.by_id:
            return self.by_id[word]
        found = self.by_domain.get(word, [])
        if len(found) == 1:
            return found[0]
        if found:
            raise _LineRefused(f"Several customers have the domain “{_cut(word)}”.", "Name the tenant’s id instead.")
        cure = "Copy the id from an export. A new customer appears after the next sync."
        raise _LineRefused(f"There is no customer “{_cut(word)}” in the source.", cure)

    def _destination(
        self, row: Row, customer: Customer, motion: str
    ) -> tuple[Template, TargetCustomer] | tuple[None, None]:
        owner_id, template_id = (row.cells.get(name, "") for name in ("target_customer_id", "template_id"))
        if not owner_id and not template_id:
            return None, None
        if not owner_id or not template_id:
            raise _LineRefused("One of target_customer_id and template_id is empty.", "Fill in both, or neither.")
        _refuse_lost_digits(owner_id, template_id)
        template = self.templates.get(template_id) or self.templates.get(as_whole_number(template_id))
        if template is None:
            cure = "Correct the id, or press Refresh on the Billing page if the template is new."
            raise _LineRefused(f"There is no invoice template {_cut(template_id)} in the target.", cure)
        owner = self.owners.get(template.customer_external_id)
        if owner is None or owner.external_id not in {owner_id, as_whole_number(owner_id)}:
            text = f"The template {template.external_id} does not belong to the target’s customer {_cut(owner_id)}."
            whose = f"It belongs to {template.customer_external_id}. Correct one of the two ids."
            raise _LineRefused(text, whose)
        if self.present.get((customer.pk, motion)) != template.pk:
            self._check(owner, template)
        return template, owner

    def _check(self, owner: TargetCustomer, template: Template) -> None:
        try:
            check_template(self.program, owner, template)
        except MappingRefused as refusal:
            raise _LineRefused(str(refusal), "Choose another template.") from refusal


def _refuse_lost_digits(*cells: str) -> None:
    for cell in cells:
        if lost_digits(cell):
            cure = "Format the column as text, and copy the ids from an export again."
            raise _LineRefused(f"“{_cut(cell)}” is a number that the spreadsheet rewrote.", cure)


def _motion(row: Row) -> str:
    found = _choice(row.cells.get("motion", ""), Motion)
    if found is None:
        raise _LineRefused(f"“{_cut(row.cells.get('motion', ''))}” is no motion.", f"Use {', '.join(list(Motion))}.")
    return found


def _pricing(row: Row) -> str:
    word = row.cells.get("pricing", "")
    found = _choice(word, Pricing) if word else ""
    if found is None:
        raise _LineRefused(f"“{_cut(word)}” is no pricing strategy.", f"Use {', '.join(Pricing.values)}.")
    return found


def _sync(row: Row) -> bool | None:
    word = row.cells.get("sync", "").casefold()
    if word and word not in _SYNC:
        raise _LineRefused(f"“{_cut(word)}” says neither on nor off.", "Use on or off in the column sync.")
    return _SYNC.get(word)


def _choice(word: str, choices: type[Motion | Pricing]) -> str | None:
    """The value of a choice that is named by its value or by its label."""
    wanted = word.casefold()
    return next((str(each.value) for each in choices if wanted in {each.value, str(each.label).casefold()}), None)


def _cut(word: str) -> str:
    return word if len(word) <= 60 else f"{word[:60]}…"
