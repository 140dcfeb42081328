"""Our products with what stands for them in the target, as planning is told. Inside the scope."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db.models import Exists, OuterRef, QuerySet

from connectors.records import Cadence
from invoices.counted import countable_invoices
from invoices.models import Charge
from money.facts import ProductFact
from money.products import PREFIX
from products.models import Product, ProductLink, TargetProduct
from programs.models import Program
from syncs.facts.mappings import active_mappings


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
    by_code = _by_code(copies.filter(gone=False, code__in=_codes_of(products)))
    by_former = _by_former_key(program, products, by_code)
    chosen = {product.pk: _stand_in(product, links, by_code, by_former, gone) for product in products}
    targets = {
        copy.external_id: copy
        for copy in copies.filter(gone=False, external_id__in=[pk for pk in chosen.values() if pk is not None])
    }
    same = _same_products(program, products)
    return {
        product.pk: _fact(program, product, chosen[product.pk], targets, gone=gone, same_ids=same[product.pk])
        for product in products
    }


def lacks_products(program: Program, only: Collection[int] | None = None) -> bool:
    """Whether charges of mapped customers name a product that the product sync would make or find, and has not yet.

    Of all mappings, or of ``only`` these.
    """
    synced = active_mappings(program).filter(customer=OuterRef("customer"), motion=OuterRef("motion"))
    if only is not None:
        synced = synced.filter(pk__in=only)
    charged = Charge.objects.filter(Exists(synced), invoice__in=countable_invoices(program), product__isnull=False)
    linked = ProductLink.objects.filter(target=program.target_id, product=OuterRef("pk")).exclude(copy__gone=True)
    elsewhere = made_for_other_sources(program.source_id, program.target_id).values("copy__code")
    wanted = Product.objects.filter(source=program.source_id, detached=False, ambiguous=False)
    left_out = [
        cadence
        for cadence, synced in ((Cadence.USAGE, program.sync_azure), (Cadence.ANNUAL, program.sync_annual))
        if not synced
    ]
    wanted = wanted.exclude(cadence__in=left_out).exclude(key__in=elsewhere)
    return wanted.filter(~Exists(linked), pk__in=charged.values("product")).exists()


def made_for_other_sources(source_id: int, target_id: int) -> QuerySet[ProductLink]:
    """Links of products that the target has, and that follow the prices of another source of the partner."""
    links = ProductLink.objects.filter(target=target_id, copy__gone=False)
    return links.exclude(product__source=source_id)


def _by_code(copies: Iterable[TargetProduct]) -> dict[str, list[str]]:
    by_code: dict[str, list[str]] = defaultdict(list)
    for copy in copies:
        by_code[copy.code].append(copy.external_id)
    return by_code


def _same_products(program: Program, products: Sequence[Product]) -> dict[int, frozenset[str]]:
    """Products of the target that nobody linked, and that have a key, the token or the name of ours."""
    linked = ProductLink.objects.filter(target=program.target_id).values("external_id")
    found: dict[str, set[str]] = defaultdict(set)
    copies = TargetProduct.objects.filter(target=program.target_id, gone=False).exclude(external_id__in=linked)
    for number, name, code in copies.values_list("external_id", "name", "code"):
        known_by = {code.strip().lower(), name.lower()}
        token = name.split(" ", 1)[0].lower()
        for word in known_by | ({token} if token.startswith(PREFIX.lower()) else set()):
            found[word].add(number)
    asked = {one.pk: {one.key, one.former_key, f"{PREFIX}{one.sku}".lower(), one.name.lower()} for one in products}
    return {pk: frozenset().union(*(found.get(name, ()) for name in names)) for pk, names in asked.items()}


def _codes_of(products: Iterable[Product]) -> set[str]:
    return {code for product in products for code in (product.key, product.former_key)}


def _by_former_key(
    program: Program, products: Sequence[Product], by_code: Mapping[str, list[str]]
) -> dict[str, list[str]]:
    """Products of the target that have a key of before, by that of the only offer that had it; no linked ones."""
    asked = {product.former_key for product in products if product.former_key != product.key} & by_code.keys()
    if not asked:
        return {}
    skus = {product.sku for product in products if product.former_key in asked}
    sold = Counter(one.former_key for one in Product.objects.filter(source=program.source_id, sku__in=skus))
    linked = set(ProductLink.objects.filter(target=program.target_id).values_list("external_id", flat=True))
    return {key: [one for one in by_code[key] if one not in linked] for key in asked if sold[key] == 1}


def _stand_in(
    product: Product,
    links: Mapping[int, str],
    by_code: Mapping[str, list[str]],
    by_former: Mapping[str, list[str]],
    gone: frozenset[str],
) -> str | None:
    """The linked product of the target, else the one product there that has the key, or had it before."""
    linked = links.get(product.pk)
    if linked is not None and linked not in gone:
        return linked
    same = by_code.get(product.key) or by_former.get(product.former_key, [])
    return same[0] if len(same) == 1 else None


def _fact(
    program: Program,
    product: Product,
    target_id: str | None,
    targets: dict[str, TargetProduct],
    *,
    gone: frozenset[str],
    same_ids: frozenset[str],
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
        superseded_ids=gone,
        same_ids=same_ids,
    )


def _shown_name(ours: str, theirs: str) -> str:
    """Our name, unless the user gave the target's product one of their own."""
    return ours if not theirs or theirs.startswith("PC_") else theirs
