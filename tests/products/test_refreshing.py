"""Our products and the copy of the target's."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import responses
from django.db import connection
from django.test.utils import CaptureQueriesContext

from connectors.edge.http import Edge, EdgeSettings
from connectors.edge.ratelimit import NoLimit
from connectors.syncro.client import SyncroClient
from core.scope import in_real_transaction, partner_scope
from products.models import Product, ProductLink, TargetProduct
from products.selectors import list_products
from products.services import (
    PriceListReport,
    product_made_from_invoice,
    refresh_price_list,
    refresh_target_products,
)
from tests.invoices.prism_wire import World

API = "https://northwind.syncromsp.com/api/v1"
ON = dt.date(2026, 10, 1)


def refresh(world: World) -> PriceListReport:
    """Read the price list."""
    with world.prism.answering():
        return refresh_price_list(world.partner.pk, world.program.source_id, world.prism.client(), ON)


def product(world: World, product_id: str = "p1") -> Product:
    """A product of ours."""
    with partner_scope(world.partner.pk):
        return Product.objects.get(product_id=product_id)


# --- Price list ---------------------------------------------------------------------------------------


def test_price_list_becomes_products_by_key(world):
    world.prism.product("p1", ProductSku="CFQ7", UnitPrice=Decimal("0.1725"), ProductDescription="Mail and files")

    assert refresh(world) == PriceListReport(total=1, new=1)

    found = product(world)
    assert (found.key, found.unit_cost, found.unit_retail) == ("cfq7|1|1 month|p1", Decimal("0.1725"), 10)
    assert (found.cadence, found.description, found.in_price_list) == ("monthly", "Mail and files", True)
    assert "/pricelist/2026/10/1/" in next(path for path in world.prism.calls if "pricelist" in path)


def test_same_list_again_writes_nothing(world):
    world.prism.product("p1", UnitPrice=Decimal("0.1725"))

    def writes() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert refresh(world).total == 1
        return sum(query["sql"].startswith(("INSERT", "UPDATE", "DELETE")) for query in queries)

    assert [writes(), writes()] == [1, 0]


def test_price_that_changed_is_changed(world):
    world.prism.product("p1")
    refresh(world)
    world.prism.products[0]["UnitPrice"] = Decimal("8.5")

    assert refresh(world).changed == 1
    assert product(world).unit_cost == Decimal("8.5")


def test_product_that_left_the_list_stays_marked_and_can_come_back(world):
    world.prism.product("p1")
    world.prism.product("p2")
    refresh(world)
    left = world.prism.products.pop(0)

    assert (refresh(world).gone, refresh(world).gone) == (1, 0)
    assert not product(world).in_price_list

    world.prism.products.append(left)
    assert refresh(world) == PriceListReport(total=2, changed=1)
    assert product(world).in_price_list


def test_empty_list_changes_nothing_and_is_reported(world):
    world.prism.product("p1")
    refresh(world)
    world.prism.products.clear()

    assert "empty" in refresh(world).problem
    assert product(world).in_price_list


def test_key_with_two_prices_is_ambiguous_until_the_list_is_clear(world):
    for sku, price in (("CFQ7 0001", 8), ("CFQ7  0001", 9)):
        world.prism.product("p0", ProductSku=sku, UnitPrice=price)

    assert refresh(world).ambiguous == ("Sample Suite",)
    assert product(world, "p0").ambiguous

    world.prism.products.pop()
    assert refresh(world).ambiguous == ()
    assert not product(world, "p0").ambiguous


def test_key_twice_at_one_price_is_one_product(world):
    for _ in range(2):
        world.prism.product("p1", ProductSku="CFQ7")

    assert refresh(world) == PriceListReport(total=1, new=1)


# --- Offers of one SKU --------------------------------------------------------------------------------

OFFERS = {"g1": ("Suite - 1 Month - Monthly", "6.24"), "g2": ("Suite - 1 Year - Monthly", "5.20")}


def list_offers(world: World, *ids: str) -> None:
    """List these offers of one SKU, at their prices."""
    for one in ids:
        name, price = OFFERS[one]
        world.prism.product(one, ProductSku="CFQ7:0001", ProductName=name, UnitPrice=Decimal(price))


def stored(world: World) -> dict[str, tuple[int, str, Decimal]]:
    """Every listed product: number, key and cost, by the id of its offer."""
    with partner_scope(world.partner.pk):
        rows = Product.objects.filter(in_price_list=True)
        return {row.product_id: (row.pk, row.key, row.unit_cost) for row in rows}


def test_offers_of_one_sku_are_products_of_their_own(world):
    list_offers(world, "g1", "g2")

    assert refresh(world) == PriceListReport(total=2, new=2)
    assert {offer: values[1:] for offer, values in stored(world).items()} == {
        "g1": ("cfq7:0001|1 month|1 month|g1", Decimal("6.24")),
        "g2": ("cfq7:0001|1 year|1 month|g2", Decimal("5.20")),
    }
    assert refresh(world) == PriceListReport(total=2)


def test_offers_that_differ_in_nothing_but_the_id_are_two(world):
    for offer in ("g1", "g2"):
        world.prism.product(offer, ProductSku="CFQ7:0001")

    assert refresh(world) == PriceListReport(total=2, new=2)


def test_product_with_a_key_of_before_is_the_offer_that_its_id_names(world):
    with partner_scope(world.partner.pk):
        before = Product.objects.create(
            source_id=world.program.source_id, key="cfq7:0001|1|1 month", product_id="G1", sku="CFQ7:0001",
            name="Suite", term="1", billing_cycle="1 Month", unit_cost=5, unit_retail=7, ambiguous=True,
        )  # fmt: skip
    list_offers(world, "g1", "g2")

    assert refresh(world) == PriceListReport(total=2, new=1, changed=1)
    assert stored(world)["g1"] == (before.pk, "cfq7:0001|1 month|1 month|g1", Decimal("6.24"))


def test_offer_takes_over_what_an_invoice_had_made_of_its_id(world):
    values = {"name": "Suite", "term": "1", "billing_cycle": "Monthly", "cadence": "monthly"}
    with partner_scope(world.partner.pk):
        made = product_made_from_invoice(
            world.program.source_id, sku="G2", **values, cost=Decimal(7), retail=Decimal(9)
        )
    list_offers(world, "g1", "g2")

    refresh(world)

    assert stored(world)["g2"] == (made.pk, "cfq7:0001|1 year|1 month|g2", Decimal("5.20"))


def test_id_that_is_the_sku_names_no_offer(world):
    world.prism.product("CFQ7:0001", ProductSku="CFQ7:0001")
    refresh(world)
    world.prism.products[0]["ProductFrequencies"] = ["1 Year"]

    assert refresh(world) == PriceListReport(total=1, new=1, gone=1)


def test_offer_whose_term_is_worded_anew_stays_the_same_product(world):
    list_offers(world, "g1")
    refresh(world)
    number = stored(world)["g1"][0]
    world.prism.products[0]["ProductName"] = "Suite - P1M - Monthly"

    assert refresh(world) == PriceListReport(total=1, changed=1)
    assert stored(world)["g1"] == (number, "cfq7:0001|p1m|1 month|g1", Decimal("6.24"))


def test_price_list_takes_over_what_was_made_from_an_invoice(world):
    values = {"sku": "CFQ7", "name": "Old name", "term": "1", "billing_cycle": "1 Month", "cadence": "monthly"}
    with partner_scope(world.partner.pk):
        made = product_made_from_invoice(world.program.source_id, **values, cost=Decimal(7), retail=Decimal(9))
        again = product_made_from_invoice(world.program.source_id, **values, cost=Decimal(1), retail=Decimal(1))
    assert (again.pk, again.unit_cost) == (made.pk, 7)
    world.prism.product("p1", ProductSku="cfq7")

    refresh(world)

    assert (product(world).pk, product(world).unit_cost, product(world).in_price_list) == (made.pk, 8, True)


def test_refresh_takes_the_same_queries_for_one_and_for_many(world):
    def queries_for(new: int) -> int:
        for number in range(len(world.prism.products), len(world.prism.products) + new):
            world.prism.product(f"p{number}")
        with CaptureQueriesContext(connection) as queries:
            assert refresh(world).new == new
        return len(queries)

    queries_for(1)  # the first products of all have nothing beside them

    assert queries_for(1) == queries_for(400)


# --- The target's products ------------------------------------------------------------------------------


@dataclass
class SyncroWire:
    """Syncro's products at the wire; its list hides those that are disabled."""

    products: dict[int, dict[str, Any]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    page_size: int = 25

    def product(self, number: int, **values: Any) -> None:
        """One more product."""
        self.products[number] = {
            "id": number, "name": f"PC_SKU {number}", "description": "Seats", "upc_code": f"key {number}",
            "price_cost": "8.0", "price_retail": "10.0", "taxable": True, "disabled": False,
            "maintain_stock": False, "serialized": False, **values,
        }  # fmt: skip

    def client(self) -> SyncroClient:
        """A client of it."""
        settings = EdgeSettings("syncro", {"syncro": API}, sleep=lambda _: None, before_call=self._check)
        return SyncroClient({"subdomain": "northwind", "api_token": "sample"}, Edge(settings, NoLimit()))

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Let the product talk to it."""
        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            mock.add_callback(responses.GET, re.compile(rf"{re.escape(API)}/products.*"), self._answer)
            yield

    def _answer(self, request: Any) -> tuple[int, dict[str, str], str]:
        url = urlsplit(request.url)
        wanted = [int(value) for name, value in parse_qsl(url.query) if name == "id[]"]
        self.asked.append(f"{url.path.removeprefix('/api/v1')} {wanted or ''}".strip())
        number = url.path.rpartition("/")[2]
        if number.isdigit():
            found = self.products.get(int(number))
            return (200, {}, json.dumps({"product": found})) if found else (404, {}, json.dumps({"error": "Not found"}))
        shown = [one for one in self.products.values() if not one["disabled"] and (not wanted or one["id"] in wanted)]
        size, page = self.page_size, int(dict(parse_qsl(url.query)).get("page", "1"))
        meta = {"total_pages": -(-len(shown) // size), "page": page}
        return 200, {}, json.dumps({"products": shown[(page - 1) * size : page * size], "meta": meta})

    def _check(self) -> None:
        assert not in_real_transaction()


def read(world: World, syncro: SyncroWire) -> None:
    """Read the target's products."""
    with syncro.answering():
        assert refresh_target_products(world.partner.pk, world.program.target_id, syncro.client()) is None


def copies(world: World) -> dict[str, tuple[bool, bool]]:
    """Disabled and gone, by id."""
    with partner_scope(world.partner.pk):
        return {row.external_id: (row.disabled, row.gone) for row in TargetProduct.objects.all()}


@pytest.fixture
def linked(world: World) -> World:
    """One product of ours, linked to number 7 of the target."""
    world.prism.product("p1")
    refresh(world)
    with partner_scope(world.partner.pk):
        ProductLink.objects.create(product=Product.objects.get(), target_id=world.program.target_id, external_id="7")
    return world


def test_products_of_the_target_are_copied(world):
    syncro = SyncroWire()
    syncro.product(7, price_cost="8.25")

    read(world, syncro)
    read(world, syncro)

    with partner_scope(world.partner.pk):
        copy = TargetProduct.objects.get()
    assert (copy.name, copy.code, copy.cost, copy.retail) == ("PC_SKU 7", "key 7", Decimal("8.25"), 10)


def test_product_that_nobody_linked_is_gone_when_the_list_lacks_it(world):
    syncro = SyncroWire()
    syncro.product(7)
    syncro.product(8)
    read(world, syncro)
    del syncro.products[7]

    read(world, syncro)
    assert copies(world) == {"7": (False, True), "8": (False, False)}
    assert set(syncro.asked) == {"/products"}


def test_long_list_is_read_in_parts_and_nothing_is_gone_before_the_last(world):
    syncro = SyncroWire(page_size=2)
    for number in range(1, 7):
        syncro.product(number)
    read(world, syncro)
    syncro.product(9)
    del syncro.products[6]
    syncro.asked.clear()

    broken_off, calls = None, []
    with syncro.answering():
        for _ in range(3):
            broken_off = refresh_target_products(
                world.partner.pk, world.program.target_id, syncro.client(), broken_off, lambda: True
            )
            calls.append(len(syncro.asked))
            gone = [number for number, (_, is_gone) in copies(world).items() if is_gone]
            assert gone == []
        last = refresh_target_products(world.partner.pk, world.program.target_id, syncro.client(), broken_off)

    assert calls == [1, 2, 3]
    assert last is None
    assert [number for number, (_, is_gone) in copies(world).items() if is_gone] == ["6"]


def test_linked_product_that_the_list_hides_is_asked_for_by_id(linked):
    syncro = SyncroWire()
    syncro.product(7, disabled=True)
    syncro.product(8)

    read(linked, syncro)

    assert copies(linked) == {"7": (True, False), "8": (False, False)}
    assert syncro.asked == ["/products", "/products [7]", "/products/7"]


def test_linked_product_that_was_deleted_is_gone(linked):
    syncro = SyncroWire()
    syncro.product(7)
    read(linked, syncro)
    del syncro.products[7]

    read(linked, syncro)

    assert copies(linked) == {"7": (False, True)}


def test_list_shows_what_stands_for_each_product(linked):
    syncro = SyncroWire()
    syncro.product(7)
    read(linked, syncro)
    linked.prism.product("p2", ProductName="Another Suite")
    refresh(linked)

    with partner_scope(linked.partner.pk):
        first, second = list_products(linked.program)
        assert [found.name for found in list_products(linked.program, "SKU-p2")] == ["Another Suite"]

    assert (first.name, first.target_id_linked, first.target_name) == ("Another Suite", None, None)
    assert (second.target_id_linked, second.adopted, second.target_name) == ("7", False, "PC_SKU 7")
    assert (second.target_retail, second.target_disabled, second.target_gone) == (10, False, False)
