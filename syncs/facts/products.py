"""Our products with what stands for them in the target, as planning is told. Inside the scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import QuerySet

from connectors.records import Cadence
from money.facts import ProductFact
from products.models import Product, ProductLink, TargetProduct
from programs.models import Program


def load_product_facts(program: Program, product_ids: Collection[int]) -> dict[int, ProductFact]:
    """Facts of these products by their id, in a handful of queries."""
    products = list(Product.objects.filter(pk__in=product_ids))
    links = dict(
        ProductLink.objects.filter(target=program.target_id, product__in=product_ids).values_list(
            "product_id", "external_id"
        )
    )
    copies = TargetProduct.objects.filter(target=program.target_id)
    gone = frozenset(copies.filter(gone=True).values_list("external_id", flat=True))
    by_code = _by_code(copies.filter(gone=False, code__in=[product.key for product in products]))
    chosen = {product.pk: _stand_in(product, links, by_code, gone) for product in products}
    targets = {
        copy.external_id: copy
        for copy in copies.filter(gone=False, external_id__in=[pk for pk in chosen.values() if pk is not None])
    }
    return {product.pk: _fact(program, product, chosen[product.pk], targets, gone) for product in products}


def made_for_other_sources(source_id: int, target_id: int) -> QuerySet[ProductLink]:
    """Links of products that the target has, and that follow the prices of another source of the partner."""
    links = ProductLink.objects.filter(target=target_id, copy__gone=False)
    return links.exclude(product__source=source_id)


def _by_code(copies: Iterable[TargetProduct]) -> dict[str, list[int]]:
    by_code: dict[str, list[int]] = defaultdict(list)
    for copy in copies:
        by_code[copy.code].append(copy.external_id)
    return by_code


def _stand_in(
    product: Product, links: dict[int, int], by_code: dict[str, list[int]], gone: frozenset[int]
) -> int | None:
    """The linked product of the target, else the one product there that has the key."""
    linked = links.get(product.pk)
    if linked is not None and linked not in gone:
        return linked
    same = by_code.get(product.key, [])
    return same[0] if len(same) == 1 else None


def _fact(
    program: Program,
    product: Product,
    target_id: int | None,
    targets: dict[int, TargetProduct],
    gone: frozenset[int],
) -> ProductFact:
    target = targets.get(target_id) if target_id is not None else None
    return ProductFact(
        product_id=product.pk,
        key=product.key,
        name=_shown_name(product.name, target.name if target else ""),
        cost=target.cost if target else product.unit_cost,
        retail=target.retail if target else product.unit_retail,
        target_id=target_id,
        taxable=target.taxable if target else program.new_taxable,
        expected=not product.detached and _will_be_made(program, product.cadence),
        superseded_ids=gone,
    )


def _shown_name(ours: str, theirs: str) -> str:
    """Our name, unless the user gave the target's product one of their own."""
    return ours if not theirs or theirs.startswith("PC_") else theirs


def _will_be_made(program: Program, cadence: str) -> bool:
    if not program.products_enabled:
        return False
    return not (
        (cadence == Cadence.USAGE and not program.sync_azure) or (cadence == Cadence.ANNUAL and not program.sync_annual)
    )
