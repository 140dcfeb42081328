"""From a record to what planning is told, and to the plan that the product makes of it today. No database, no server.

Where the product reads its facts from the database, ``mirror/`` does the same with the record.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.records import InvoiceTemplate
from connectors.syncro.currency import symbol_fits
from money.enums import LineState
from money.facts import Choice, MappingFact, MappingFacts, OwnLine, Posted, Rules
from money.marks import find_mark
from money.month.months import Months
from money.plan import Plan
from money.planning import plan_billing
from tests.replay import form
from tests.replay.mirror.evidence import Evidence, leftovers, read_evidence
from tests.replay.mirror.guarding import reason_to_wait
from tests.replay.mirror.ledger import choices_of, own_lines_of, starts_of, templates_of
from tests.replay.mirror.months import join_waiting_credits, months_of
from tests.replay.mirror.periods import Owner, Periods, find_periods, load_posted
from tests.replay.mirror.products import Catalogue
from tests.replay.mirror.rows import Imported, import_invoices
from tests.replay.words import PRICINGS


@dataclass(slots=True)
class Facts:
    """A record as planning is told of it. Customers, subscriptions, invoices, mappings and products are known by their
    places in the record, from 1.
    """

    record: form.Record
    done: Imported
    templates: dict[str, InvoiceTemplate]
    own_lines: list[OwnLine]  # in the order of the record
    months: Months
    choices: dict[str, Choice]
    periods: Periods
    posted: dict[Owner, list[Posted]]
    starts: dict[Owner, str]  # first month of the mappings that sync
    mappings: list[MappingFacts] = field(default_factory=list)
    left_behind: list[OwnLine] = field(default_factory=list)


def load_facts(record: form.Record) -> Facts:
    """Everything that the plan of a record depends on."""
    catalogue = Catalogue(record)
    done = import_invoices(record, catalogue)
    choices = choices_of(record)
    own_lines = own_lines_of(record, done)
    join_waiting_credits(record, done, choices)
    months = months_of(done, own_lines, choices)
    templates = templates_of(record)
    evidence = read_evidence(record, templates)
    active = starts_of(record, done, months, choices, own_lines=own_lines, ahead=evidence.ahead)
    starts = {owner: start for _, owner, start in active.values()}
    periods = find_periods(record, done, months, starts, catalogue.facts())
    facts = Facts(
        record=record,
        done=done,
        templates=templates,
        own_lines=own_lines,
        months=months,
        choices=choices,
        periods=periods,
        posted=load_posted(record, done, periods),
        starts=starts,
    )
    if periods.newest:
        for place, (mapping, owner, _) in active.items():
            facts.mappings.append(_mapping_facts(facts, place, mapping, owner, evidence))
    facts.left_behind = [own for own in _standing(facts) if (own.customer_id, own.motion) not in starts]
    return facts


def plan_facts(facts: Facts) -> tuple[Plan, str]:
    """The plan as ``syncs.running.planning`` puts it together, and why it waits for a person ("" when it does not)."""
    made = plan_billing(facts.mappings, (), facts.templates, facts.choices)
    made.extend(plan_billing((), facts.left_behind, facts.templates, facts.choices))
    planned = {change.line_id for change in made.changes}
    first = {(one.mapping.customer_id, one.mapping.motion) for one in facts.mappings if one.first}
    reason = reason_to_wait(facts.record, facts.done, facts.own_lines, made, first, facts.months)
    made.changes += leftovers(facts.record, facts.own_lines, facts.templates, planned)
    return made, reason


def _standing(facts: Facts) -> Iterator[OwnLine]:
    return (own for own in facts.own_lines if own.state is LineState.STANDING)


def _mapping_facts(facts: Facts, place: int, mapping: form.Mapping, owner: Owner, evidence: Evidence) -> MappingFacts:
    """``syncs.facts.program._mapping_facts``."""
    template = facts.templates.get(mapping.invoice_template)
    settings = facts.record.program.billing
    kept = (LineState.STANDING, LineState.LOST)
    return MappingFacts(
        mapping=_mapping_fact(facts.record, place, mapping, owner, template),
        template=template,
        periods=tuple(facts.periods.by_owner.get(owner, ())),
        newest=facts.periods.newest,
        gone=frozenset(one.holder.subscription for one in facts.months.gone if one.holder.customer == owner[0]),
        elsewhere=frozenset(one.holder.subscription for one in facts.months.gone if one.elsewhere),
        own_lines=tuple(own for own in facts.own_lines if own.state in kept and (own.customer_id, own.motion) == owner),
        posted=tuple(facts.posted.get(owner, ())),
        foreign_ids=_foreign_ids(template, {own.line_id for own in _standing(facts)}),
        other_templates=facts.templates,
        carried=evidence.carried,
        ahead=evidence.ahead,
        uncertain=facts.periods.uncertain,
        choices=facts.choices,
        rules=Rules(
            target="Syncro",
            prorations=settings.prorations,
            apply_credits=settings.credits == "apply",
            tolerance=settings.rounding_tolerance,
            negative_lines=not facts.record.target.refuses_negative_amounts,
        ),
        first=not facts.posted.get(owner),
    )


def _mapping_fact(
    record: form.Record, place: int, mapping: form.Mapping, owner: Owner, template: InvoiceTemplate | None
) -> MappingFact:
    code, trouble = _trouble(record, mapping, template)
    sync_cost, sync_retail = PRICINGS[mapping.pricing]
    return MappingFact(
        mapping_id=place,
        customer_id=owner[0],
        customer=record.source.tenants[owner[0] - 1].name,
        motion=mapping.motion,
        template_id=mapping.invoice_template,
        target_customer_id=mapping.syncro_customer,
        sync_cost=sync_cost,
        sync_retail=sync_retail,
        trouble=trouble,
        trouble_code=code,
    )


def _trouble(record: form.Record, mapping: form.Mapping, template: InvoiceTemplate | None) -> tuple[str, str]:
    """``syncs.facts.mappings._trouble``, in fewer words."""
    symbol, currency = record.target.currency_symbol, record.program.currency
    if symbol_fits(symbol, currency) is False:
        return "currency", f"The source bills in {currency}, Syncro shows “{symbol}”: nothing is written."
    if template is not None and template.customer_id != mapping.syncro_customer:
        return "template_moved", (
            f"The invoice template “{template.name}” now belongs to another Syncro customer. Choose another one."
        )
    if any(one.gone for one in record.target.customers if one.id == mapping.syncro_customer):
        return "customer_gone", "The Syncro customer no longer exists. Map to another one."
    return "", ""


def _foreign_ids(template: InvoiceTemplate | None, own_ids: set[str]) -> frozenset[str]:
    lines = template.lines if template else ()
    return frozenset(line.line_id for line in lines if line.line_id not in own_ids and not find_mark(line.description))
