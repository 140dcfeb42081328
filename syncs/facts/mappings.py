"""Which mappings sync, in which chunks, to which templates, and what keeps one from being written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from itertools import groupby

from django.db.models import QuerySet, Subquery

from connections.currency import shown_currency, target_fits
from connectors.records import InvoiceTemplate
from connectors.registry import get_target
from customers.models import Mapping, Pricing, Template
from money.enums import HoldCode, LineState
from money.facts import MappingFact
from programs.models import Program
from programs.selectors import source_currency
from syncs.models import Line

CHUNK = 200  # mappings


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


def customers_on(program: Program, template_id: str) -> set[int]:
    """Whose mappings sync to one template, or whose lines of ours stand there."""
    mapped = on_template(program, template_id)
    standing = Line.objects.filter(program=program, template_id=template_id, state=LineState.STANDING)
    return {*mapped.values_list("customer", flat=True), *standing.values_list("customer", flat=True)}


def mapped_to(program: Program, template_ids: Collection[str] | None = None) -> dict[str, list[tuple[int, str]]]:
    """By template (of these alone), the mappings that sync to it, each with its pricing strategy."""
    templates, mappings = Template.objects.filter(target=program.target_id), active_mappings(program)
    if template_ids is not None:
        templates = templates.filter(external_id__in=template_ids)
    named = dict(templates.values_list("pk", "external_id"))  # apart: joined, each may be sought among all
    if template_ids is not None:
        mappings = mappings.filter(template__in=named)
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for template, pk, pricing in mappings.order_by("pk").values_list("template", "pk", "pricing"):
        if template in named:
            found[named[template]].append((pk, pricing))
    return found


def on_template(program: Program, template_id: str) -> QuerySet[Mapping]:
    """The mappings that sync to one template, which is looked up once, by its key."""
    template = Template.objects.filter(target=program.target_id, external_id=template_id)
    return active_mappings(program).filter(template=Subquery(template.values("pk")))


def active_mappings(program: Program) -> QuerySet[Mapping]:
    """The mappings that sync."""
    return Mapping.objects.filter(program=program, sync_on=True, motion__in=program.motions)


def mapping_fact(program: Program, mapping: Mapping, template: InvoiceTemplate | None) -> MappingFact:
    """A mapping as planning is told of it, with what keeps it from being written."""
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


def _trouble(program: Program, mapping: Mapping, template: InvoiceTemplate | None) -> tuple[HoldCode | None, str]:
    target, currency = program.target, source_currency(program)
    words = get_target(target.system).words
    if target_fits(target, currency) is False:
        shown = shown_currency(target)
        text = f"The source bills in {currency}, {target.label} shows “{shown}”: nothing is written."
        return HoldCode.CURRENCY, text
    if template is not None and template.customer_id != mapping.target_customer.external_id:
        return HoldCode.TEMPLATE_MOVED, (
            f"The {words.template} “{template.name}” now belongs to another {target.label} {words.customer}. "
            "Choose another one."
        )
    if mapping.target_customer.gone:
        return HoldCode.CUSTOMER_GONE, f"The {target.label} {words.customer} no longer exists. Map to another one."
    if template is None:
        return HoldCode.TEMPLATE_GONE, _gone(mapping, words.template, words.customer)
    return None, ""


def _gone(mapping: Mapping, template: str, customer: str) -> str:
    """That the template is gone, with one of the same name that may have taken its place."""
    name, owner = mapping.template.name, mapping.target_customer.external_id
    others = Template.objects.filter(target=mapping.template.target_id, customer_external_id=owner, gone=False)
    number = others.filter(name=name).order_by("-external_id").values_list("external_id", flat=True).first()
    choose = f"“{name}” ({number}) of the same {customer} has its name: choose it" if number else "Choose another one"
    return f"The {template} “{name}” no longer exists. {choose}."
