"""The books of a partner: the source, the target, and the product's memory of both, month after month.

What decides is the product's own code; the rest is carried out here, in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.bookkeeping.charges import MOTIONS, WORDS, Charge, classify_again, classify_invoice
from tests.bookkeeping.facts import Mapping, Numbers, Told, facts_of
from tests.bookkeeping.gate import let_in
from tests.bookkeeping.ledger import Ledger
from tests.bookkeeping.product import (
    Action,
    Choice,
    LineState,
    MappingFacts,
    Motion,
    OwnLine,
    PartRole,
    PartState,
    Plan,
    PlannedChange,
    Rules,
    TemplateLine,
    Upheaval,
    find_mark,
    guard_reason,
    hold_of_removals,
    hold_removals,
    month_after,
    note_of_removals,
    plan_billing,
)
from tests.bookkeeping.regular import join_waiting_credits
from tests.bookkeeping.source import Invoice, Source
from tests.bookkeeping.target import Amount, Target, add_up, amount_of

MappingKey = tuple[str, str]  # customer, motion
Written = tuple[PlannedChange, TemplateLine]


@dataclass(frozen=True, slots=True)
class Synced:
    """What one sync did; ``waits``: why nothing was written."""

    plan: Plan
    waits: str
    written: list[Written]

    @property
    def writes(self) -> list[PlannedChange]:
        """The changes that were sent to the target."""
        return [change for change, _ in self.written if change.action.writes]


@dataclass(slots=True)
class Books:
    """One partner's program."""

    rules: Rules = field(default_factory=Rules)
    source: Source = field(default_factory=Source)
    target: Target = field(default_factory=Target)
    ledger: Ledger = field(default_factory=Ledger)
    charges: list[Charge] = field(default_factory=list)
    imported: int = 0  # invoices of the source, from the first
    mappings: dict[MappingKey, Mapping] = field(default_factory=dict)
    subscriptions: Numbers = field(default_factory=Numbers)
    customers: Numbers = field(default_factory=Numbers)
    first_month: str = "2026-10"  # templates run first on the day after it
    gated: bool = False  # whether an invoice may have to wait as the second issue of an earlier one

    # --- What the world does ---

    def receive(self, invoice: Invoice) -> None:
        """An invoice of the distributor is there."""
        again = any(one.number == invoice.number for one in self.source.invoices)
        self.source.invoices.append(invoice)
        invoice.place = len(self.source.invoices)
        invoice.credit_name = f"{invoice.number}#{invoice.place}" if again else invoice.number

    def replace_invoice(self, earlier: Invoice) -> None:
        """An invoice counts no more: another one takes its place."""
        earlier.state = "replaced"

    def mapping(self, customer: str, motion: str) -> Mapping:
        """The mapping of a customer and motion, to a template of its own where nobody said another."""
        known = self.mappings.get((customer, motion))
        if known is None:
            number, next_run = str(100 + self.customers.of(customer)), month_after(self.first_month)
            template = self.target.open_template(f"{customer} {motion}", number, next_run)
            known = Mapping(len(self.mappings) + 1, customer, motion, template.template_id)
            self.mappings[customer, motion] = known
        return known

    # --- What the product does ---

    def import_invoices(self) -> None:
        """Classify the rows that are new, and once more those that nobody understood."""
        classify_again(self.source, self.charges)
        for invoice in self.source.invoices[self.imported :]:
            self.charges += classify_invoice(self.source, invoice, self.charges)
            if self.gated:
                let_in(invoice, self.source.invoices[: invoice.place - 1], self.charges)
        self.imported = len(self.source.invoices)
        for charge in self.charges:
            if charge.row.subscription:
                self.subscriptions.of(charge.row.subscription)
            if not charge.is_unknown:
                self.mapping(charge.customer, charge.motion)

    def facts(self) -> list[MappingFacts]:
        """What planning is told now."""
        return facts_of(self.told(), self.mappings.values())

    def told(self) -> Told:
        """All that it is made of."""
        return Told(
            source=self.source,
            target=self.target,
            ledger=self.ledger,
            charges=self.charges,
            rules=self.rules,
            subscriptions=self.subscriptions,
            customers=self.customers,
        )

    def plan(self) -> Plan:
        """The plan of all mappings as things stand."""
        self.import_invoices()
        join_waiting_credits(self.charges, self.ledger, MOTIONS)
        templates = {number: record for number in self.target.templates if (record := self.target.record(number))}
        return plan_billing(self.facts(), self._left_behind(), templates, self.ledger.choices)

    def _left_behind(self) -> list[OwnLine]:
        return [
            own
            for own in self.ledger.known_lines()
            if own.state is LineState.STANDING
            and not self.mapping(self.customers.name(own.customer_id), WORDS[Motion(own.motion)]).active
        ]

    def guard(self, plan: Plan) -> str:
        """Why the plan waits for a person because it changes very much, "" where it need not.

        Where too many lines would go, those removals wait, and the rest of the plan goes on.
        """
        first = {(facts.mapping.customer_id, facts.mapping.motion) for facts in self.facts() if facts.first}
        upheaval = Upheaval()
        upheaval.count(plan.changes, first, self._usual_usage(plan))
        lines = [own for own in self.ledger.known_lines() if own.state is LineState.STANDING]
        recurring = [own for own in lines if own.role is PartRole.RECURRING]
        total = sum((own.quantity * own.retail_cents / 100 for own in recurring), Decimal(0))
        hold = hold_of_removals(self.told().months, upheaval, line_count=len(recurring))
        if hold is not None:
            plan.changes[:] = hold_removals(plan.changes, hold, first)
            plan.notes.append(note_of_removals(hold, upheaval.removed_retail))
        return guard_reason(upheaval, line_count=len(recurring), total=total)

    def _usual_usage(self, plan: Plan) -> MappingOf[tuple[int, str], Decimal]:
        """The most that was written of a subscription's usage in one other period."""
        planned = {(c.subscription_id, c.period) for c in plan.changes if c.role is PartRole.USAGE}
        usual: dict[tuple[int, str], Decimal] = {}
        for (subscription, _, period), kept in self.ledger.kept.items():
            parts = [p for p in kept.posted.parts if p.role is PartRole.USAGE]
            written = [p.retail for p in parts if p.state in (PartState.SYNCED, PartState.BILLED)]
            if written and any(s == subscription and period != other for s, other in planned):
                key = subscription, str(PartRole.USAGE)
                usual[key] = max(usual.get(key, Decimal(0)), sum(written, Decimal(0)))
        return usual

    def sync(self, *, waits: str = "", writes_succeed: bool = True) -> Synced:
        """Plan, and carry it out unless it waits for a person, for this reason or the guard's."""
        plan = self.plan()
        waits = waits or self.guard(plan)
        return Synced(plan, waits, self.carry_out(plan, waits=bool(waits), writes_succeed=writes_succeed))

    def carry_out(self, plan: Plan, *, waits: bool = False, writes_succeed: bool = True) -> list[Written]:
        """Remember a plan and, unless it waits for a person, write it; answers what was done."""
        self.ledger.remember(plan, self.target, waits=waits)
        writes = writes_succeed and not waits
        return [
            self._write(change)
            for change in plan.changes
            if not change.hold and (writes or change.action is Action.KEEP)
        ]

    def _write(self, change: PlannedChange) -> Written:
        if change.action is Action.REMOVE_LINE:
            assert change.line_id is not None
            line = self.target.lines.pop(change.line_id)
            self.ledger.took_off(change)
        else:
            assert change.after is not None
            line = self.target.write(change.template_id, change.after, change.line_id)
            next_run = self.target.templates[change.template_id].next_run
            self.ledger.wrote(change, line, next_run, self.subscriptions.name(change.subscription_id))
        return change, line

    def generate(self) -> None:
        """Every template makes an invoice of all its lines."""
        self.target.generate(list(self.target.templates))

    def decide(self, subject: str, choice: Choice) -> None:
        """A person answers an open question; the next sync plans with the answer."""
        self.ledger.choices[subject] = choice

    # --- What a test asks ---

    def our_lines(self) -> list[TemplateLine]:
        """Lines of ours on all templates."""
        ours = {own.line_id for own in self.ledger.known_lines()}
        return [line for number, line in self.target.lines.items() if number in ours or find_mark(line.description)]

    def to_bill(self) -> Amount:
        """Cost and retail of our lines on the next invoices of all templates."""
        return add_up(map(amount_of, self.our_lines()))

    def billed(self) -> Amount:
        """Cost and retail of our lines on all invoices so far."""
        ours = set(self.ledger.own)
        lines = (line for invoice in self.target.invoices for line in invoice.lines)
        return add_up(amount_of(line) for line in lines if line.line_id in ours)

    def marks(self) -> Counter[str]:
        """How many lines on the templates carry each mark."""
        return Counter(mark for line in self.target.lines.values() if (mark := find_mark(line.description)))

    def times_billed(self) -> Counter[str]:
        """How many invoices carry each of our one-time lines."""
        lines = (line for invoice in self.target.invoices for line in invoice.lines if line.one_time)
        return Counter(mark for line in lines if (mark := find_mark(line.description)))


def with_rules(**over: object) -> Books:
    """Books of a program with these settings."""
    return Books(rules=replace(Rules(), **over))
