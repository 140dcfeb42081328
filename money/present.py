"""What stands in the target now: lines of ours and of others, looked up by mark, id and product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from connectors.records import InvoiceTemplate, LineValues, TemplateLine, id_order
from money.amounts import amount_of_values
from money.enums import Action, LineState, PartRole
from money.facts import MappingFacts, OwnLine, ProductFact
from money.marks import find_mark, with_mark
from money.plan import PlannedChange
from money.words import Money, from_cents, to_cents

ONE_TIME_ROLES = frozenset(role for role in PartRole if role is not PartRole.RECURRING)


class TemplateLines:
    """The lines of one template as last read, by id and by mark. None is a template that is gone."""

    def __init__(self, template: InvoiceTemplate | None) -> None:
        self.template = template
        self._by_id: dict[str | None, TemplateLine] = {}
        self._by_mark: dict[str, list[TemplateLine]] = defaultdict(list)
        for line in template.lines if template else ():
            self._by_id[line.line_id] = line
            self._by_mark[find_mark(line.description)].append(line)

    def by_id(self, line_id: str | None) -> TemplateLine | None:
        """The line with this id."""
        return self._by_id.get(line_id)

    def ours(self, mark: str, own: OwnLine | None) -> TemplateLine | None:
        """Our line as it stands: by its id, else by its mark."""
        found = self.by_id(own.line_id) if own is not None else None
        if found is not None:
            return found
        return min(self._by_mark.get(mark, ()), key=lambda line: id_order(line.line_id), default=None)

    def marked(self, mark: str) -> list[TemplateLine]:
        """All lines that carry the mark; more than one means a line was written twice."""
        return self._by_mark.get(mark, [])


class OwnLines:
    """Our lines of one mapping as the ledger knows them, on any template, by mark."""

    def __init__(self, lines: Iterable[OwnLine]) -> None:
        self._standing: dict[str, OwnLine] = {}
        self._lost: dict[str, OwnLine] = {}
        self.all_standing: list[OwnLine] = []
        for line in lines:
            if line.state is LineState.STANDING:
                self.all_standing.append(line)
                self._standing.setdefault(line.mark, line)
            elif line.state is LineState.LOST:
                self._lost[line.mark] = line

    def standing(self, mark: str) -> OwnLine | None:
        """The line that we have standing under this mark."""
        return self._standing.get(mark)

    def lost(self, mark: str) -> OwnLine | None:
        """The last line of this mark that was lost, where none stands."""
        return None if mark in self._standing else self._lost.get(mark)


class PresentLines:
    """All that stands for one mapping: our lines, and those of the templates on which they are."""

    def __init__(self, facts: MappingFacts) -> None:
        template = facts.template
        self.here = TemplateLines(template)
        self.own = OwnLines(facts.own_lines)
        self.foreign_ids: Collection[str] = facts.foreign_ids
        self.carried: Collection[str] = facts.carried  # marks that a generated invoice carries
        self.billed_before = facts.billed_before  # of those, what a run billed just before their line was changed
        self._others = facts.other_templates
        self._read: dict[str, TemplateLines] = {template.template_id: self.here} if template else {}

    def on(self, template_id: str) -> TemplateLines:
        """Lines of the mapping's template, or of one that it was moved from."""
        if template_id not in self._read:
            self._read[template_id] = TemplateLines(self._others.get(template_id))
        return self._read[template_id]

    def line_of(self, own: OwnLine) -> TemplateLine | None:
        """A line of ours as it stands, on whatever template."""
        return self.on(own.template_id).ours(own.mark, own)

    def recurring_lines(self) -> Iterator[OwnLine]:
        """Our recurring lines that stand."""
        return (own for own in self.own.all_standing if own.role is PartRole.RECURRING)

    def one_time_lines(self) -> Iterator[OwnLine]:
        """Our one-time lines that stand."""
        return (own for own in self.own.all_standing if own.role in ONE_TIME_ROLES)

    def unit_under(self, mark: str) -> Money | None:
        """Unit prices on the line of this mark as it stands; None where there is none."""
        own = self.own.standing(mark)
        lines = self.on(own.template_id) if own else self.here
        line = lines.ours(mark, own)
        return unit_of(line) if line else None

    def foreign_of(self, product: ProductFact) -> list[TemplateLine]:
        """Lines on the mapping's template that are not ours and bill this product, in the order of the template."""
        lines = self.here.template.lines if self.here.template else ()
        return [line for line in lines if line.line_id in self.foreign_ids and product.is_on(line)]

    def to_adopt(self, line_id: str | None, mark: str) -> TemplateLine | None:
        """The foreign line that a person told us to take over under this mark.

        None once we have a line of our own, and for a line that is gone, one-time, or counted by the target.
        """
        if line_id not in self.foreign_ids or self.own.standing(mark):
            return None
        line = self.here.by_id(line_id)
        return None if line is None or line.counted_by_target or line.one_time else line


def line_by_id(template: InvoiceTemplate | None, line_id: str) -> TemplateLine | None:
    """The template's line with this id."""
    lines = template.lines if template else ()
    return next((line for line in lines if line.line_id == line_id), None)


def lines_by_mark(template: InvoiceTemplate | None, mark: str) -> list[TemplateLine]:
    """All lines that carry the mark; more than one means a line was written twice."""
    lines = template.lines if template else ()
    return [line for line in lines if find_mark(line.description) == mark]


def values_of(line: TemplateLine) -> LineValues:
    """A line as it stands, as values to write."""
    return LineValues(
        product_id=line.product_id,
        name=line.name,
        description=line.description,
        quantity=line.quantity,
        retail_cents=line.retail_cents,
        cost_cents=line.cost_cents,
        taxable=line.taxable,
        one_time=line.one_time,
        position=line.position,
    )


def changed_values(line: TemplateLine, *, mark: str, quantity: Decimal, unit: Money, one_time: bool) -> LineValues:
    """The line with our quantity, prices and mark; name, tax flag and place stay the user's."""
    return replace(
        values_of(line),
        description=with_mark(line.description, mark),
        quantity=quantity,
        retail_cents=to_cents(unit.retail),
        cost_cents=to_cents(unit.cost),
        one_time=one_time,
    )


def unit_of(line: TemplateLine) -> Money:
    """Unit prices of a line, in currency units."""
    return Money(from_cents(line.cost_cents), from_cents(line.retail_cents))


def removal_of(
    own: OwnLine,
    line: TemplateLine,
    what: str,
    reason: str,
    *,
    moves: bool = False,
    goes_on: bool = False,
    asked_for: bool = False,
) -> PlannedChange:
    """The change that takes one line of ours off its template; ``what`` is for people."""
    amount = amount_of_values(line)
    return PlannedChange(
        action=Action.REMOVE_LINE,
        role=own.role,
        mark=own.mark,
        customer_id=own.customer_id,
        motion=own.motion,
        subscription_id=own.subscription_id,
        period=own.period,
        template_id=own.template_id,
        what=what,
        reason=reason,
        line_id=line.line_id,
        before=values_of(line),
        retail=-amount.retail,
        cost=-amount.cost,
        moves=moves,
        goes_on=goes_on,
        asked_for=asked_for,
    )
