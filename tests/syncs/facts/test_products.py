"""What stands for a product of ours in the target, as planning is told."""

from __future__ import annotations

import pytest
from django.utils import timezone

from core.scope import partner_scope
from products.keys import product_key
from products.models import Product, ProductLink, TargetProduct
from syncs.facts.products import load_product_facts
from tests.invoices.prism_wire import World

SKU, TERM, CYCLE = "CFQ7:0001", "1 Year", "Monthly"
FORMER = product_key(SKU, TERM, CYCLE)


def list_offer(world: World, offer: str) -> Product:
    """An offer of the one SKU."""
    return Product.objects.create(
        source_id=world.program.source_id, key=product_key(SKU, TERM, CYCLE, offer), product_id=offer, sku=SKU,
        name="Suite", term=TERM, billing_cycle=CYCLE, unit_cost=5, unit_retail=7,
    )  # fmt: skip


def copy_target(world: World, number: int, code: str, name: str = "Bundle") -> None:
    """A product of the target."""
    TargetProduct.objects.create(
        target_id=world.program.target_id, external_id=number, name=name, code=code, cost=5, retail=7,
        read_at=timezone.now(),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("offers", "codes", "stands"),
    [
        ("g1", {"900": FORMER}, "900"),
        ("g1 g2", {"900": FORMER}, None),
        ("g1 g2", {"900": FORMER, "901": f"{FORMER}|g1"}, "901"),
        ("g1", {"900": FORMER, "901": FORMER}, None),
    ],
)
def test_key_of_before_stands_for_the_only_offer_that_had_it(world, offers, codes, stands):
    with partner_scope(world.partner.pk):
        first, *_ = [list_offer(world, offer) for offer in offers.split()]
        for number, code in codes.items():
            copy_target(world, number, code)

        assert load_product_facts(world.program, [first.pk])[first.pk].target_id == stands


def test_linked_product_with_the_key_of_before_stands_for_no_other(world):
    with partner_scope(world.partner.pk):
        offer, other = list_offer(world, "g1"), Product.objects.create(
            source_id=world.program.source_id, key="other", sku="other", unit_cost=5, unit_retail=7
        )  # fmt: skip
        copy_target(world, "900", FORMER)
        ProductLink.objects.create(product=other, target_id=world.program.target_id, external_id="900")

        assert load_product_facts(world.program, [offer.pk])[offer.pk].target_id is None


@pytest.mark.parametrize(
    ("name", "code", "same"),
    [
        ("Suite", "", True),
        ("Anything", FORMER, True),
        (f"PC_{SKU} typed in by hand", "", True),
        (f"PC_{SKU}1 another", "", False),
        ("Suite of services", "", False),
        ("Anything", "", False),
    ],
)
def test_product_that_nobody_linked_is_the_same_by_key_token_or_name(world, name, code, same):
    with partner_scope(world.partner.pk):
        offer = list_offer(world, "g1")
        copy_target(world, "900", code, name)

        assert load_product_facts(world.program, [offer.pk])[offer.pk].same_ids == ({"900"} if same else set())

        ProductLink.objects.create(
            product=list_offer(world, "g2"), target_id=world.program.target_id, external_id="900"
        )
        assert load_product_facts(world.program, [offer.pk])[offer.pk].same_ids == set()
