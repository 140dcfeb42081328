"""Reads of products that deserve a name."""

from __future__ import annotations

from django.db.models import F, FilteredRelation, Q, QuerySet

from core.searching import ids_matching
from products.matching import ProductFacts
from products.models import Product
from programs.models import Program


def list_products(program: Program, text: str = "") -> QuerySet[Product]:
    """Products of the program's source by name, each with what stands for it in the target.

    Adds ``target_id_linked`` (the target's product id), ``adopted``, and ``target_name``,
    ``target_cost``, ``target_retail``, ``target_disabled``, ``target_gone`` of the copy; None where
    there is none. ``text`` is looked for in name, SKU and product id.
    """
    # A join by a unique key: the database leaves it out where only ids are asked for.
    link = FilteredRelation("links", condition=Q(links__target=program.target_id))
    shown = ("name", "cost", "retail", "disabled", "gone")
    found = (
        Product.objects.filter(source_id=program.source_id)
        .annotate(link=link)
        .annotate(target_id_linked=F("link__external_id"), adopted=F("link__adopted"))
        .annotate(**{f"target_{column}": F(f"link__copy__{column}") for column in shown})
    )
    return found.filter(product_contains(text)).order_by("name", "billing_cycle", "key")


def product_contains(text: str) -> Q:
    """The condition behind every search box over products: name, SKU or product id."""
    return Q(pk__in=ids_matching("matching_products", text)) if text.strip() else Q()


def product_facts(source_id: int) -> list[ProductFacts]:
    """All products of a source as matching needs them."""
    columns = ("pk", "key", "product_id", "sku", "name", "term", "billing_cycle", "in_price_list")
    rows = Product.objects.filter(source_id=source_id).order_by("pk").values_list(*columns)
    return [ProductFacts(*row) for row in rows]
