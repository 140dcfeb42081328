"""From the database to the facts that planning is told. Call inside the partner's scope."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import Max, Q, QuerySet

from connections.currency import symbol_fits
from connectors.records import Template as TemplateRecord
from customers.models import Mapping, Pricing, Template
from customers.target_copy import template_record
from invoices.models import Charge, InvoiceState, Kind, SourceInvoice
from products.models import Product, ProductLink, TargetProduct
from programs.models import Credits, Motion, Program
from programs.selectors import source_currency
from syncs.models import Decision, Line, LineState, Part, PartRole, PartState, Posting
from syncs.planning.facts import (
    ChargeFact,
    Choice,
    MappingFact,
    MappingFacts,
    OwnLine,
    PeriodFact,
    Posted,
    PostedPart,
    ProductFact,
    Rules,
)
from syncs.planning.marks import find_mark


@dataclass(slots=True)
class BillingFacts:
    """All facts of a program's billing, ready for ``plan_billing``."""

    mappings: list[MappingFacts] = field(default_factory=list)
    left_behind: list[OwnLine] = field(default_factory=list)
    templates: dict[int, TemplateRecord] = field(default_factory=dict)
    choices: dict[str, Choice] = field(default_factory=dict)


def load_billing(
    program: Program,
    *,
    carried: Collection[str] = (),
    only_templates: Collection[int] | None = None,
) -> BillingFacts:
    """Everything that the billing plan depends on.

    ``carried`` are the marks that a generated invoice is known to carry. ``only_templates`` limits
    it to the mappings of some templates, for planning those again.
    """
    choices = load_choices(program)
    own_lines = load_own_lines(program)
    templates = load_templates(program, own_lines)
    mappings = _active_mappings(program, only_templates)
    _take_up(program, mappings)
    newest = newest_month(program)
    facts = BillingFacts(templates=templates, choices=choices)
    facts.mappings = _mapping_facts(
        program,
        mappings,
        templates=templates,
        own_lines=own_lines,
        choices=choices,
        carried=frozenset(carried),
        newest=newest,
    )
    if only_templates is None:
        facts.left_behind = _left_behind(mappings, own_lines)
    return facts


def newest_month(program: Program) -> str:
    """The newest period with Seat Based Monthly rows of invoices that are to be billed, or ""."""
    month = _countable(program).filter(charges__motion=Motion.SEAT_MONTHLY).aggregate(newest=Max("month"))["newest"]
    if month is None:
        month = _countable(program).aggregate(newest=Max("month"))["newest"]
    return month.strftime("%Y-%m") if month else ""


def load_own_lines(program: Program) -> list[OwnLine]:
    """Lines of ours that stand or that were lost; billed and removed ones are history."""
    lines = Line.objects.filter(
        target=program.target_id, state__in=(LineState.STANDING, LineState.LOST)
    ).select_related("subscription", "product")
    return [
        OwnLine(
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
        for line in lines
    ]


def load_templates(program: Program, own_lines: Iterable[OwnLine]) -> dict[int, TemplateRecord]:
    """The templates that are mapped or hold lines of ours, as last read; gone ones are absent."""
    ids = {line.template_id for line in own_lines}
    rows = Template.objects.filter(target=program.target_id, gone=False).filter(
        Q(external_id__in=ids) | Q(mappings__program=program)
    )
    return {row.external_id: template_record(row) for row in rows.distinct()}


def load_choices(program: Program) -> dict[str, Choice]:
    """What people decided, by subject."""
    return {
        decision.subject: Choice(decision.choice, decision.line_id)
        for decision in Decision.objects.filter(program=program)
    }


def load_posted(program: Program, customer_ids: Collection[int]) -> dict[tuple[int, str], list[Posted]]:
    """Postings by (customer, motion)."""
    parts: dict[int, list[PostedPart]] = defaultdict(list)
    rows = Posting.objects.filter(program=program, customer__in=customer_ids)
    for part in Part.objects.filter(posting__in=rows):
        parts[part.posting_id].append(_posted_part(part))
    posted: dict[tuple[int, str], list[Posted]] = defaultdict(list)
    for row in rows:
        posted[row.customer_id, row.motion].append(
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


def _active_mappings(program: Program, only_templates: Collection[int] | None) -> list[Mapping]:
    mappings = Mapping.objects.filter(program=program, sync_on=True, motion__in=program.motions).select_related(
        "customer", "template", "target_customer"
    )
    if only_templates is not None:
        mappings = mappings.filter(template__external_id__in=only_templates)
    return list(mappings)


def _take_up(program: Program, mappings: Iterable[Mapping]) -> None:
    """A mapping that was never planned takes up the newest imported month, and what comes after."""
    newest = newest_month(program)
    if not newest:
        return
    month = dt.date.fromisoformat(f"{newest}-01")
    for mapping in mappings:
        if mapping.first_month is None:
            mapping.first_month = month
            mapping.save(update_fields=["first_month"])


def _mapping_facts(
    program: Program,
    mappings: list[Mapping],
    *,
    templates: dict[int, TemplateRecord],
    own_lines: list[OwnLine],
    choices: dict[str, Choice],
    carried: frozenset[str],
    newest: str,
) -> list[MappingFacts]:
    customers = {mapping.customer_id for mapping in mappings}
    posted = load_posted(program, customers)
    periods, invoiced = _load_periods(program, mappings, newest)
    uncertain = _uncertain_subscriptions(program, newest)
    own_by_mapping = defaultdict(list)
    for line in own_lines:
        own_by_mapping[line.customer_id, line.motion].append(line)
    standing = {line.line_id for line in own_lines if line.state is LineState.STANDING}
    rules = _rules(program)
    facts = []
    for mapping in mappings:
        key = (mapping.customer_id, mapping.motion)
        template = templates.get(mapping.template.external_id)
        facts.append(
            MappingFacts(
                mapping=_mapping_fact(program, mapping, template),
                template=template,
                periods=tuple(_with_withdrawn(periods.get(key, []), posted.get(key, []))),
                newest=newest,
                invoiced=invoiced,
                own_lines=tuple(own_by_mapping[key]),
                posted=tuple(posted.get(key, ())),
                foreign_ids=_foreign_ids(template, standing),
                other_templates=templates,
                carried=carried,
                uncertain=uncertain,
                choices=choices,
                rules=rules,
                first=not posted.get(key),
            )
        )
    return facts


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
    if symbol and not symbol_fits(symbol, currency):
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


def _left_behind(mappings: list[Mapping], own_lines: list[OwnLine]) -> list[OwnLine]:
    active = {(mapping.customer_id, mapping.motion) for mapping in mappings}
    return [
        line for line in own_lines if (line.customer_id, line.motion) not in active and line.state is LineState.STANDING
    ]


# --- Charges --------------------------------------------------------------------------------------


def _countable(program: Program) -> QuerySet[SourceInvoice]:
    return SourceInvoice.objects.filter(
        source=program.source_id,
        program_slug=program.slug,
        state=InvoiceState.COUNTED,
        past=False,
    )


def _load_periods(
    program: Program, mappings: list[Mapping], newest: str
) -> tuple[dict[tuple[int, str], list[PeriodFact]], frozenset[int]]:
    """Charges of the mapped customers by (customer, motion), then subscription and period.

    Also the subscriptions that invoices of the newest month name.
    """
    first = {(m.customer_id, m.motion): m.first_month for m in mappings}
    charges = (
        Charge.objects.filter(
            invoice__in=_countable(program),
            customer__in={m.customer_id for m in mappings},
            motion__in=program.motions,
        )
        .exclude(kind=Kind.UNKNOWN)
        .select_related("invoice", "subscription")
        .defer("raw")
        .order_by("customer", "motion", "subscription", "period", "invoice", "line")
    )
    grouped: dict[tuple[int, str], dict[tuple[int, str], list[Charge]]] = defaultdict(lambda: defaultdict(list))
    for charge in charges.iterator(chunk_size=2000):
        key = (charge.customer_id, charge.motion)
        month = first.get(key)  # type: ignore[arg-type]  # a charge of a customer has one
        if month is None or charge.invoice.month < month or charge.subscription_id is None:
            continue
        grouped[key][charge.subscription_id, charge.period].append(charge)  # type: ignore[index]
    products = _Products(program)
    latest: dict[tuple[int, str], str] = {}
    for (_, motion), groups in grouped.items():
        for (subscription, period), rows in groups.items():
            if any(_month(row) == newest and row.kind != Kind.CREDIT for row in rows):
                place = (subscription, motion)
                latest[place] = max(latest.get(place, ""), period)
    facts = {
        key: [
            _period_fact(rows, products, current=latest.get((subscription, key[1])) == period)
            for (subscription, period), rows in groups.items()
        ]
        for key, groups in grouped.items()
    }
    named = {
        subscription
        for groups in grouped.values()
        for (subscription, _), rows in groups.items()
        if any(_month(row) == newest for row in rows)
    }
    return facts, frozenset(named)


def _month(row: Charge) -> str:
    return f"{row.invoice.month:%Y-%m}"


def _period_fact(rows: list[Charge], products: _Products, *, current: bool) -> PeriodFact:
    first = rows[-1]
    assert first.subscription is not None
    return PeriodFact(
        current=current,
        late=all(_month(row) > first.period for row in rows),
        subscription_id=first.subscription.pk,
        subscription=first.subscription.external_id,
        period=first.period,
        charges=tuple(_charge_fact(row) for row in rows),
        product=products.fact(first.product_id),
        problem=next((row.problem for row in rows if row.problem), ""),
    )


def _charge_fact(row: Charge) -> ChargeFact:
    return ChargeFact(
        pk=row.pk,
        invoice_id=row.invoice_id,
        invoice_number=row.invoice.number,
        line=row.line,
        start=row.start,
        end=row.end,
        quantity=row.quantity,
        unit_cost=row.unit_cost,
        unit_retail=row.unit_retail,
        ratio=row.ratio,
        cost=row.cost,
        retail=row.retail,
        credit=row.kind == Kind.CREDIT,
    )


def _with_withdrawn(periods: list[PeriodFact], posted: list[Posted]) -> list[PeriodFact]:
    """Also the periods that were posted but whose invoice no longer counts: without charges."""
    known = {(period.subscription_id, period.period) for period in periods}
    names = {period.subscription_id: period for period in periods}
    withdrawn = [
        PeriodFact(
            p.subscription_id,
            names[p.subscription_id].subscription,
            p.period,
            (),
            names[p.subscription_id].product,
        )
        for p in posted
        if (p.subscription_id, p.period) not in known and p.subscription_id in names
    ]
    return periods + withdrawn


def _uncertain_subscriptions(program: Program, newest: str) -> frozenset[int]:
    """Subscriptions with rows of the newest month that are held or could not be classified."""
    if not newest:
        return frozenset()
    month = dt.date.fromisoformat(f"{newest}-01")
    rows = Charge.objects.filter(
        invoice__source=program.source_id, invoice__month=month, subscription__isnull=False
    ).filter(Q(kind=Kind.UNKNOWN) | Q(invoice__state=InvoiceState.HELD))
    unresolved = Charge.objects.filter(
        invoice__source=program.source_id, invoice__month=month, subscription__isnull=True
    ).values_list("subscription_ref", flat=True)
    by_ref = set(unresolved)
    ids = set(rows.values_list("subscription_id", flat=True))
    ids |= set(
        Line.objects.filter(target=program.target_id, subscription__external_id__in=by_ref).values_list(
            "subscription_id", flat=True
        )
    )
    return frozenset(ids)


# --- Products -------------------------------------------------------------------------------------


class _Products:
    """Our products with what stands for them in the target, read once."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._facts: dict[int, ProductFact] = {}
        links = {link.product_id: link.external_id for link in ProductLink.objects.filter(target=program.target_id)}
        copies = {copy.external_id: copy for copy in TargetProduct.objects.filter(target=program.target_id, gone=False)}
        by_code: dict[str, list[int]] = defaultdict(list)
        for copy in copies.values():
            if copy.code:
                by_code[copy.code.strip().lower()].append(copy.external_id)
        gone = frozenset(
            TargetProduct.objects.filter(target=program.target_id, gone=True).values_list("external_id", flat=True)
        )
        for product in _products_of_charges(program):
            target_id = links.get(product.pk)
            if target_id is None or target_id in gone:
                same = by_code.get(product.key, [])
                target_id = same[0] if len(same) == 1 else None
            target = copies.get(target_id) if target_id is not None else None
            self._facts[product.pk] = ProductFact(
                product_id=product.pk,
                key=product.key,
                name=_shown_name(product.name, target.name if target else ""),
                cost=target.cost if target else product.unit_cost,
                retail=target.retail if target else product.unit_retail,
                target_id=target_id,
                taxable=target.taxable if target else program.new_taxable,
                expected=_will_be_made(program, product.cadence),
                superseded_ids=gone,
            )

    def fact(self, product_id: int | None) -> ProductFact | None:
        """The product's fact, None where the charge has no product."""
        return self._facts.get(product_id) if product_id is not None else None


def _products_of_charges(program: Program) -> QuerySet[Product]:
    return Product.objects.filter(source=program.source_id, charges__isnull=False).distinct()


def _shown_name(ours: str, theirs: str) -> str:
    """Our name, unless the user gave the target's product one of their own."""
    return ours if not theirs or theirs.startswith("PC_") else theirs


def _will_be_made(program: Program, cadence: str) -> bool:
    if not program.products_enabled:
        return False
    return not ((cadence == "usage" and not program.sync_azure) or (cadence == "annual" and not program.sync_annual))
