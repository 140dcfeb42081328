"""A tiny invoice template with a ledger: it carries out plans, generates invoices and forgets nothing.

It imports what plans and facts are made of, and nothing that decides: no amount, mark or fate is
computed by the code under test.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from connectors.records import LineValues, Template, TemplateLine
from syncs.models.lines import LineState, PartRole, PartState
from syncs.models.runs import Action
from syncs.planning.facts import (
    ChargeFact,
    Choice,
    MappingFacts,
    OwnLine,
    PeriodFact,
    Posted,
    PostedPart,
    ProductFact,
    Rules,
)
from syncs.planning.mapping import plan_mapping
from syncs.planning.results import Plan, PlannedChange, PlannedPart, PlannedPosting
from tests.planning.factories import MONTHLY, TEMPLATE, make_facts, make_own, make_product, make_template

MARK = re.compile(r"\[(BS:[A-Z0-9]+)\]")
Amount = tuple[Decimal, Decimal]  # cost, retail


def half_up(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def mark_in(text: str) -> str:
    found = MARK.search(text)
    return found.group(1) if found else ""


def amount_of(line: TemplateLine) -> Amount:
    """Cost and retail that an invoice with this line bills."""
    cost, retail = (Decimal(cents) / 100 for cents in (line.cost_cents, line.retail_cents))
    return half_up(line.quantity * cost), half_up(line.quantity * retail)


def add_up(amounts: list[Amount]) -> Amount:
    return sum((a[0] for a in amounts), Decimal(0)), sum((a[1] for a in amounts), Decimal(0))


@dataclass
class Simulator:
    """One mapping, its template, and the product's memory of both."""

    motion: str = MONTHLY
    pricing: dict[str, bool] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    one_time_lines_vanish: bool = True  # when the template generates
    product: ProductFact = field(default_factory=make_product)
    next_run: dt.date = dt.date(2026, 2, 1)
    lines: dict[int, TemplateLine] = field(default_factory=dict)
    foreign: frozenset[int] = frozenset()
    charges: dict[tuple[int, str], list[ChargeFact]] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)
    own: dict[str, OwnLine] = field(default_factory=dict)
    posted: dict[tuple[int, str], Posted] = field(default_factory=dict)
    invoices: list[tuple[dt.date, list[TemplateLine]]] = field(default_factory=list)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1000))

    # --- What the world does ---

    def type_in(self, line: TemplateLine) -> None:
        """Somebody adds a line by hand."""
        self.lines[line.line_id] = line
        self.foreign |= {line.line_id}

    def receive(self, subscription: int, period: str, charges: list[ChargeFact]) -> None:
        """An invoice of the distributor arrives."""
        self.charges.setdefault((subscription, period), []).extend(charges)

    def generate(self) -> None:
        """The template makes an invoice of all its lines."""
        self.invoices.append((self.next_run, list(self.lines.values())))
        self.next_run = (self.next_run.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
        if self.one_time_lines_vanish:
            self.lines = {i: line for i, line in self.lines.items() if not line.one_time}

    # --- What the product is told ---

    def facts(self) -> MappingFacts:
        newest = max((period for _, period in self.charges), default="")
        template = make_template(*self.lines.values(), next_run=self.next_run)
        return make_facts(
            *[self._period(key, newest) for key in self.charges],
            motion=self.motion,
            mapping=self.pricing,
            template=template,
            newest=newest,
            invoiced=frozenset(s for s, period in self.charges if period == newest),
            own_lines=tuple(line for line in self.own.values() if line.state in (LineState.STANDING, LineState.LOST)),
            posted=tuple(self.posted.values()),
            foreign_ids=self.foreign,
            carried=self._carried(),
            choices=self.choices,
            rules=self.rules,
            first=not self.posted,
        )

    def _period(self, key: tuple[int, str], newest: str) -> PeriodFact:
        subscription, period = key
        charges = tuple(self.charges[key])
        return PeriodFact(subscription, f"SUB-{subscription}", period, charges, self.product, current=period == newest)

    def _carried(self) -> frozenset[str]:
        carried = set()
        for own in self.own.values():
            since = own.next_run
            if own.role is PartRole.RECURRING:
                since = self._confirmed(own)
            marks = {
                mark_in(line.description) for day, lines in self.invoices if since and day >= since for line in lines
            }
            carried |= {own.mark} & marks
        return frozenset(carried)

    def _confirmed(self, own: OwnLine) -> dt.date | None:
        open_postings = [
            p
            for p in self.posted.values()
            if p.subscription_id == own.subscription_id
            and any(part.mark == own.mark and part.state in (PartState.SYNCED, PartState.HELD) for part in p.parts)
        ]
        return max(open_postings, key=lambda p: p.period).next_run if open_postings else None

    # --- What the product does ---

    def sync(self) -> Plan:
        """Plan and carry it out."""
        plan = plan_mapping(self.facts())
        self.carry_out(plan)
        return plan

    def carry_out(self, plan: Plan) -> None:
        for mark in plan.billed_marks:
            self.own[mark] = replace(self.own[mark], state=LineState.BILLED)
        for mark in plan.lost_marks:
            self.own[mark] = replace(self.own[mark], state=LineState.LOST)
        for posting in plan.postings:
            self._remember(posting)
        for change in plan.changes:
            if not change.hold:
                self._write(change)

    def _write(self, change: PlannedChange) -> None:
        if change.action is Action.REMOVE_LINE:
            assert change.line_id is not None
            del self.lines[change.line_id]
            own = self.own.get(change.mark)
            if own is not None and own.state is LineState.STANDING and own.line_id == change.line_id:
                self.own[change.mark] = replace(own, state=LineState.REMOVED)
            return
        assert change.after is not None
        line_id = change.line_id if change.line_id is not None else next(self.ids)
        line = _line(line_id, change.after)
        self.lines[line_id] = line
        self.foreign -= {line_id}
        self.own[change.mark] = make_own(
            line,
            change.mark,
            role=change.role,
            motion=self.motion,
            subscription_id=change.subscription_id,
            subscription=f"SUB-{change.subscription_id}",
            period=change.period,
            next_run=self.next_run,
        )
        self._confirm(change, line)

    def _confirm(self, change: PlannedChange, line: TemplateLine) -> None:
        key = change.subscription_id, change.period
        posted = self.posted[key]
        cost, retail = amount_of(line)
        parts = tuple(
            replace(part, state=PartState.SYNCED, cost=cost, retail=retail, reason="")
            if part.mark == change.mark and part.state is not PartState.BILLED
            else part
            for part in posted.parts
        )
        next_run = self.next_run if change.role is PartRole.RECURRING else posted.next_run
        self.posted[key] = replace(posted, parts=parts, next_run=next_run)

    def _remember(self, posting: PlannedPosting) -> None:
        key = posting.subscription_id, posting.period
        known = self.posted.get(key)
        self.posted[key] = Posted(
            subscription_id=posting.subscription_id,
            period=posting.period,
            fingerprint=posting.fingerprint,
            template_id=posting.template_id,
            next_run=known.next_run if known else None,
            unit_cost=posting.unit_cost,
            unit_retail=posting.unit_retail,
            parts=tuple(_posted(part) for part in posting.parts),
            rounding_cost=posting.rounding_cost,
            rounding_retail=posting.rounding_retail,
        )

    # --- What a test asks ---

    def would_generate(self) -> Amount:
        """Cost and retail of all our lines on the next invoice."""
        return add_up([amount_of(line) for line in self.lines.values() if mark_in(line.description)])

    def billed(self) -> Amount:
        """Cost and retail of all our lines on all invoices."""
        ours = [line for _, lines in self.invoices for line in lines if mark_in(line.description)]
        return add_up([amount_of(line) for line in ours])

    def marks(self) -> Counter[str]:
        return Counter(mark for line in self.lines.values() if (mark := mark_in(line.description)))

    def times_billed(self) -> Counter[str]:
        """How many invoices carry each of our one-time lines."""
        ours = [line for _, lines in self.invoices for line in lines if line.one_time]
        return Counter(mark for line in ours if (mark := mark_in(line.description)))

    def explained(self, key: tuple[int, str]) -> Amount:
        """What the parts of a posting, less their rules, and its rounding add up to."""
        posted = self.posted[key]
        parts = [(part.cost - part.rules_cost, part.retail - part.rules_retail) for part in posted.parts]
        return add_up([*parts, (posted.rounding_cost, posted.rounding_retail)])

    def in_state(self, state: PartState) -> Amount:
        """Money of all parts in this state."""
        return add_up([(p.cost, p.retail) for posted in self.posted.values() for p in posted.parts if p.state is state])


def _line(line_id: int, values: LineValues) -> TemplateLine:
    return TemplateLine(
        line_id=line_id,
        template_id=TEMPLATE,
        product_id=values.product_id,
        name=values.name,
        description=values.description,
        quantity=values.quantity,
        retail_cents=values.retail_cents,
        cost_cents=values.cost_cents,
        taxable=values.taxable,
        one_time=values.one_time,
        position=values.position,
    )


def _posted(part: PlannedPart) -> PostedPart:
    return PostedPart(
        role=part.role,
        mark=part.mark,
        state=part.state,
        cost=part.cost,
        retail=part.retail,
        rules_cost=part.rules_cost,
        rules_retail=part.rules_retail,
        reason=part.reason,
    )


__all__ = ["Amount", "Simulator", "Template", "add_up", "amount_of", "half_up", "mark_in"]
