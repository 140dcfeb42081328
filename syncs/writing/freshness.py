"""Whether a template and its mappings are still those that a plan was made from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, Subquery

from connections.models import Connection
from connectors.records import InvoiceTemplate
from money.enums import Action
from products.models import Product, ProductLink
from syncs.enums import LOST_STATES, Anew
from syncs.facts.mappings import on_template
from syncs.facts.products import made_for_other_sources
from syncs.models import Change, RunTemplate


def overtaken(change: Change, target_id: int) -> str:
    """Why a planned write of a product must not be sent any more; "" when it may.

    People link and detach while a sync is under way. The product's row stays locked until the claim
    is committed, so that whoever links or detaches sees that it is being written.
    """
    assert change.product_id is not None
    product = Product.objects.select_for_update(no_key=True).get(pk=change.product_id)
    if product.detached:
        return "Detached meanwhile: the sync leaves it alone."
    if change.action == Action.CREATE_PRODUCT and (made := _made_elsewhere(change, product, target_id)):
        return made
    either = Q(product=product) | Q(external_id=change.target_product_id)
    links = ProductLink.objects.filter(either, target=target_id).exclude(copy__gone=True)
    for owner, external_id in links.values_list("product_id", "external_id"):
        if owner != product.pk:
            return "It stands for another product now."
        if external_id != change.target_product_id:
            return "Linked to another product meanwhile: the next sync follows."
    return ""


def _made_elsewhere(change: Change, product: Product, target_id: int) -> str:
    """Whether another program of the target made the product, or may have; else "".

    Its answer may be lost: then it is that program's to find out. The target's row stays locked until the claim is
    committed, so that two programs that planned the same product do not both find nothing. The answer is recorded
    without that lock: so first comes who is writing it, then what was made, or an answer between the two were missed.
    """
    Connection.objects.select_for_update(no_key=True).get(pk=target_id)
    sent = Change.objects.filter(
        action=Action.CREATE_PRODUCT, product_key=change.product_key, state__in=LOST_STATES, program__target=target_id
    )
    asks = sent.filter(program__enabled=True, program__products_enabled=True).exclude(product=product)
    if asks.exists():
        return "Another program is making it: the next sync finds it."
    others = made_for_other_sources(product.source_id, target_id)
    return "Another program made it meanwhile." if others.filter(copy__code=change.product_key).exists() else ""


def why_stale(
    visit: RunTemplate, mapped: Sequence[tuple[int, str]], read: InvoiceTemplate | None = None
) -> Anew | None:
    """Why a template's part of the plan must be made again; None while it holds.

    ``mapped`` are the mappings to it now, as ``mapped_to`` answers. ``read`` is the template as it is just before its
    first write; later only its mappings are looked at, for what stands on it then is ours.
    """
    moved = visit.mapped != mapped_digest(mapped)
    if read is None:
        return Anew.MAPPED if moved else None
    changed = moved or visit.planned_from != template_digest(read)
    return Anew.CHANGED if changed else None


@dataclass(frozen=True, slots=True)
class Now:
    """The mappings that sync to a change's template, and the target's product of what it adds, as both are now."""

    mapped: Sequence[tuple[int, str]]
    product_id: str | None


def mapped_now(change: Change) -> Now:
    """One query: it is asked before each line. Inside the scope.

    Where nothing is mapped there is no product either: such a line is not added.
    """
    program = change.run.program
    links = ProductLink.objects.filter(product=change.product_id, target=program.target_id).exclude(copy__gone=True)
    rows = on_template(program, change.template_id or "").order_by("pk")
    found = list(rows.values_list("pk", "pricing", Subquery(links.values("external_id")[:1])))
    return Now([(pk, pricing) for pk, pricing, _ in found], found[0][2] if found else None)


def template_digest(template: InvoiceTemplate) -> str:
    """Of everything about a template that a plan depends on (the order of lines is not)."""
    lines = sorted(
        (
            line.line_id,
            str(line.product_id),
            line.name,
            line.description,
            line.quantity.normalize(),
            line.retail_cents,
            line.cost_cents,
            line.taxable,
            line.one_time,
        )
        for line in template.lines
    )
    return _digest((template.next_run, template.paused, template.customer_id, lines))


def mapped_digest(mapped: Sequence[tuple[int, str]]) -> str:
    """Of the mappings to a template that sync, each with its pricing strategy."""
    return _digest(list(mapped))


def _digest(told: object) -> str:
    return hashlib.sha256(repr(told).encode()).hexdigest()[:24]
