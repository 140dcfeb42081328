"""Record the month of some customers from the running product and its vendors, just before a billing sync plans.

Each record is proved before it is kept: the loader must make the very plan of it that the real engine made.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from core.scope import partner_scope
from invoices.models import SourceInvoice
from money.plan import Plan
from syncs.models import Line
from syncs.running import planning
from tests.end_to_end.office import Json, Office
from tests.replay import form
from tests.replay.difference import show_difference
from tests.replay.loading import Facts, load_facts, plan_facts
from tests.replay.recorder.dump import Dump, Seen
from tests.replay.table import write_table
from tests.replay.telling import BUCKETS, name_customers, tell


class MirrorDiffers(Exception):
    """The loader makes another plan of a record than the engine made of the database; the text shows both."""


@dataclass
class Recorder:
    """Watches one office of the sandbox from month to month."""

    office: Office
    known_invoices: set[int] = field(default_factory=set)  # our rows of those that a real sync has planned from
    written: dict[tuple[int, dt.datetime], dt.date] = field(default_factory=dict)  # line as written -> sandbox's day

    def record_months(self, wanted: Mapping[str, tuple[Collection[str], str]]) -> dict[str, form.Record]:
        """Records by name as things stand, each of the customers of some domains and with its story; then a real sync.

        Raises ``MirrorDiffers``.
        """
        self.office.sync("products")
        self.office.sync("billing", preview=True)  # reads both vendors and writes nothing
        dump = Dump(self.office.partner_id(), Seen(self._today(), self.known_invoices, self.written))
        records = {name: dump.record(domains, story) for name, (domains, story) in wanted.items()}
        with _overheard() as engine:
            self.sync()
        balances, waits = self.office.balances(), self.office.waiting_run() is not None
        for name, (domains, _) in wanted.items():
            prove_plan(name, records[name], _cut_out(engine, *dump.places(domains)))
            prove_money(name, records[name], balances, waits=waits)
        return records

    def sync(self) -> None:
        """A real sync."""
        self.office.sync()
        self._note_writes()

    def apply(self) -> None:
        """A person applies the plan that waits."""
        self.office.apply()
        self._note_writes()

    def _note_writes(self) -> None:
        """Remember what was planned from, and what was written on which day of the sandbox."""
        with partner_scope(self.office.partner_id()):
            self.known_invoices |= set(SourceInvoice.objects.values_list("pk", flat=True))
            for written in Line.objects.values_list("pk", "written_at"):
                self.written.setdefault(written, self._today())

    def _today(self) -> dt.date:
        with self.office.store.exclusive():
            return self.office.store.today


def prove_plan(name: str, record: form.Record, engine: Plan) -> None:
    """Raises ``MirrorDiffers`` where the loader makes another plan of the record than the engine made."""
    facts = load_facts(record)
    made, waits = plan_facts(facts)
    ours = write_table(name, record.story, tell(facts, made, waits))
    theirs = write_table(name, record.story, tell(facts, engine, waits))
    if ours != theirs:
        raise MirrorDiffers(show_difference(name, theirs, ours))


def prove_money(name: str, record: form.Record, balances: Sequence[Json], *, waits: bool = False) -> None:
    """Raises ``MirrorDiffers`` where ``manage.py reconcile`` says otherwise of the money, once all is written.

    ``waits``: the engine's plan waits for a person, be it because of others than the record's customers.
    """
    facts = load_facts(record)
    made, _ = plan_facts(facts)
    ours = {
        (one.customer, one.motion, word, side): amount
        for one in tell(facts, made, "It waits." if waits else "").accounts
        for word, both in one.buckets.items()
        for side, amount in (("retail", both.retail), ("cost", both.cost))
        if amount and one.motion
    }
    theirs = _told_money(facts, balances)
    if ours != theirs:
        places = sorted(place for place in {*ours, *theirs} if ours.get(place) != theirs.get(place))
        lines = [f"{place}: {theirs.get(place)} in the ledger, {ours.get(place)} here" for place in places]
        raise MirrorDiffers("\n".join([name, *lines]))


def _told_money(facts: Facts, balances: Sequence[Json]) -> dict[tuple[str, str, str, str], Decimal]:
    """By customer, motion, bucket and side, the sum of all invoices."""
    names = dict(
        zip((one.id for one in facts.record.source.tenants), name_customers(facts.record).values(), strict=True)
    )
    sums: dict[tuple[str, str, str, str], Decimal] = defaultdict(Decimal)
    told = [entry for invoice in balances for entry in invoice["customers"] if entry["customer"] in names]
    for entry, side, bucket in product(told, ("retail", "cost"), BUCKETS):
        place = (names[entry["customer"]], entry["motion"], BUCKETS[bucket], side)
        sums[place] += Decimal(entry[side][bucket])
    return {place: amount for place, amount in sums.items() if amount}


def _cut_out(plan: Plan, customers: Mapping[int, int], subscriptions: Mapping[int, int]) -> Plan:
    """What of a plan is about these customers, with their places in the record instead of our rows."""

    def placed(one: Any) -> Any:
        customer_id, subscription_id = customers[one.customer_id], subscriptions[one.subscription_id]
        return replace(one, customer_id=customer_id, subscription_id=subscription_id)

    return Plan(
        changes=[placed(one) for one in plan.changes if one.customer_id in customers],
        postings=[placed(one) for one in plan.postings if one.customer_id in customers],
        notes=[one for one in plan.notes if one.customer_id in customers],
    )


@contextmanager
def _overheard() -> Iterator[Plan]:
    """What the engine plans meanwhile."""
    heard, whole = Plan(), []
    plan_billing, removals_of_leftovers = planning.plan_billing, planning.removals_of_leftovers

    def plan(*facts: Any) -> Plan:
        made = plan_billing(*facts)
        if not whole:  # later calls plan anew what changed while it was written
            heard.extend(made)
        return made

    def remove(run: Any) -> Any:
        removals = removals_of_leftovers(run)
        heard.changes += removals
        whole.append(run)
        return removals

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "plan_billing", plan)
        patch.setattr(planning, "removals_of_leftovers", remove)
        yield heard
