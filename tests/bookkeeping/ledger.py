"""The product's memory: lines of ours, what each period came to, and what people decided.

It does what the product's ledger does when a plan is carried out, and decides nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.bookkeeping.product import (
    Action,
    Choice,
    LineState,
    OwnLine,
    PartRole,
    PartState,
    Plan,
    PlannedChange,
    PlannedPosting,
    Posted,
    PostingPart,
    RunAhead,
    TemplateLine,
    find_mark,
    from_cents,
    mark_ahead,
)
from tests.bookkeeping.target import Amount, Generated, Target, amount_of

Key = tuple[int, str, str]  # subscription, motion, period


@dataclass(frozen=True, slots=True)
class Kept:
    """What a period came to, whose it was then, and the rows that it was planned from."""

    customer_id: int
    posted: Posted
    rows: tuple[int, Amount]  # how many, and what they charge


@dataclass(slots=True)
class Ledger:
    """What the product knows of the target and of its own plans."""

    own: dict[str, OwnLine] = field(default_factory=dict)  # by the target's id
    kept: dict[Key, Kept] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)
    negatives_refused: bool = False
    counted: set[tuple[str, str]] = field(default_factory=set)  # marks, and the invoices that a month was proved by
    seen: dict[tuple[str, str], tuple[Decimal, Decimal]] = field(default_factory=dict)  # what lines were on invoices

    # --- What is told to planning ---

    def known_lines(self) -> list[OwnLine]:
        """Lines that stand or were lost; billed and removed ones are history."""
        return [own for own in self.own.values() if own.state in (LineState.STANDING, LineState.LOST)]

    def carried(self, target: Target) -> frozenset[str]:
        """Marks of our lines that an invoice carries, of those whose template ran since they were written."""
        return frozenset(own.mark for own in self.known_lines() if self._is_carried(own, target))

    def _is_carried(self, own: OwnLine, target: Target) -> bool:
        since = self._confirmed(own) if own.role is PartRole.RECURRING else own.next_run
        if own.state is not LineState.STANDING or not _may_have_run(own, since, target):
            return False
        return any(since is None or invoice.date >= since for _, invoice in self._uncounted(own, target))

    def ahead(self, target: Target) -> tuple[RunAhead, ...]:
        """Runs of recurring lines beyond those that some month is known for."""
        standing = [own for own in self.known_lines() if own.state is LineState.STANDING]
        return tuple(run for own in standing if own.role is PartRole.RECURRING for run in self._runs_ahead(own, target))

    def _runs_ahead(self, own: OwnLine, target: Target) -> list[RunAhead]:
        found = self._uncounted(own, target)
        return [
            RunAhead(own.mark, number, line.quantity, from_cents(line.retail_cents), *self._written(own, number))
            for number, invoice in (found[1:] if self._is_carried(own, target) else found)
            for line in invoice.lines
            if find_mark(line.description) == own.mark
        ]

    def _written(self, own: OwnLine, number: str) -> tuple[Decimal, Decimal]:
        """Quantity and price that the line had when the run was seen first: it may be changed since."""
        return self.seen.setdefault((own.mark, number), (own.quantity, from_cents(own.retail_cents)))

    def _uncounted(self, own: OwnLine, target: Target) -> list[tuple[str, Generated]]:
        """Invoices that carry the line and that prove no month yet, each with its number."""
        return [
            (str(number), invoice)
            for number, invoice in enumerate(target.invoices, 1)
            if invoice.template_id == own.template_id
            and (own.mark, str(number)) not in self.counted
            and _carries(invoice, own)
        ]

    def _count_all_runs(self, plan: Plan, target: Target) -> None:
        for own in [one for one in self.known_lines() if one.role is PartRole.RECURRING]:
            self._count_runs(own, plan, target)

    def _count_runs(self, own: OwnLine, plan: Plan, target: Target) -> None:
        """An invoice that the plan took for a month proves no other one."""
        marks = {part.mark for part in plan.parts}
        ahead = self._runs_ahead(own, target)
        taken = {run.invoice_id for run in ahead if mark_ahead(own, run) in marks}
        if own.mark in plan.proved:
            taken |= {number for number, _ in self._uncounted(own, target)} - {run.invoice_id for run in ahead}
        self.counted |= {(own.mark, number) for number in taken}

    def _confirmed(self, own: OwnLine) -> dt.date | None:
        """The run for which the recurring amount stands that is not known to be billed."""
        waiting = [
            kept.posted
            for kept in self.kept.values()
            if kept.posted.next_run is not None
            and any(
                part.mark == own.mark and part.state in (PartState.SYNCED, PartState.HELD) for part in kept.posted.parts
            )
        ]
        return max(waiting, key=lambda posted: posted.period).next_run if waiting else None

    # --- What a plan leaves ---

    def remember(self, plan: Plan, target: Target, *, waits: bool) -> None:
        """Keep the plan's fates and postings; of a plan that waits, nothing is written yet."""
        leaving = {change.mark for change in plan.changes if change.action is Action.REMOVE_LINE}
        self._count_all_runs(plan, target)
        for own in list(self.own.values()):
            if own.state is LineState.STANDING and own.role is not PartRole.RECURRING:
                if own.mark in plan.billed_marks - leaving:
                    self.own[own.line_id] = replace(own, state=LineState.BILLED)
                elif own.mark in plan.lost_marks:
                    self.own[own.line_id] = replace(own, state=LineState.LOST)
        for posting in plan.postings:
            self._keep(posting, target, waits=waits)

    def _keep(self, posting: PlannedPosting, target: Target, *, waits: bool) -> None:
        key = posting.subscription_id, posting.motion, posting.period
        before = self.kept.get(key)
        next_run = before.posted.next_run if before else None
        template = target.templates.get(posting.template_id)
        stands = any(p.role is PartRole.RECURRING and p.state is PartState.SYNCED for p in posting.parts)
        if posting.confirms_run and stands and template is not None:
            next_run = template.next_run
        posted = Posted(
            subscription_id=posting.subscription_id,
            period=posting.period,
            fingerprint=posting.fingerprint,
            template_id=posting.template_id,
            next_run=next_run,
            unit_cost=posting.unit_cost,
            unit_retail=posting.unit_retail,
            parts=tuple(_parts(posting, waits=waits)),
            rounding_cost=posting.rounding_cost,
            rounding_retail=posting.rounding_retail,
        )
        rows = posting.charge_count, (posting.source_cost, posting.source_retail)
        self.kept[key] = Kept(posting.customer_id, posted, rows)

    def took_off(self, change: PlannedChange) -> None:
        """The change's line is gone from the target."""
        assert change.line_id is not None
        own = self.own.get(change.line_id)
        if own is not None and own.state is LineState.STANDING:
            billed = change.role is not PartRole.RECURRING and self._is_billed(change)
            self.own[own.line_id] = replace(own, state=LineState.BILLED if billed else LineState.REMOVED)

    def _is_billed(self, change: PlannedChange) -> bool:
        parts = [part for kept in self.kept.values() for part in kept.posted.parts if part.mark == change.mark]
        return any(part.state is PartState.BILLED for part in parts)

    def wrote(self, change: PlannedChange, line: TemplateLine, next_run: dt.date | None, subscription: str) -> None:
        """The change's line stands as it is."""
        for other in list(self.own.values()):
            if other.mark == change.mark and other.state is LineState.STANDING and other.line_id != line.line_id:
                self.own[other.line_id] = replace(other, state=LineState.REMOVED)
        self.own[line.line_id] = OwnLine(
            mark=change.mark,
            line_id=line.line_id,
            template_id=line.template_id,
            role=change.role,
            motion=change.motion,
            customer_id=change.customer_id,
            subscription_id=change.subscription_id,
            subscription=subscription,
            period=change.period,
            quantity=line.quantity,
            retail_cents=line.retail_cents,
            cost_cents=line.cost_cents,
            state=LineState.STANDING,
            next_run=next_run,
            target_product_id=line.product_id,
            name=line.name,
        )
        self._confirm(change, line, next_run)

    def _confirm(self, change: PlannedChange, line: TemplateLine, next_run: dt.date | None) -> None:
        key = change.subscription_id, change.motion, change.period
        kept = self.kept[key]
        cost, retail = amount_of(line)
        parts = tuple(
            replace(part, state=PartState.SYNCED, cost=cost, retail=retail, reason="")
            if part.mark == change.mark and part.state is not PartState.BILLED
            else part
            for part in kept.posted.parts
        )
        if change.role is not PartRole.RECURRING:
            next_run = kept.posted.next_run
        self.kept[key] = replace(kept, posted=replace(kept.posted, parts=parts, next_run=next_run))


def _parts(posting: PlannedPosting, *, waits: bool) -> Iterable[PostingPart]:
    for part in posting.parts:
        held = waits and part.state is PartState.PLANNED
        yield replace(part, state=PartState.HELD) if held else part


def _may_have_run(own: OwnLine, since: dt.date | None, target: Target) -> bool:
    """Its next run moved on; where a template names none, a one-time line that is gone tells of a run."""
    template = target.templates.get(own.template_id)
    if template is None:
        return False
    if template.next_run is not None and since is not None:
        return template.next_run > since
    lines = target.lines_of(own.template_id)
    stands = any(line.line_id == own.line_id or find_mark(line.description) == own.mark for line in lines)
    return own.role is not PartRole.RECURRING and not stands


def _carries(invoice: Generated, own: OwnLine) -> bool:
    """By the mark; by product, quantity and price where no line of the invoice shows any."""
    marks = {find_mark(line.description) for line in invoice.lines} - {""}
    if marks:
        return own.mark in marks
    same = (own.target_product_id, own.quantity, own.retail_cents)
    return any((line.product_id, line.quantity, line.retail_cents) == same for line in invoice.lines)
