"""The product plan: create, adopt, update prices, or leave alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncs.models.runs import Action
from syncs.planning.products import (
    ProductChange,
    ProductPlan,
    ProductRules,
    SourceItem,
    TargetItem,
    plan_products,
    product_name,
)
from tests.planning.factories import D

RULES = ProductRules(all_products=True, in_use=frozenset(), sync_azure=True, sync_annual=True, taxable=True)


def item(number: int = 1, **over: Any) -> SourceItem:
    made = SourceItem(
        product_id=number,
        key=f"sku-{number}:p1m:monthly",
        sku=f"SKU-{number}",
        name="Business Premium",
        description="",
        term="P1M",
        billing_cycle="Monthly",
        cadence="monthly",
        cost=D("10.00"),
        retail=D("12.00"),
    )
    return replace(made, **over)


def target(number: int = 900, **over: Any) -> TargetItem:
    return replace(TargetItem(number, "PC_SKU-1 Business Premium", "", D("10.00"), D("12.00")), **over)


def plan(*items: SourceItem, targets: list[TargetItem] | None = None, **rules: Any) -> ProductPlan:
    return plan_products(items, targets or [], replace(RULES, **rules))


def only(made: ProductPlan) -> ProductChange:
    (change,) = made.changes
    return change


# --- Creating ---------------------------------------------------------------------------------------


def test_new_product_is_created_with_name_key_prices_and_tax_flag() -> None:
    change = only(plan(item(cost=D("10.005"))))
    assert (change.action, change.name, change.key) == (
        Action.CREATE_PRODUCT,
        "PC_SKU-1 Business Premium P1M Monthly",
        "sku-1:p1m:monthly",
    )
    assert (change.cost, change.retail, change.taxable) == (D("10.01"), D("12.00"), True)


@pytest.mark.parametrize(
    ("over", "description"),
    [
        ({"description": " For offices "}, "For offices"),
        ({}, "Business Premium"),
        ({"name": ""}, "SKU-1"),
    ],
)
def test_description_is_never_empty(over: dict[str, str], description: str) -> None:
    assert only(plan(item(**over))).description == description


def test_long_name_is_cut_with_a_visible_mark() -> None:
    name = product_name(item(name="x" * 300))
    assert (len(name), name[-1], name[:9]) == (255, "…", "PC_SKU-1 ")


def test_product_deleted_in_the_target_is_created_again() -> None:
    change = only(plan(item(linked_id=900), targets=[target(gone=True, code="sku-1:p1m:monthly")]))
    assert (change.action, change.reason) == (Action.CREATE_PRODUCT, "Deleted in the target: created again")


def test_invoiced_product_that_the_price_list_lacks_is_made_and_named() -> None:
    made = plan(item(in_price_list=False), in_use=frozenset({1}))
    assert (only(made).action, [note.code for note in made.notes]) == (Action.CREATE_PRODUCT, ["legacy_product"])


# --- What is in scope -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "rules", "made"),
    [
        ({}, {"all_products": False}, 0),
        ({}, {"all_products": False, "in_use": frozenset({1})}, 1),
        ({"in_price_list": False}, {}, 0),
        ({"cadence": "usage"}, {}, 1),
        ({"cadence": "usage"}, {"sync_azure": False, "in_use": frozenset({1})}, 0),
        ({"cadence": "annual"}, {}, 1),
        ({"cadence": "annual"}, {"sync_annual": False, "in_use": frozenset({1})}, 0),
    ],
)
def test_only_products_in_scope_are_made(over: dict[str, Any], rules: dict[str, Any], made: int) -> None:
    assert len(plan(item(**over), **rules).changes) == made


def test_product_that_left_the_scope_is_skipped_not_touched() -> None:
    made = plan(item(linked_id=900, cadence="usage", cost=D(99)), targets=[target()], sync_azure=False)
    assert (made.changes, made.skipped) == ([], 1)


# --- Prices -----------------------------------------------------------------------------------------


def test_linked_product_with_the_same_prices_is_left_alone() -> None:
    made = plan(item(linked_id=900), targets=[target(name="Renamed by the user")])
    assert (made.changes, made.unchanged) == ([], 1)


def test_linked_product_with_another_price_gets_its_prices_only() -> None:
    change = only(plan(item(linked_id=900, cost=D("11.00")), targets=[target(name="Renamed by the user")]))
    assert (change.action, change.target_id, change.name, change.adopts) == (
        Action.UPDATE_PRICES, 900, "Renamed by the user", False,
    )  # fmt: skip
    assert (change.cost, change.retail, change.reason) == (D("11.00"), D("12.00"), "Price changed: cost 10.00 to 11.00")


def test_inactive_product_gets_new_prices() -> None:
    assert only(plan(item(linked_id=900, cost=D(11)), targets=[target(disabled=True)])).action is Action.UPDATE_PRICES


def test_linked_product_that_the_price_list_lacks_is_only_reminded_of() -> None:
    made = plan(item(linked_id=900, in_price_list=False), targets=[target()], in_use=frozenset({1}))
    assert [(note.code, note.news) for note in made.notes] == [("legacy_product", False)]


def test_product_gone_from_the_price_list_keeps_its_last_prices() -> None:
    made = plan(item(linked_id=900, in_price_list=False, cost=D(11)), targets=[target()], in_use=frozenset({1}))
    assert (made.changes, made.unchanged) == ([], 1)


# --- Adopting ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "made_by_hand",
    [
        target(name="Anything", code=" SKU-1:P1M:Monthly "),
        target(name="PC_SKU-1 my own words"),
        target(name="PC_SKU-1"),
        target(name="pc_sku-1 lower case", code="4006381333931"),
    ],
)
def test_product_made_by_hand_is_adopted(made_by_hand: TargetItem) -> None:
    change = only(plan(item(), targets=[made_by_hand]))
    assert (change.action, change.target_id, change.adopts) == (Action.ADOPT_PRODUCT, 900, True)


def test_adopting_writes_prices_where_they_differ() -> None:
    change = only(plan(item(cost=D(11)), targets=[target()]))
    assert (change.action, change.adopts) == (Action.UPDATE_PRICES, True)


@pytest.mark.parametrize("name", ["PC_SKU-10 Another", "SKU-1 Business Premium", "My PC_SKU-1", "PC_SKU-1x"])
def test_name_without_the_whole_token_is_not_adopted(name: str) -> None:
    assert only(plan(item(), targets=[target(name=name)])).action is Action.CREATE_PRODUCT


def test_name_token_is_no_proof_where_another_key_shares_the_sku() -> None:
    yearly = item(2, key="sku-1:p1y:annual", sku="SKU-1", term="P1Y", name="Yearly")
    assert {c.action for c in plan(item(), yearly, targets=[target()]).changes} == {Action.CREATE_PRODUCT}


def test_code_goes_before_name() -> None:
    by_code = target(901, name="Anything", code="sku-1:p1m:monthly")
    assert only(plan(item(), targets=[target(), by_code])).target_id == 901


def test_product_with_the_code_of_another_key_is_not_adopted_by_its_name() -> None:
    theirs = target(code="sku-2:p1m:monthly")
    made = {change.product_id: change.action for change in plan(item(1), item(2), targets=[theirs]).changes}
    assert made == {1: Action.CREATE_PRODUCT, 2: Action.ADOPT_PRODUCT}


def test_product_linked_to_another_key_is_not_adopted() -> None:
    made = plan(item(1), item(2, linked_id=900), targets=[target()])
    assert [(change.product_id, change.action) for change in made.changes] == [(1, Action.CREATE_PRODUCT)]


@pytest.mark.parametrize("over", [{}, {"code": "sku-1:p1m:monthly"}])
def test_several_candidates_are_an_error_that_names_them(over: dict[str, str]) -> None:
    made = plan(item(), targets=[target(900, **over), target(901, **over)])
    assert (made.changes, made.failed) == ([], 1)
    assert made.notes[0].text == (
        "Business Premium (SKU-1): Could not find source product or multiple matches: "
        "“PC_SKU-1 Business Premium” (900), “PC_SKU-1 Business Premium” (901)"
    )


def test_product_with_two_prices_in_the_list_is_an_error() -> None:
    made = plan(item(ambiguous=True))
    assert (made.changes, made.failed, [note.code for note in made.notes]) == ([], 1, ["product"])


def test_linked_product_with_two_prices_in_the_list_keeps_what_it_has() -> None:
    made = plan(item(ambiguous=True, linked_id=900), targets=[target(900)])
    assert (made.changes, made.failed, made.unchanged) == ([], 0, 1)
    assert [note.code for note in made.notes] == ["ambiguous_price"]


# --- Whatever the lists hold ------------------------------------------------------------------------

TARGETS = st.builds(
    target,
    number=st.integers(900, 905),
    name=st.sampled_from(["PC_SKU-1 a", "PC_SKU-2 b", "PC_SKU-3", "Other"]),
    code=st.sampled_from(["", "sku-1:p1m:monthly", "sku-2:p1m:monthly", "barcode"]),
    gone=st.booleans(),
)
ITEMS = st.lists(
    st.builds(item, number=st.integers(1, 4), linked_id=st.none() | st.integers(900, 905)),
    unique_by=(lambda i: i.product_id, lambda i: i.linked_id or -i.product_id),
)


@given(ITEMS, st.lists(TARGETS, unique_by=lambda t: t.target_id))
def test_no_target_product_stands_for_two_keys(items: list[SourceItem], targets: list[TargetItem]) -> None:
    made = plan(*items, targets=targets)
    there = {t.target_id for t in targets if not t.gone}
    linked = [i.linked_id for i in items if i.linked_id in there]
    adopted = [change.target_id for change in made.changes if change.adopts]
    assert len({*linked, *adopted}) == len(linked) + len(adopted)


@given(ITEMS, st.lists(TARGETS, unique_by=lambda t: t.target_id))
def test_every_product_is_accounted_for(items: list[SourceItem], targets: list[TargetItem]) -> None:
    made = plan(*items, targets=targets)
    assert len(made.changes) + made.unchanged + made.failed == len(items)
