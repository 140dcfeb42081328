"""Keep our products and the copy of the target's products up to date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from connectors import records
from connectors.interface import Source, Target
from core.bulk_saving import fit, save_differences
from core.scope import partner_scope
from core.turns import wait_for_turn
from products.identity import keep_identities
from products.keys import product_key
from products.models import Product, ProductLink, TargetProduct

_PRICE_PLACES = Decimal("0.00000001")  # as many digits as the columns hold
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class PriceListReport:
    """What a refresh of the price list found.

    ``new``, ``changed`` and ``gone`` count products; ``ambiguous`` names those whose key the list
    has more than once with different prices. ``problem`` says why nothing was changed.
    """

    total: int
    new: int = 0
    changed: int = 0
    gone: int = 0
    ambiguous: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class ListReading:
    """A reading of the target's products that broke off: when it began, and the page to go on with."""

    since: dt.datetime
    page: int = 1


def refresh_price_list(partner_id: int, connection_id: int, client: Source, on: dt.date) -> PriceListReport:
    """Bring our products to the source's price list of that day. Call it outside any scope.

    Prices are per unit, in the currency of the connection. Products that left the list stay, marked.
    An empty list changes nothing and is reported. Raises what the client raises.
    """
    listed = client.list_products(on)
    if not listed:
        return PriceListReport(total=0, problem="The source's price list is empty. Nothing was changed.")
    wanted = _merge(listed)
    with partner_scope(partner_id):
        wait_for_turn("price list", connection_id)
        return _store_price_list(connection_id, wanted)


def refresh_target_products(
    partner_id: int,
    connection_id: int,
    client: Target,
    reading: ListReading | None = None,
    enough: Callable[[], bool] = lambda: False,
) -> ListReading | None:
    """Read all products of the target anew. Call it outside any scope.

    A long list is read in parts: between two pages ``enough`` may say that others want their turn;
    then the answer is the ``reading`` to go on with, else None. The target's list may hide some
    (disabled ones), so a linked product that is not in it is asked for by id before it counts as
    gone. Raises what the client raises.
    """
    reading = reading or ListReading(timezone.now())
    with partner_scope(partner_id):
        seen = list(_read_since(connection_id, reading.since).values_list("external_id", flat=True))
    page, listed = reading.page, list[records.ProductRecord]()
    for products in client.product_pages(first=page, seen=seen):
        page += 1
        listed += products
        broken_off = enough()
        if broken_off or len(listed) >= _BATCH:
            _store_target_products(partner_id, connection_id, listed)
            listed.clear()
        if broken_off:
            return ListReading(reading.since, page)
    _store_target_products(partner_id, connection_id, listed)
    _settle_target_products(partner_id, connection_id, client, reading.since)
    return None


def reread_products(partner_id: int, connection_id: int, client: Target, product_ids: Collection[int]) -> None:
    """Read anew what stands for these products of ours, or may: linked ones by id, others by their key.

    Call it outside any scope. Raises what the client raises.
    """
    with partner_scope(partner_id):
        codes = {one.pk: {one.key, one.former_key} for one in Product.objects.filter(pk__in=product_ids)}
        links = ProductLink.objects.filter(target=connection_id, product__in=product_ids)
        linked = dict(links.values_list("product_id", "external_id"))
    found = client.get_products(sorted(linked.values(), key=records.id_order)) if linked else []
    gone = set(linked.values()) - {product.product_id for product in found}
    for product_id, known_as in codes.items():
        if linked.get(product_id) in {None, *gone}:
            for code in sorted(known_as):
                found += client.find_products_by_code(code)
    _store_target_products(partner_id, connection_id, found)
    with partner_scope(partner_id):
        TargetProduct.objects.filter(target_id=connection_id, external_id__in=gone).update(gone=True)


def product_made_from_invoice(
    connection_id: int,
    *,
    sku: str,
    name: str,
    term: str,
    billing_cycle: str,
    cadence: str,
    cost: Decimal,
    retail: Decimal,
) -> Product:
    """The product that the price list lacks, by its key; made when it is met for the first time.

    Prices are the unit prices of the invoice's row. Call it inside the scope of its partner.
    """
    values = {
        "sku": fit(sku, 100),
        "name": fit(name or sku, 500),
        "term": fit(term, 60),
        "billing_cycle": fit(billing_cycle, 120),
        "cadence": cadence,
        "unit_cost": _price(cost),
        "unit_retail": _price(retail),
        "in_price_list": False,
    }
    key = product_key(sku, term, billing_cycle)
    return Product.objects.get_or_create(source_id=connection_id, key=key, defaults=values)[0]


def _merge(listed: Iterable[records.SourceProduct]) -> dict[str, dict[str, Any]]:
    """Columns by key; the first of several rows counts, and other prices make it ambiguous."""
    wanted: dict[str, dict[str, Any]] = {}
    for product in listed:
        values = _product_values(product)
        first = wanted.setdefault(values["key"], values)
        if _prices(first) != _prices(values):
            first["ambiguous"] = True
    return wanted


def _product_values(product: records.SourceProduct) -> dict[str, Any]:
    return {
        "key": product_key(product.sku, product.term, product.billing_cycle, product.product_id),
        "product_id": fit(product.product_id, 100),
        "sku": fit(product.sku, 100),
        "name": fit(product.name, 500),
        "description": fit(product.description, 10_000),
        "term": fit(product.term, 60),
        "billing_cycle": fit(product.billing_cycle, 120),
        "cadence": str(product.cadence),
        "unit_cost": _price(product.unit_cost),
        "unit_retail": _price(product.unit_retail),
        "in_price_list": True,
        "ambiguous": False,
    }


def _store_price_list(connection_id: int, wanted: Mapping[str, Mapping[str, Any]]) -> PriceListReport:
    rows = Product.objects.filter(source_id=connection_id).order_by("pk")
    existing = keep_identities({row.key: row for row in rows}, wanted)
    left = {key: {"in_price_list": False} for key, row in existing.items() if row.in_price_list and key not in wanted}
    saved = save_differences(Product, existing, {**wanted, **left}, for_new={"source_id": connection_id})
    return PriceListReport(
        total=len(wanted),
        new=len(saved.created),
        changed=len(saved.changed) - len(left),
        gone=len(left),
        ambiguous=tuple(sorted(values["name"] for values in wanted.values() if values["ambiguous"])),
    )


def _store_target_products(partner_id: int, connection_id: int, listed: Sequence[records.ProductRecord]) -> None:
    wanted = {product.product_id: _copy_values(product) for product in listed}
    now = timezone.now()
    with partner_scope(partner_id):
        wait_for_turn("target products", connection_id)
        copies = TargetProduct.objects.filter(target_id=connection_id, external_id__in=list(wanted))
        existing = {row.external_id: row for row in copies}
        save_differences(TargetProduct, existing, wanted, for_new={"target_id": connection_id, "read_at": now})
        copies.update(read_at=now)


def _settle_target_products(partner_id: int, connection_id: int, client: Target, since: dt.datetime) -> None:
    """Ask for linked products that the list did not show; whatever was not read since then is gone."""
    with partner_scope(partner_id):
        linked = ProductLink.objects.filter(target_id=connection_id).values_list("external_id", flat=True)
        shown = _read_since(connection_id, since).values_list("external_id", flat=True)
        hidden = sorted(set(linked) - set(shown), key=records.id_order)
    if hidden:
        _store_target_products(partner_id, connection_id, client.get_products(hidden))
    with partner_scope(partner_id):
        wait_for_turn("target products", connection_id)
        TargetProduct.objects.filter(target_id=connection_id, gone=False, read_at__lt=since).update(gone=True)


def _read_since(connection_id: int, since: dt.datetime) -> QuerySet[TargetProduct]:
    return TargetProduct.objects.filter(target_id=connection_id, read_at__gte=since)


def _copy_values(product: records.ProductRecord) -> dict[str, Any]:
    return {
        "external_id": product.product_id,
        "name": fit(product.name, 1000),
        "code": fit(product.code, 300),
        "cost": _price(product.cost),
        "retail": _price(product.retail),
        "taxable": product.taxable,
        "disabled": product.disabled,
        "gone": False,
    }


def _price(price: Decimal) -> Decimal:
    return price.quantize(_PRICE_PLACES)


def _prices(values: Mapping[str, Any]) -> tuple[Decimal, Decimal]:
    return values["unit_cost"], values["unit_retail"]
