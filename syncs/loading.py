"""From the database to the facts that planning is told. Call inside the partner's scope.

A program's mappings are loaded in chunks, so that memory does not grow with their number.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Exists, OuterRef, Q, QuerySet

from connections.currency import symbol_fits
from connectors.records import Template as TemplateRecord
from customers.models import Mapping, Pricing, Template
from customers.services import lock_mappings
from customers.target_copy import template_record
from programs.models import Credits, Program
from programs.selectors import source_currency
from syncs.models import Decision, Line, LineState, Part, PartRole, PartState, Posting
from syncs.older_periods import take_up_older
from syncs.open_periods import PeriodKey, find_open_periods
from syncs.period_loading import load_periods, newest_month, uncertain_subscriptions
from syncs.planning.facts import (
    Choice,
    MappingFact,
    MappingFacts,
    OwnLine,
    Posted,
    PostedPart,
    Rules,
)
from syncs.planning.marks import find_mark

CHUNK = 200  # mappings


@dataclass(slots=True)
class BillingFacts:
    """Facts of some mappings of a program, ready for ``plan_billing``."""

    mappings: list[MappingFacts] = field(default_factory=list)
    left_behind: list[OwnLine] = field(default_factory=list)
    templates: dict[int, TemplateRecord] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)


def mapping_chunks(program: Program, only: Collection[int] | None = None) -> list[list[int]]:
    """Ids of the mappings that sync (of ``only`` these), template by template, in chunks of about ``CHUNK``."""
    mappings = active_mappings(program) if only is None else active_mappings(program).filter(pk__in=only)
    rows = mappings.order_by("template", "pk").values_list("template", "pk")
    chunks: list[list[int]] = []
    for _, group in groupby(rows, key=lambda row: row[0]):
        ids = [pk for _, pk in group]
        if not chunks or len(chunks[-1]) + len(ids) > CHUNK:
            chunks.append([])
        chunks[-1] += ids
    return chunks


def mappings_on(program: Program, template_id: int) -> list[int]:
    """Ids of the mappings that sync to one template."""
    return list(active_mappings(program).filter(template__external_id=template_id).values_list("pk", flat=True))


def mapped_to(program: Program, template_ids: Collection[int] | None = None) -> dict[int, list[tuple[int, str]]]:
    """By template (of these alone), the mappings that sync to it, each with its pricing strategy."""
    rows = active_mappings(program).order_by("pk").values_list("template__external_id", "pk", "pricing")
    if template_ids is not None:
        rows = rows.filter(template__external_id__in=template_ids)
    found: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for template_id, pk, pricing in rows:
        found[template_id].append((pk, pricing))
    return found


def active_mappings(program: Program) -> QuerySet[Mapping]:
    """The mappings that sync."""
    return Mapping.objects.filter(program=program, sync_on=True, motion__in=program.motions)


def load_billing(
    program: Program,
    mapping_ids: Collection[int],
    *,
    carried: Collection[str] = (),
    again: Collection[tuple[int, str]] = (),
    preview: bool = False,
) -> BillingFacts:
    """Everything that the plan of these mappings depends on.

    ``carried`` are the marks that a generated invoice is known to carry; ``again`` the
    subscriptions and periods that were planned in this run and must be looked at once more.
    """
    mappings = list(
        active_mappings(program).filter(pk__in=mapping_ids).select_related("customer", "template", "target_customer")
    )
    newest = newest_month(program)
    own_lines = load_own_lines(program, Q(customer__in={mapping.customer_id for mapping in mappings}))
    facts = BillingFacts(choices=load_choices(program))
    template_ids = {line.template_id for line in own_lines} | {m.template.external_id for m in mappings}
    facts.templates = load_templates(program, template_ids)
    if newest:
        _take_up(mappings, newest, preview=preview)
        take_up_older(program, mappings, facts.choices, preview=preview)
        facts.mappings = _mapping_facts(
            program,
            mappings,
            facts,
            own_lines=own_lines,
            carried=frozenset(carried),
            again=frozenset(again),
            newest=newest,
        )
    return facts


def load_left_behind(program: Program, only: Collection[str] | None = None) -> BillingFacts:
    """Lines of ours that stand although their mapping was removed or switched off (of ``only`` these marks)."""
    active = active_mappings(program).filter(customer=OuterRef("customer"), motion=OuterRef("motion"))
    which = ~Exists(active) & Q(state=LineState.STANDING)
    lines = load_own_lines(program, which if only is None else which & Q(mark__in=only))
    templates = load_templates(program, {line.template_id for line in lines})
    return BillingFacts(left_behind=lines, templates=templates, choices=load_choices(program))


def load_own_lines(program: Program, which: Q | Exists | None = None) -> list[OwnLine]:
    """Lines of ours that stand or were lost, in the order of their writing; billed and removed ones are history."""
    lines = Line.objects.filter(target=program.target_id, state__in=(LineState.STANDING, LineState.LOST))
    if which is not None:
        lines = lines.filter(which)
    return [own_line_of(line) for line in lines.select_related("subscription", "product").order_by("pk")]


def own_line_of(line: Line) -> OwnLine:
    """A row of ours as planning is told of it; it comes with its subscription and product."""
    return OwnLine(
        mark=line.mark,
        line_id=line.line_id,
        template_id=line.template_id,
        role=PartRole(line.role),
        motion=line.motion,
        customer_id=line.customer_id,
        subscription_id=line.subscription_id,
        subscription=line.subscription.external_id,
        period=line.period,
        quantity=line.quantity,
        retail_cents=line.retail_cents,
        cost_cents=line.cost_cents,
        state=LineState(line.state),
        next_run=line.next_run,
        target_product_id=line.target_product_id,
        name=line.product.name if line.product else "",
    )


def load_templates(program: Program, ids: Collection[int]) -> dict[int, TemplateRecord]:
    """These templates as last read; gone ones are absent."""
    rows = Template.objects.filter(target=program.target_id, gone=False, external_id__in=ids)
    return {row.external_id: template_record(row) for row in rows}


def load_choices(program: Program) -> dict[str, Choice]:
    """What people decided, by subject."""
    return {
        decision.subject: Choice(decision.choice, decision.line_id, decision.retail, decision.cost)
        for decision in Decision.objects.filter(program=program)
    }


def load_posted(
    program: Program, customer_ids: Collection[int], owners: MappingOf[PeriodKey, int]
) -> dict[tuple[int, str], list[Posted]]:
    """Postings by (customer, motion): those of the wanted periods, and each subscription's latest.

    ``owners`` are the customers of the wanted periods by now: a corrected invoice may charge another one
    for what was posted.
    """
    every = Posting.objects.filter(program=program)
    rows = every.filter(customer__in=customer_ids)
    latest = rows.order_by("subscription", "motion", "-period").distinct("subscription", "motion")
    open_ones = Q(period__in={key[2] for key in owners}, subscription__in={key[0] for key in owners})
    chosen = list(rows.filter(open_ones | Q(pk__in=latest.values("pk"))))
    chosen += every.filter(open_ones).exclude(customer__in=customer_ids)
    parts: dict[int, list[PostedPart]] = defaultdict(list)
    for part in Part.objects.filter(posting__in=[row.pk for row in chosen]):
        parts[part.posting_id].append(_posted_part(part))
    posted: dict[tuple[int, str], list[Posted]] = defaultdict(list)
    for row in chosen:
        owner = owners.get((row.subscription_id, row.motion, row.period), row.customer_id)
        posted[owner, row.motion].append(
            Posted(
                subscription_id=row.subscription_id,
                period=row.period,
                fingerprint=row.fingerprint,
                template_id=row.template_id,
                next_run=row.next_run,
                unit_cost=row.unit_cost,
                unit_retail=row.unit_retail,
                parts=tuple(sorted(parts[row.pk], key=lambda part: part.mark)),
                rounding_cost=row.rounding_cost,
                rounding_retail=row.rounding_retail,
            )
        )
    return posted


def _posted_part(part: Part) -> PostedPart:
    return PostedPart(
        role=PartRole(part.role),
        mark=part.mark,
        state=PartState(part.state),
        cost=part.cost,
        retail=part.retail,
        rules_cost=part.rules_cost,
        rules_retail=part.rules_retail,
        reason=part.reason,
    )


# --- Mappings -------------------------------------------------------------------------------------


def _take_up(mappings: Iterable[Mapping], newest: str, *, preview: bool) -> None:
    """A mapping that was never planned takes up the newest imported month, and what comes after."""
    month = dt.date.fromisoformat(f"{newest}-01")
    new = [mapping for mapping in mappings if mapping.first_month is None]
    for mapping in new:
        mapping.first_month = month
    if new and not preview:
        lock_mappings(new[0].program_id)
        still = Mapping.objects.filter(pk__in=[mapping.pk for mapping in new], sync_on=True, first_month=None)
        still.update(first_month=month)  # whoever switched one off meanwhile made it forget its start


def _mapping_facts(
    program: Program,
    mappings: list[Mapping],
    facts: BillingFacts,
    *,
    own_lines: list[OwnLine],
    carried: frozenset[str],
    again: frozenset[tuple[int, str]],
    newest: str,
) -> list[MappingFacts]:
    wanted, withdrawn = find_open_periods(program, [mapping.pk for mapping in mappings], newest)
    loaded = load_periods(program, wanted, withdrawn, newest)
    owners = {
        (period.subscription_id, motion, period.period): customer_id
        for (customer_id, motion), periods in loaded.periods.items()
        for period in periods
    }
    posted = load_posted(program, {mapping.customer_id for mapping in mappings}, owners)
    uncertain = uncertain_subscriptions(program, newest)
    own_by_mapping = defaultdict(list)
    for line in own_lines:
        own_by_mapping[line.customer_id, line.motion].append(line)
    standing = _standing_ids(program, facts.templates)
    rules = _rules(program)
    made = []
    for mapping in mappings:
        key = (mapping.customer_id, mapping.motion)
        template = facts.templates.get(mapping.template.external_id)
        made.append(
            MappingFacts(
                mapping=_mapping_fact(program, mapping, template),
                template=template,
                periods=tuple(loaded.periods.get(key, ())),
                newest=newest,
                invoiced=loaded.invoiced,
                own_lines=tuple(own_by_mapping[key]),
                posted=tuple(posted.get(key, ())),
                foreign_ids=_foreign_ids(template, standing),
                other_templates=facts.templates,
                carried=carried,
                uncertain=uncertain,
                choices=facts.choices,
                rules=rules,
                first=not posted.get(key),
                again=again,
            )
        )
    return made


def _standing_ids(program: Program, templates: Collection[int]) -> frozenset[int]:
    """Ids of our lines on these templates, whatever mapping they belong to."""
    lines = Line.objects.filter(target=program.target_id, state=LineState.STANDING, template_id__in=templates)
    return frozenset(lines.values_list("line_id", flat=True))


def _rules(program: Program) -> Rules:
    return Rules(
        prorations=program.prorations,
        apply_credits=program.credits == Credits.APPLY,
        tolerance=program.rounding_tolerance,
        negative_lines=program.target.negative_lines,
    )


def _mapping_fact(program: Program, mapping: Mapping, template: TemplateRecord | None) -> MappingFact:
    code, trouble = _trouble(program, mapping, template)
    return MappingFact(
        mapping_id=mapping.pk,
        customer_id=mapping.customer_id,
        customer=mapping.customer.name,
        motion=mapping.motion,
        template_id=mapping.template.external_id,
        target_customer_id=mapping.target_customer.external_id,
        sync_cost=mapping.pricing in (Pricing.COST_AND_RETAIL, Pricing.COST_ONLY),
        sync_retail=mapping.pricing == Pricing.COST_AND_RETAIL,
        trouble=trouble,
        trouble_code=code,
    )


def _trouble(program: Program, mapping: Mapping, template: TemplateRecord | None) -> tuple[str, str]:
    currency, symbol = source_currency(program), program.target.currency_symbol
    if symbol_fits(symbol, currency) is False:
        return "currency", (f"The source bills in {currency}, Syncro shows “{symbol}”: nothing is written.")
    if template is not None and template.customer_id != mapping.target_customer.external_id:
        return "template_moved", (
            f"The invoice template “{template.name}” now belongs to another Syncro customer. Choose another one."
        )
    if mapping.target_customer.gone:
        return "customer_gone", "The Syncro customer no longer exists. Map to another one."
    return "", ""


def _foreign_ids(template: TemplateRecord | None, own_ids: Collection[int]) -> frozenset[int]:
    if template is None:
        return frozenset()
    return frozenset(
        line.line_id for line in template.lines if line.line_id not in own_ids and not find_mark(line.description)
    )
