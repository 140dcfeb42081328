"""Products of a record: which one a row is for, and what stands for it in the target."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Protocol

from connectors.records import InvoiceRow
from invoices.directory import SEVERAL_PRODUCTS
from money.facts import ProductFact
from products.keys import product_key
from products.matching import ProductFacts, ProductIndex, SoughtProduct, first_text
from tests.replay import form


class Known(Protocol):
    """What of a subscription tells its product."""

    product_ref: str
    term: str
    billing_cycle: str
    cadence: str


@dataclass(slots=True)
class Catalogue:
    """The products of a record by their place in it, from 1; those that only an invoice names come behind."""

    record: form.Record
    index: ProductIndex = field(init=False)
    products: list[form.Product] = field(init=False)

    def __post_init__(self) -> None:
        self.products = list(self.record.source.products)
        self.index = ProductIndex(_index_entry(place, one) for place, one in enumerate(self.products, 1))

    def find(self, row: InvoiceRow, subscription: Known) -> tuple[int | None, str]:
        """``invoices.directory.ProductFinder.find``."""
        wanted = SoughtProduct(
            ref=subscription.product_ref,
            name=row.product_name,
            terms=(subscription.term, row.term),
            cycles=(subscription.billing_cycle, row.billing_cycle),
        )
        match = self.index.find(wanted)
        if match.product is not None:
            return match.product.pk, ""
        if not match.rivals:
            return self._make(wanted, row, subscription), ""
        names = ", ".join(dict.fromkeys(f"“{rival.name}” ({rival.key})" for rival in match.rivals))
        return None, f"{SEVERAL_PRODUCTS}: {names}"

    def facts(self) -> dict[int, ProductFact]:
        """``syncs.facts.products.load_product_facts`` of all of them."""
        copies = {one.id: one for one in self.record.target.products}
        gone = frozenset(one.id for one in copies.values() if one.gone)
        by_code: dict[str, list[str]] = defaultdict(list)
        for one in copies.values():
            if not one.gone:
                by_code[one.code].append(one.id)
        return {place: self._fact(place, one, copies, by_code, gone) for place, one in enumerate(self.products, 1)}

    def _make(self, wanted: SoughtProduct, row: InvoiceRow, subscription: Known) -> int:
        """``products.services.product_made_from_invoice``."""
        made = form.Product(
            id="",
            sku=wanted.sku,
            name=row.product_name or wanted.sku,
            term=first_text(wanted.terms),
            billing_cycle=first_text(wanted.cycles),
            cadence=str(subscription.cadence or row.cadence),
            cost=row.unit_cost,
            retail=row.unit_retail,
            listed=False,
        )
        self.products.append(made)
        self.index.add(_index_entry(len(self.products), made))
        return len(self.products)

    def _fact(
        self,
        place: int,
        product: form.Product,
        copies: dict[str, form.TargetProduct],
        by_code: dict[str, list[str]],
        gone: frozenset[str],
    ) -> ProductFact:
        key = _key(product)
        target_id = product.target_product
        if target_id is None or target_id in gone:
            same = by_code.get(key) or by_code.get(_former_key(product), [])
            target_id = same[0] if len(same) == 1 else None
        target = copies.get(target_id) if target_id is not None else None
        settings = self.record.program.products
        theirs = target.name if target else ""
        return ProductFact(
            product_id=place,
            key=key,
            name=product.name if not theirs or theirs.startswith("PC_") else theirs,
            cost=target.cost if target else product.cost,
            retail=target.retail if target else product.retail,
            target_id=target_id,
            taxable=target.taxable if target else settings.new_taxable,
            superseded_ids=gone,
        )


def name_behind(record: form.Record, target_product: str | None) -> str:
    """Name of the product that a target's product stands for; "" where there is none."""
    if target_product is None:
        return ""
    found = (one.name for one in record.source.products if one.target_product == target_product)
    return next(found, "")


def _key(product: form.Product) -> str:
    return product_key(product.sku, product.term, product.billing_cycle, product.id)


def _former_key(product: form.Product) -> str:
    return product_key(product.sku, product.term, product.billing_cycle)


def _index_entry(place: int, product: form.Product) -> ProductFacts:
    return ProductFacts(
        place, _key(product), product.id, product.sku, product.name, product.term, product.billing_cycle, product.listed
    )
