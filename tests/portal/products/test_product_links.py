"""Adopt a product of the target, detach it, take it up again."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.models import AuditEntry
from core.scope import partner_scope
from money.enums import Action
from products.models import Product, ProductLink, TargetProduct
from syncs.enums import ChangeState, RunKind
from tests import factories as make
from tests.portal.cast import Cast, Shop


@pytest.fixture
def free(cast: Cast, shop: Shop) -> TargetProduct:
    """A product of the target that stands for none of ours."""
    with partner_scope(cast.northwind.pk):
        product: TargetProduct = make.TargetProductFactory(target=shop.program.target, name="Mailbox, our own words")
    return product


def act(client: Client, shop: Shop, what: str, **values: Any) -> Any:
    path = f"/p/northwind/programs/{shop.program.pk}/products/{shop.product.pk}/{what}/"
    return client.post(path, values, follow=True)


def links_of(cast: Cast, product: Product) -> list[tuple[int, bool]]:
    with partner_scope(cast.northwind.pk):
        return list(ProductLink.objects.filter(product=product).values_list("external_id", "adopted"))


def is_detached(cast: Cast, shop: Shop) -> bool:
    with partner_scope(cast.northwind.pk):
        return Product.objects.get(pk=shop.product.pk).detached


def test_product_is_detached_and_another_one_adopted(cast: Cast, shop: Shop, free: TargetProduct) -> None:
    bob = cast.client("bob")
    detached = act(bob, shop, "detach")
    assert (links_of(cast, shop.product), is_detached(cast, shop)) == ([], True)
    assert "Left alone" not in detached.content.decode()
    assert "A person detached it" in detached.content.decode()

    page = act(bob, shop, "adopt", target=free.pk)

    assert (links_of(cast, shop.product), is_detached(cast, shop)) == ([(free.external_id, True)], False)
    assert "Mailbox, our own words" in page.content.decode()
    with partner_scope(cast.northwind.pk):
        facts = AuditEntry.objects.filter(action__startswith="product.").order_by("pk")
        assert [fact.action for fact in facts] == ["product.detached", "product.adopted"]


def test_detaching_offers_to_adopt_the_same_again(cast: Cast, shop: Shop) -> None:
    (before,) = links_of(cast, shop.product)
    bob = cast.client("bob")
    page = act(bob, shop, "detach").content.decode()
    with partner_scope(cast.northwind.pk):
        copy = TargetProduct.objects.get(external_id=before[0])
    path = f"/p/northwind/programs/{shop.program.pk}/products/{shop.product.pk}/adopt/?target={copy.pk}"
    assert path in page

    offered = bob.get(path)
    act(bob, shop, "adopt", target=copy.pk)

    assert f'value="{copy.pk}" checked' in offered.content.decode()
    assert links_of(cast, shop.product) == [(before[0], True)]


def test_detached_product_is_synced_again(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    act(bob, shop, "detach")

    act(bob, shop, "follow")

    assert is_detached(cast, shop) is False


def test_what_stands_for_another_product_is_not_offered_nor_taken(cast: Cast, shop: Shop, free: TargetProduct) -> None:
    bob = cast.client("bob")
    act(bob, shop, "detach")
    path = f"/p/northwind/programs/{shop.program.pk}/products/{shop.product.pk}/adopt/"
    assert free.pk in [offer.pk for offer in bob.get(path).context["offers"]]
    with partner_scope(cast.northwind.pk):
        other = make.ProductFactory(source=shop.program.source)
        make.ProductLinkFactory(product=other, target=shop.program.target, external_id=free.external_id)

    assert free.pk not in [offer.pk for offer in bob.get(path).context["offers"]]
    refused = act(bob, shop, "adopt", target=free.pk)

    assert "stands for another product already" in refused.content.decode()
    assert links_of(cast, shop.product) == []


def test_linked_product_takes_no_second_one(cast: Cast, shop: Shop, free: TargetProduct) -> None:
    before = links_of(cast, shop.product)

    refused = act(cast.client("bob"), shop, "adopt", target=free.pk)

    assert "Detach it first" in refused.content.decode()
    assert links_of(cast, shop.product) == before


def test_adopting_needs_a_choice(cast: Cast, shop: Shop) -> None:
    assert "Choose a product of the target." in act(cast.client("bob"), shop, "adopt").content.decode()


def test_offers_are_searched_and_those_that_resemble_come_first(cast: Cast, shop: Shop, free: TargetProduct) -> None:
    with partner_scope(cast.northwind.pk):
        same = make.TargetProductFactory(target=shop.program.target, name="Zed", code=shop.product.key)
    path = f"/p/northwind/programs/{shop.program.pk}/products/{shop.product.pk}/adopt/"
    bob = cast.client("bob")

    assert [offer.pk for offer in bob.get(path).context["offers"]] == [same.pk, free.pk]
    assert [offer.pk for offer in bob.get(path, {"q": "OWN WORDS"}).context["offers"]] == [free.pk]


@pytest.mark.parametrize("state", [ChangeState.SENDING, ChangeState.UNKNOWN])
def test_product_under_way_is_left_to_the_sync(cast: Cast, shop: Shop, state: str) -> None:
    with partner_scope(cast.northwind.pk):
        run = make.RunFactory(program=shop.program, kind=RunKind.PRODUCTS)
        make.ChangeFactory(run=run, product=shop.product, action=Action.UPDATE_PRICES, state=state)
    before = links_of(cast, shop.product)

    refused = act(cast.client("bob"), shop, "detach")

    assert "Try again when it has ended" in refused.content.decode()
    assert (links_of(cast, shop.product), is_detached(cast, shop)) == (before, False)


def test_product_list_tells_and_filters_what_is_left_alone(cast: Cast, shop: Shop) -> None:
    bob = cast.client("bob")
    act(bob, shop, "detach")

    page = bob.get(f"/p/northwind/programs/{shop.program.pk}/products/", {"state": "detached"})

    assert "Left alone by the sync" in page.content.decode()
    assert page.context["table"].paginator.count == 1
