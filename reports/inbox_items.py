"""The facts that a person needs to decide about an item: amounts, invoice, rows, and lines side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import F

from connectors.records import TemplateLine
from customers.models import Template
from customers.target_copy import template_record
from invoices.models import Charge
from invoices.unknown import unknown_rows_of
from money.enums import Chosen, HoldCode, LineState, Question
from money.facts import ProductFact
from money.holds import question_of
from money.words import from_cents
from programs.models import Program
from programs.selectors import source_currency
from reports.run import change_row
from syncs.deciding.answers import ChoiceButton, choices_of
from syncs.facts.products import load_product_facts
from syncs.models import Change, Finding, Line

MOST_UNKNOWN = 10  # of rows that fit no rule
MOST_ROWS = 3  # source rows that are named; the rest is behind a link


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line that stands, or one that would be written. Amounts in currency units; None where unknown."""

    label: str
    name: str
    quantity: Decimal | None
    price: Decimal | None

    @property
    def total(self) -> Decimal | None:
        """What the line bills."""
        return None if self.quantity is None or self.price is None else self.quantity * self.price


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A finding to decide about, with its answers; ``adoptable`` are lines that *adopt* may take over."""

    finding: Finding
    currency: str
    choices: list[ChoiceButton]
    adoptable: list[TemplateLine] = field(default_factory=list)
    change: Change | None = None
    period: str = ""
    lines: list[LineFacts] = field(default_factory=list)
    charges: list[Charge] = field(default_factory=list)  # source rows, at most a few
    charge_count: int = 0

    @property
    def more_charges(self) -> int:
        """How many source rows are not named."""
        return self.charge_count - len(self.charges)


def items_of(findings: Sequence[Finding], programs: Iterable[Program]) -> list[InboxItem]:
    """Findings of these programs with what a person needs to decide. Seven queries, whatever their number."""
    facts = _Facts(findings, programs)
    return [_item(finding, facts) for finding in findings]


Item = tuple[int, str]  # id of the program, and the subject: programs may have the same one


class _Facts:
    """Everything about some findings, by program and subject."""

    def __init__(self, findings: Sequence[Finding], programs: Iterable[Program]) -> None:
        subjects = [finding.subject for finding in findings]
        held = Change.objects.filter(subject__in=subjects, run__preview=False)
        held = held.annotate(target_id=F("program__target_id"))
        self.changes = {(change.program_id, change.subject): change for change in held.order_by("pk")}
        self.adoptable = _adoptable_lines(self.changes.values())
        self.charges = _named_charges(self.changes.values())
        asked = [subject for subject in subjects if question_of(subject) is Question.UNKNOWN]
        self.unknown = unknown_rows_of(asked) if asked else {}
        named = {pk for ids in self.unknown.values() for pk in ids[:MOST_UNKNOWN]}
        self.unknown_rows = Charge.objects.select_related("invoice").defer("raw").in_bulk(named) if named else {}
        marks = [subject.partition(":")[2] for subject in subjects]
        self.programs = {program.pk: program for program in programs}
        lines = Line.objects.filter(program__in=self.programs, mark__in=marks, state=LineState.STANDING)
        self.standing = {(line.program_id, line.mark): line for line in lines.select_related("product")}


def _item(finding: Finding, facts: _Facts) -> InboxItem:
    item = finding.program_id, finding.subject
    change = facts.changes.get(item)
    mark = finding.subject.partition(":")[2]
    adoptable = facts.adoptable.get(item, [])
    unknown = facts.unknown.get(finding.subject, [])
    named = [facts.unknown_rows[pk] for pk in unknown[:MOST_UNKNOWN]]
    return InboxItem(
        finding=finding,
        currency=source_currency(facts.programs[finding.program_id]),
        choices=[c for c in choices_of(finding.subject) if c.value != Chosen.ADOPT or adoptable],
        adoptable=adoptable,
        change=change,
        period=change.period if change else "",
        lines=[*_standing(adoptable, facts.standing.get((finding.program_id, mark))), *_written(change)],
        charges=named or facts.charges.get(item, []),
        charge_count=len(change.charge_ids) if change else len(unknown),
    )


def _standing(adoptable: Iterable[TemplateLine], own: Line | None) -> list[LineFacts]:
    lines = [
        LineFacts("On the template now", line.name, line.quantity, from_cents(line.retail_cents)) for line in adoptable
    ]
    if own is not None:
        name = own.product.name if own.product else own.get_role_display()
        lines.append(LineFacts("Our line", name, own.quantity, from_cents(own.retail_cents)))
    return lines


def _written(change: Change | None) -> list[LineFacts]:
    if change is None:
        return []
    row = change_row(change)
    if row.quantity.new is None and row.retail.new is None:
        return []
    label = "Would be set to" if change.before else "Would be added"
    return [LineFacts(label, row.name, row.quantity.new, row.retail.new)]


def _named_charges(changes: Collection[Change]) -> dict[Item, list[Charge]]:
    """The first source rows of each held change."""
    wanted = {pk for change in changes for pk in change.charge_ids[:MOST_ROWS]}
    charges = Charge.objects.filter(pk__in=wanted).select_related("invoice").defer("raw").in_bulk()
    named: dict[Item, list[Charge]] = defaultdict(list)
    for change in changes:
        named[change.program_id, change.subject] += [
            charges[pk] for pk in change.charge_ids[:MOST_ROWS] if pk in charges
        ]
    return named


def _adoptable_lines(held: Iterable[Any]) -> Mapping[Item, list[TemplateLine]]:
    """Lines typed in by hand with the product of the held change."""
    changes = [change for change in held if change.hold == HoldCode.CONFLICT and change.template_id is not None]
    if not changes:
        return {}
    ids = {change.template_id for change in changes}
    products = _products_of(changes)
    ours = set(Line.objects.filter(template_id__in=ids).values_list("target", "template_id", "line_id"))
    templates = {(row.target_id, row.external_id): row for row in Template.objects.filter(external_id__in=ids)}
    return {
        (change.program_id, change.subject): _foreign_lines(
            templates.get((change.target_id, change.template_id)),
            products.get((change.program_id, change.product_id)),
            (change.after or {}).get("product_id"),
            ours,
        )
        for change in changes
    }


def _products_of(changes: Iterable[Any]) -> dict[tuple[int, int | None], ProductFact]:
    """What stands for the products of these changes, by program and product."""
    named: dict[int, set[int]] = defaultdict(set)
    for change in changes:
        if change.product_id is not None:
            named[change.program_id].add(change.product_id)
    return {
        (program.pk, product_id): fact
        for program in Program.objects.filter(pk__in=named).select_related("target")
        for product_id, fact in load_product_facts(program, named[program.pk]).items()
    }


def _foreign_lines(
    template: Template | None, product: ProductFact | None, planned: str | None, ours: Collection[tuple[int, str, str]]
) -> list[TemplateLine]:
    """Lines that bill this product (or the one of the target that was planned), and that no program wrote."""
    if template is None:
        return []
    theirs = [
        line
        for line in template_record(template).lines
        if (template.target_id, line.template_id, line.line_id) not in ours
    ]
    return [
        line
        for line in theirs
        if (planned is not None and line.product_id == planned) or (product is not None and product.is_on(line))
    ]
