"""From the product's plan to what it comes to for the customers. Who renames parts of a plan changes it here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from connectors.records import InvoiceTemplate, LineValues
from money.enums import Action, Kind, LineState
from money.facts import OwnLine
from money.marks import find_mark
from money.plan import Note, Plan, PlannedChange
from money.present import TemplateLines, values_of
from money.words import Money, one_line, plain
from syncs.proving.accounts import Balance
from tests.replay import form
from tests.replay.loading import Facts
from tests.replay.mirror.accounts import NOBODY, Came, account_for, came_before
from tests.replay.mirror.periods import Key
from tests.replay.mirror.rows import Charge
from tests.replay.outcome import Account, Bill, ChangeTold, LineTold, Outcome, Side

_WHAT = {Action.ADD_LINE: "add", Action.CHANGE_LINE: "change", Action.REMOVE_LINE: "remove", Action.KEEP: "keep"}
BUCKETS = {
    "synced": "synced or planned",
    "rounding": "rounding",
    "held": "held",
    "excluded": "excluded",
    "not_mapped": "not mapped",
    "unknown": "unknown",
    "failed": "failed",
}
_CENT = Decimal("0.01")


def tell(facts: Facts, plan: Plan, waits: str) -> Outcome:
    """What this plan of a record comes to."""
    names = name_customers(facts.record)
    subscriptions = {one.pk: one.ref for one in facts.done.subscriptions.values()}
    return Outcome(
        waits=waits,
        templates={number: _describe(template) for number, template in facts.templates.items()},
        changes=[_change(change, names, subscriptions) for change in plan.changes],
        bills=_bills(facts, plan, names),
        accounts=_accounts(facts, plan, names, waits=bool(waits)),
        left_out=[*_left_out(facts)],
        notes=[_note(note) for note in plan.notes],
    )


def name_customers(record: form.Record) -> dict[int, str]:
    """Customers by their place; those of one name are told apart by domain."""
    every = [one.name for one in record.source.tenants]
    return {
        place: one.name if every.count(one.name) == 1 else f"{one.name} ({one.domain})"
        for place, one in enumerate(record.source.tenants, 1)
    }


def _describe(template: InvoiceTemplate) -> str:
    runs = f"next run {template.next_run}" if template.next_run else "no next run"
    paused = ", paused" if template.paused else ""
    return f"“{one_line(template.name)}”, {template.frequency}, {runs}{paused}"


def _change(change: PlannedChange, names: Mapping[int, str], subscriptions: Mapping[int | None, str]) -> ChangeTold:
    return ChangeTold(
        what="hold" if change.hold else _WHAT[change.action],
        template=change.template_id,
        customer=names[change.customer_id],
        subscription=subscriptions[change.subscription_id],
        before=_line(change.before),
        after=None if change.action is Action.REMOVE_LINE else _line(change.after),
        reason=change.hold.text if change.hold else change.reason,
        hold=change.hold.code if change.hold else "",
    )


def _line(values: LineValues | None) -> LineTold | None:
    if values is None:
        return None
    mark = find_mark(values.description)
    return LineTold(
        name=one_line(values.name),
        description=one_line(values.description.replace(f"[{mark}]", "")) if mark else one_line(values.description),
        quantity=values.quantity,
        retail=Decimal(values.retail_cents) / 100,
        cost=Decimal(values.cost_cents) / 100,
        one_time=values.one_time,
        taxable=values.taxable,
        product=values.product_id,
        position=values.position,
    )


def _note(note: Note) -> str:
    return f"{note.severity}{'' if note.news else ', said before'}: {one_line(note.text)}"


# --- What the next runs bill ----------------------------------------------------------------------


@dataclass(slots=True)
class _Standing:
    """A line of ours after the plan."""

    customer: int
    values: LineValues


def _bills(facts: Facts, plan: Plan, names: Mapping[int, str]) -> list[Bill]:
    standing = _standing_lines(facts.own_lines, facts.templates)
    for number, change in enumerate(plan.changes):
        if not change.hold:
            _carry_out(standing, change, number)
    sums = {(one.mapping.customer_id, one.mapping.template_id): [Decimal(0)] * 3 for one in facts.mappings}
    for (template, _), line in standing.items():
        amounts = sums.setdefault((line.customer, template), [Decimal(0)] * 3)  # recurring, one-time, cost
        amounts[line.values.one_time] += _amount(line.values.quantity, line.values.retail_cents)
        amounts[2] += _amount(line.values.quantity, line.values.cost_cents)
    return [Bill(names[customer], template, *amounts) for (customer, template), amounts in sorted(sums.items())]


def _standing_lines(
    own_lines: Iterable[OwnLine], templates: Mapping[str, InvoiceTemplate]
) -> dict[tuple[str, str], _Standing]:
    found = {}
    for own in own_lines:
        line = TemplateLines(templates.get(own.template_id)).ours(own.mark, own)
        if own.state is LineState.STANDING and line is not None and not line.counted_by_target:
            found[own.template_id, line.line_id] = _Standing(own.customer_id, values_of(line))
    return found


def _carry_out(standing: dict[tuple[str, str], _Standing], change: PlannedChange, number: int) -> None:
    new = f"new {number}"  # a line that is added has no id yet
    place = change.template_id, new if change.line_id is None else change.line_id
    if change.action is Action.REMOVE_LINE:
        standing.pop(place, None)
    elif change.after is not None:
        standing[place] = _Standing(change.customer_id, change.after)


def _amount(quantity: Decimal, cents: int) -> Decimal:
    """As the target counts: half up, whatever our own rule is."""
    return (quantity * cents / 100).quantize(_CENT, ROUND_HALF_UP)


# --- Where the money is ---------------------------------------------------------------------------


def _accounts(facts: Facts, plan: Plan, names: Mapping[int, str], *, waits: bool) -> list[Account]:
    found = account_for(facts.record, facts.done, facts.starts, _came(facts, plan), waits=waits)
    known = [key for key in sorted(found, key=lambda key: (key[0] or 0, key[1])) if key != NOBODY]
    told = [_account(names[key[0] or 0], key[1], found[key]) for key in known]
    return [*told, _account("nobody", "", found[NOBODY])] if NOBODY in found else told


def _came(facts: Facts, plan: Plan) -> dict[Key, Came]:
    """What each period comes to: as posted before, or as planned now."""
    came = came_before(facts.record, facts.done)
    for posting in plan.postings:
        came[posting.subscription_id, posting.motion, posting.period] = Came(
            posting.parts,
            Money(posting.rounding_cost, posting.rounding_retail),
            Money(posting.source_cost, posting.source_retail),
        )
    return came


def _account(customer: str, motion: str, balance: Balance) -> Account:
    return Account(
        customer=customer,
        motion=motion,
        source=_side(balance.source),
        rules=_side(balance.rules),
        buckets={BUCKETS[name]: _side(amount) for name, amount in balance.buckets.items()},
    )


def _side(amount: Money) -> Side:
    return Side(amount.retail, amount.cost)


def _left_out(facts: Facts) -> Iterator[str]:
    done = facts.done
    for place, invoice in enumerate(facts.record.source.invoices, 1):
        rows = done.of(place)
        if rows and done.states[place] == "held":
            others = ", ".join(facts.record.source.invoices[other - 1].number for other in done.repeats[place])
            total = sum((row.fact.retail for row in rows), Decimal(0))
            yield f"invoice {invoice.number} is held, {plain(total)}: it overlaps {others or 'another one'}"
        yield from (_unknown(row) for row in rows if row.kind == Kind.UNKNOWN)


def _unknown(row: Charge) -> str:
    where = f"invoice {row.fact.invoice_number}, line {row.fact.line}"
    return f"{where} is {row.set_aside or 'unknown'}, {plain(row.fact.retail)}: {row.problem}"
