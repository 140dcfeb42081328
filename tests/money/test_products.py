"""The product plan: create, adopt, update prices, or leave alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bookkeeping.product import (
    ProductPlan,
    ProductRules,
    SourceItem,
    TargetItem,
    plan_products,
    product_name,
)
from tests.bookkeeping.proving import prove
from tests.money.product_items import make_item, make_target

# --- Creating ---------------------------------------------------------------------------------------


def test_new_product_is_created_with_name_key_prices_and_tax_flag() -> None:
    prove("""
        price list
          product | cost
          1       | 10.005
        sync products
          done    | name                                  | key               | cost  | retail | taxed
          created | PC_SKU-1 Business Premium P1M Monthly | sku-1:p1m:monthly | 10.01 |  12.00 | yes
        sync products, not taxed
          done    | taxed
          created | no
    """)


def test_description_is_never_empty() -> None:
    prove("""
        price list
          product | name             | description
          1       | Business Premium | For offices
          2       | Business Premium |
          3       | none             |
        sync products
          done    | product | description
          created | 1       | For offices
          created | 2       | Business Premium
          created | 3       | SKU-3
    """)


def test_long_name_is_cut_with_a_visible_mark() -> None:
    name = product_name(make_item(name="x" * 300))
    assert (len(name), name[-1], name[:9]) == (255, "…", "PC_SKU-1 ")


def test_product_deleted_in_the_target_is_created_again() -> None:
    prove("""
        price list
          product | linked
          1       | 900
        target products
          target | code              | state
          900    | sku-1:p1m:monthly | gone
        sync products
          done    | product | why
          created | 1       | Deleted in the target: created again
    """)


def test_invoiced_product_that_the_price_list_lacks_is_made_and_named() -> None:
    prove("""
        price list
          product | listed | in use
          1       | no     | yes
        sync products
          done    | product
          created | 1
          says legacy product
    """)


# --- What is in scope -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "made"),
    [
        ("", "listed usage annual used used-usage used-annual"),
        (", in-use only", "used used-usage used-annual"),
        (", no azure", "listed annual used used-annual"),
        (", no annual", "listed usage used used-usage"),
        (", in-use only, no azure, no annual", "used"),
    ],
)
def test_only_products_in_scope_are_made(words: str, made: str) -> None:
    names = "\n".join(f"          created | PC_{sku} Business Premium P1M Monthly" for sku in made.split())
    prove(f"""
        price list
          sku         | cadence | listed | in use
          listed      | monthly | yes    | no
          unlisted    | monthly | no     | no
          usage       | usage   | yes    | no
          annual      | annual  | yes    | no
          used        | monthly | yes    | yes
          used-usage  | usage   | yes    | yes
          used-annual | annual  | yes    | yes
        sync products{words}
          done    | name
{names}
    """)


def test_product_that_left_the_scope_is_skipped_not_touched() -> None:
    prove("""
        price list
          product | linked | cadence | cost
          1       | 900    | usage   | 99.00
        target products
          target | cost
          900    | 10.00
        sync products
          done   | target | cost
          priced | 900    | 99.00
        sync products, no azure
          unchanged 0, skipped 1, failed 0
    """)


# --- Prices -----------------------------------------------------------------------------------------


def test_linked_product_with_another_price_gets_its_prices_only_and_one_with_the_same_is_left_alone() -> None:
    prove("""
        price list
          product | linked | cost
          1       | 900    | 11.00
          2       | 901    | 10.00
        target products
          target | name
          900    | Renamed by the user
          901    | Renamed too
        sync products
          done   | product | target | name                | cost  | retail | why
          priced | 1       | 900    | Renamed by the user | 11.00 |  12.00 | Price changed: cost 10.00 to 11.00
          unchanged 1, skipped 0, failed 0
    """)


def test_inactive_product_gets_new_prices() -> None:
    prove("""
        price list
          product | linked | cost
          1       | 900    | 11.00
        target products
          target | state
          900    | inactive
        sync products
          done   | product | cost
          priced | 1       | 11.00
    """)


def test_linked_product_that_the_price_list_lacks_is_only_reminded_of() -> None:
    prove("""
        price list
          product | linked | listed | in use
          1       | 900    | no     | yes
        target products
          | target
          | 900
        sync products
          unchanged 1, skipped 0, failed 0
          says nothing
          reminds legacy product
    """)


def test_product_gone_from_the_price_list_keeps_its_last_prices() -> None:
    prove("""
        price list
          product | linked | listed | in use | cost
          1       | 900    | no     | yes    | 11.00
          2       | 901    | yes    | yes    | 11.00
        target products
          target | cost
          900    | 10.00
          901    | 10.00
        sync products
          done   | product | cost
          priced | 2       | 11.00
          unchanged 1, skipped 0, failed 0
    """)


def test_product_with_two_prices_in_the_list_is_an_error() -> None:
    prove("""
        price list
          product | clear
          1       | no
          2       | yes
        sync products
          done    | product
          created | 2
          unchanged 0, skipped 0, failed 1
          says product
    """)


def test_linked_product_with_two_prices_in_the_list_keeps_what_it_has() -> None:
    prove("""
        price list
          product | clear | linked | cost
          1       | no    | 900    | 11.00
          2       | yes   | 901    | 11.00
        target products
          target | cost
          900    | 10.00
          901    | 10.00
        sync products
          done   | product | cost
          priced | 2       | 11.00
          unchanged 1, skipped 0, failed 0
          says ambiguous price
    """)


# --- Whatever the lists hold ------------------------------------------------------------------------

RULES = ProductRules(all_products=True, in_use=frozenset(), sync_azure=True, sync_annual=True, taxable=True)
TARGETS = st.builds(
    make_target,
    number=st.integers(900, 905),
    name=st.sampled_from(["PC_SKU-1 a", "PC_SKU-2 b", "PC_SKU-3", "Other"]),
    code=st.sampled_from(["", "sku-1:p1m:monthly", "sku-2:p1m:monthly", "barcode"]),
    gone=st.booleans(),
)
ITEMS = st.lists(
    st.builds(make_item, number=st.integers(1, 4), linked_id=st.none() | st.integers(900, 905).map(str)),
    unique_by=(lambda i: i.product_id, lambda i: i.linked_id or -i.product_id),
)


def plan(items: list[SourceItem], targets: list[TargetItem]) -> ProductPlan:
    return plan_products(items, targets, RULES)


@given(ITEMS, st.lists(TARGETS, unique_by=lambda t: t.target_id))
def test_no_target_product_stands_for_two_keys(items: list[SourceItem], targets: list[TargetItem]) -> None:
    made = plan(items, targets)
    there = {t.target_id for t in targets if not t.gone}
    linked = [i.linked_id for i in items if i.linked_id in there]
    adopted = [change.target_id for change in made.changes if change.adopts]
    assert len({*linked, *adopted}) == len(linked) + len(adopted)


@given(ITEMS, st.lists(TARGETS, unique_by=lambda t: t.target_id))
def test_every_product_is_accounted_for(items: list[SourceItem], targets: list[TargetItem]) -> None:
    made = plan(items, targets)
    assert len(made.changes) + made.unchanged + made.failed == len(items)
