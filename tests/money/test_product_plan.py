"""The product plan word for word: each change whole, each problem with its cure, and what is counted."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.records import Cadence
from money.enums import Action, Severity
from money.plan import Note
from money.products import ProductChange, ProductPlan, ProductRules, SourceItem, TargetItem, plan_products, product_name
from tests.money.product_items import make_item, make_target

D = Decimal
RULES = ProductRules(all_products=True, in_use=frozenset(), sync_azure=True, sync_annual=True, taxable=True)
CODE = "sku-1:p1m:monthly"


def plan(item: SourceItem | list[SourceItem], *targets: TargetItem, rules: ProductRules = RULES) -> ProductPlan:
    return plan_products(item if isinstance(item, list) else [item], targets, rules)


def counts(made: ProductPlan) -> tuple[int, int, int, int]:
    """Changes, unchanged, skipped, failed."""
    return len(made.changes), made.unchanged, made.skipped, made.failed


def change(action: Action, reason: str, target: TargetItem | None = None, **over: object) -> ProductChange:
    given = {
        "action": action, "product_id": 1, "key": CODE, "what": "Business Premium", "reason": reason,
        "name": target.name if target else "PC_SKU-1 Business Premium P1M Monthly", "description": "Business Premium",
        "cost": D("10.00"), "retail": D("12.00"), "taxable": True, "target_id": target.target_id if target else None,
        "before": target,
    } | over  # fmt: skip
    return ProductChange(**given)


def test_new_product_and_one_that_was_deleted_are_created() -> None:
    assert plan(make_item()).changes == [change(Action.CREATE_PRODUCT, "New in the source")]
    deleted = "Deleted in the target: created again"
    assert plan(make_item(linked_id="900")).changes == [change(Action.CREATE_PRODUCT, deleted)]
    assert plan(make_item(linked_id="900"), make_target(gone=True)).changes == [change(Action.CREATE_PRODUCT, deleted)]


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (make_item(linked_id="900", cost=D("11.00")), "cost 10.00 to 11.00"),
        (make_item(linked_id="900", retail=D("12.505")), "retail 12.00 to 12.51"),
        (
            make_item(linked_id="900", cost=D("9.994"), retail=D("13.00")),
            "cost 10.00 to 9.99, retail 12.00 to 13.00",
        ),
    ],
)
def test_prices_that_changed_are_told_before_and_after(item: SourceItem, told: str) -> None:
    target = make_target(name="Renamed")
    (made,) = plan(item, target).changes

    cents = {"cost": item.cost.quantize(D("0.01")), "retail": D(told[-5:]) if "retail" in told else D("12.00")}
    assert made == change(Action.UPDATE_PRICES, f"Price changed: {told}", target, **cents)


def test_product_made_by_hand_is_adopted_and_gets_our_prices() -> None:
    same, dearer = make_target(code=CODE), make_target(code=CODE, cost=D("9.00"))

    assert plan(make_item(), same).changes == [change(Action.ADOPT_PRODUCT, "Made by hand: adopted", same, adopts=True)]
    assert plan(make_item(), dearer).changes == [
        change(Action.UPDATE_PRICES, "Made by hand: adopted, cost 9.00 to 10.00", dearer, adopts=True)
    ]
    assert counts(plan(make_item(), same)) == (1, 0, 0, 0)


def test_product_that_is_adopted_gets_its_prices_although_the_list_lacks_it_and_is_told() -> None:
    item = make_item(in_price_list=False)
    made = plan(
        item, make_target(code=CODE, cost=D("9.00")), rules=ProductRules(False, frozenset({1}), True, True, False)
    )

    assert [(one.action, one.taxable) for one in made.changes] == [(Action.UPDATE_PRICES, False)]
    assert made.notes == [LEGACY]


LEGACY = Note(
    Severity.WARNING, "legacy_product", f"legacy:{CODE}",
    "Business Premium (SKU-1) is invoiced but not in the price list; it is made from what the invoice says.",
    product_id=1,
)  # fmt: skip


@pytest.mark.parametrize("linked", [True, False])
def test_product_that_the_list_lacks_is_news_until_it_is_linked(linked: bool) -> None:
    rules = ProductRules(False, frozenset({1}), True, True, True)
    item = make_item(in_price_list=False, linked_id="900" if linked else None)
    (note,) = plan(item, *([make_target()] if linked else []), rules=rules).notes

    assert (note.text, note.product_id, note.news) == (LEGACY.text, 1, not linked)


# --- What fails -----------------------------------------------------------------------------------------

TWICE = "The price list has it more than once with different prices"


def failed(problem: str, cure: str = "", *, key: str = CODE, number: int = 1) -> Note:
    return Note(
        Severity.ERROR,
        "product",
        f"product:{key}",
        f"Business Premium (SKU-{number}): {problem}",
        cure,
        product_id=number,
    )


def test_product_that_several_of_the_target_match_names_them_and_says_what_to_do() -> None:
    made = plan(make_item(), make_target(900, code=CODE, name="One"), make_target(901, code=CODE, name="Two"))

    found = "Could not find source product or multiple matches: “One” (900), “Two” (901)"
    assert made.notes == [failed(found, "Keep one of them, or clear the UPC code of the others.")]
    assert counts(made) == (0, 0, 0, 1)


def test_product_of_two_prices_is_not_made_and_one_that_stands_keeps_what_it_has() -> None:
    items = [make_item(number, ambiguous=True) for number in (1, 2)]
    made = plan(items)
    assert made.notes == [failed(TWICE), failed(TWICE, key="sku-2:p1m:monthly", number=2)]
    assert counts(made) == (0, 0, 0, 2)
    gone = plan(make_item(ambiguous=True, linked_id="900"), make_target(gone=True))
    assert (gone.notes, gone.failed) == ([failed(TWICE)], 1)

    linked = [make_item(number, ambiguous=True, linked_id=str(899 + number)) for number in (1, 2)]
    made = plan(linked, make_target(900), make_target(901))
    assert counts(made) == (0, 2, 0, 0)
    assert made.notes[0] == Note(
        Severity.WARNING, "ambiguous_price", f"ambiguous_price:{CODE}",
        f"Business Premium (SKU-1): {TWICE}; the product keeps the prices it has.",
        "Ask the distributor which price holds.", product_id=1,
    )  # fmt: skip


# --- What is left out ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "rules", "in_scope"),
    [
        ({}, RULES, True),
        ({"in_price_list": False}, RULES, False),
        ({}, ProductRules(False, frozenset({2}), True, True, True), False),
        ({"in_price_list": False}, ProductRules(False, frozenset({1}), True, True, True), True),
        ({"cadence": Cadence.USAGE}, ProductRules(True, frozenset({1}), False, True, True), False),
        ({"cadence": Cadence.USAGE}, ProductRules(True, frozenset(), True, False, True), True),
        ({"cadence": Cadence.ANNUAL}, ProductRules(True, frozenset({1}), True, False, True), False),
        ({"cadence": Cadence.ANNUAL}, ProductRules(True, frozenset(), False, True, True), True),
    ],
)
def test_settings_say_which_products_are_made(over: dict[str, object], rules: ProductRules, in_scope: bool) -> None:
    assert counts(plan(make_item(**over), rules=rules)) == (int(in_scope), 0, 0, 0)


def test_product_off_which_a_person_keeps_the_sync_and_one_that_was_made_before_count_as_skipped() -> None:
    kept_off = [make_item(number, detached=True) for number in (1, 2, 3)]
    assert counts(plan(kept_off)) == (0, 0, 3, 0)
    none = ProductRules(False, frozenset(), True, True, True)
    linked = [make_item(number, linked_id=str(900 + number)) for number in (1, 2, 3)]
    assert counts(plan([*linked, make_item(4)], rules=none)) == (0, 0, 3, 0)


def test_products_are_planned_in_the_order_of_their_names() -> None:
    items = [make_item(1, name="Mail"), make_item(2, name="Backup"), make_item(3, name="Backup", key="a")]

    assert [one.product_id for one in plan(items).changes] == [3, 2, 1]


def test_plan_that_keeps_to_some_products_drops_all_that_is_about_others() -> None:
    items = [make_item(1), make_item(2, ambiguous=True), make_item(3, ambiguous=True), make_item(4, detached=True)]
    made = plan([*items, make_item(5, linked_id="900"), make_item(6)], make_target(900))
    made.keep_to({1, 2})

    assert [one.product_id for one in made.changes] == [1]
    assert [note.product_id for note in made.notes] == [2]
    assert counts(made) == (1, 0, 0, 1)


# --- Which product of the target stands for one of ours ---------------------------------------------------


@pytest.mark.parametrize(
    ("target", "item", "adopted"),
    [
        ({"code": f" {CODE.upper()} "}, {}, True),
        ({"code": CODE, "gone": True}, {}, False),
        ({"code": "barcode"}, {}, True),  # by its name
        ({"code": "barcode", "name": "PC_SKU-1"}, {}, True),
        ({"code": "barcode", "name": "pc_sku-1 x y"}, {}, True),
        ({"code": "barcode", "name": "PC_SKU-1\tx"}, {}, False),
        ({"code": "barcode", "name": "PC_SKU-12 x"}, {}, False),
        ({"code": "barcode", "name": "x PC_SKU-1"}, {}, False),
        ({"code": "former"}, {"former_key": "former"}, True),
        ({"code": "former", "name": "x"}, {"former_key": "former"}, True),
        ({"code": "other"}, {"former_key": "former"}, True),
    ],
)
def test_product_is_found_by_its_code_else_by_the_first_word_of_its_name(
    target: dict[str, object], item: dict[str, object], adopted: bool
) -> None:
    (made,) = plan(make_item(**item), make_target(**target)).changes

    assert made.adopts is adopted


def test_product_that_is_gone_hides_no_other_one() -> None:
    (made,) = plan(make_item(), make_target(899, gone=True), make_target(900, code=CODE)).changes

    assert made.target_id == "900"


def test_one_that_stands_for_another_product_is_never_adopted() -> None:
    linked = make_item(2, linked_id="900", sku="SKU-1")
    made = plan([make_item(1, sku="SKU-9"), linked], make_target(900, code=CODE), make_target(901, name="x"))
    assert [(one.product_id, one.action) for one in made.changes] == [(1, Action.CREATE_PRODUCT)]
    # the code of another key: it is that key's, whatever its name
    other = plan([make_item(1), make_item(2, ambiguous=True)], make_target(900, code="sku-2:p1m:monthly"))
    assert [(one.product_id, one.adopts) for one in other.changes] == [(1, False)]


def test_former_key_or_sku_of_several_products_names_none_of_them() -> None:
    formers = [make_item(number, former_key="former") for number in (1, 2)]
    made = plan(formers, make_target(900, code="former", name="x"))
    assert [one.action for one in made.changes] == [Action.CREATE_PRODUCT] * 2

    one_sku = [make_item(1), make_item(2, sku="sku-1")]
    made = plan(one_sku, make_target(900))
    assert [one.action for one in made.changes] == [Action.CREATE_PRODUCT] * 2


# --- Names ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("over", "name"),
    [
        ({}, "PC_SKU-1 Business Premium P1M Monthly"),
        ({"term": "", "billing_cycle": "12"}, "PC_SKU-1 Business Premium"),
        ({"term": "1", "billing_cycle": "Monthly"}, "PC_SKU-1 Business Premium Monthly"),
        ({"name": "Business\nPremium", "term": ""}, "PC_SKU-1 Business Premium Monthly"),
        ({"name": "x" * 234}, f"PC_SKU-1 {'x' * 234} P1M Monthly"),
        ({"name": "x" * 235}, f"PC_SKU-1 {'x' * 235} P1M Month…"),
    ],
)
def test_new_product_is_called_by_sku_name_term_and_cycle(over: dict[str, object], name: str) -> None:
    made = product_name(make_item(**over))

    assert made == name
    assert len(made) <= 255
