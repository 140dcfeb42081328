"""Products in Syncro: adopted, renamed, disabled, deleted, and never made twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest

from core.audit import COMMAND
from core.scope import partner_scope
from products.models import Product, ProductLink, TargetProduct
from programs.models import Program
from syncs.deciding.product_links import adopt_product, detach_product
from syncs.enums import RunKind, RunState
from syncs.running import advancing, planning_products
from syncs.running.slices import Slice
from tests.end_to_end.conftest import Open
from tests.end_to_end.office import Json, Office

CAST = ("adatum", "litware")
ADATUM = 5001
TYPED_IN = 331  # Defender for Business


def product_of(office: Office, text: str) -> Json:
    """The one product of the sync with this text in its name."""
    (found,) = [p for p in office.products() if text in p["name"] and p["upc_code"]]
    return found


def test_only_prices_are_changed_of_a_product_that_a_person_edited(office: Office):
    product = product_of(office, "Business Standard")
    values = {
        "name": "Office for everybody", "product_category": "Software", "taxable": False, "notes": "ask Sam",
        "price_retail": "1.00", "price_cost": "0.50",
    }  # fmt: skip
    office.edit("edit_product", product_id=product["id"], values=values)

    synced = office.sync("products")

    now = next(p for p in office.products() if p["id"] == product["id"])
    prices = {"price_retail", "price_cost"}
    assert {name: now[name] for name in now if name not in prices | {"updated_at"}} == {
        name: value for name, value in (product | values).items() if name not in prices | {"updated_at"} and name in now
    }
    assert [Decimal(now[name]) for name in sorted(prices)] == [Decimal(product[name]) for name in sorted(prices)]
    assert [call["method"] for call in synced.writes] == ["PUT"]


@pytest.mark.parametrize("shown", ["shown", "hidden"])
def test_disabled_product_keeps_its_link_and_stays_disabled(office: Office, shown: str):
    product = product_of(office, "Business Standard")
    office.edit("edit_product", product_id=product["id"], values={"disabled": True})
    office.switch(disabled_by_id=shown)
    number = len(office.products())

    office.sync()

    now = next(p for p in office.products() if p["id"] == product["id"])
    assert now["disabled"] is True
    assert len(office.products()) == number
    assert office.unbalanced() == []


def test_deleted_product_is_made_again_and_its_line_follows(office: Office):
    product = product_of(office, "Business Standard")
    office.edit("delete_product", product_id=product["id"])

    office.sync()
    new = product_of(office, "Business Standard")
    office.advance()
    office.sync()

    assert new["id"] != product["id"]
    assert new["upc_code"] == product["upc_code"]
    (line,) = [one for one in office.recurring(5001) if "Business Standard" in one["name"]]
    assert line["product_id"] == new["id"]
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])


def test_product_typed_in_by_hand_is_adopted_by_its_name(office: Office):
    (typed,) = [p for p in office.products() if "(typed in by hand)" in p["name"]]

    assert typed["id"] == TYPED_IN
    assert [p for p in office.products() if "Defender for Business" in p["name"]] == [typed]


def test_product_is_adopted_by_its_code_and_keeps_its_name(open_office: Open):
    first = open_office()
    first.configure("adatum")
    first.sync("products")
    made = product_of(first, "Business Standard")
    office = first
    copy = {"name": "Bought before", "description": "by hand", "upc_code": made["upc_code"]}
    other = office.edit("add_product", values=copy | {"price_retail": "2.00", "price_cost": "1.00"})
    office.edit("delete_product", product_id=made["id"])

    office.sync()

    now = next(p for p in office.products() if p["id"] == other["id"])
    assert (now["name"], now["price_retail"], now["price_cost"]) == (
        "Bought before", made["price_retail"], made["price_cost"],
    )  # fmt: skip
    assert [p["id"] for p in office.products() if p["upc_code"] == made["upc_code"]] == [other["id"]]


def test_several_candidates_are_named_and_nothing_is_made(open_office: Open):
    office = open_office()
    office.edit("add_product", values={"name": "PC_CFQ7TTC0HX56:0002 a second one", "price_retail": "2.00"})
    office.configure("litware")

    synced = office.sync()

    named = [p["name"] for p in office.products() if "CFQ7TTC0HX56:0002 " in p["name"]]
    assert synced.products["status"] == "error"
    assert "Could not find source product or multiple matches" in synced.messages
    assert [name for name in named if name not in synced.messages] == []
    assert len(named) == 2
    assert office.unbalanced() == []


def test_billing_alone_uses_the_products_as_they_are_in_syncro_now(office: Office):
    product = product_of(office, "Business Standard")
    office.edit("delete_product", product_id=product["id"])
    line = next(one for one in office.recurring(5001) if one["product_id"] == product["id"])
    office.edit("delete_line", schedule_id=5001, line_id=line["id"])
    office.advance()

    synced = office.sync("billing")

    assert synced.code == 1  # a product that is gone cannot be named, and it says so
    assert office.unbalanced() == []
    office.sync()
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])


def test_azure_and_annual_products_can_be_left_out(open_office: Open):
    office = open_office()
    office.configure("adatum", products={"sync_azure": False, "sync_annual": False})

    office.sync()

    made = [p["name"] for p in office.products() if p["upc_code"]]
    assert [name for name in made if "Azure" in name or "Annual" in name] == []
    assert len(made) >= 3
    assert office.unbalanced() == []
    office.set_products(sync_azure=True)
    office.sync("products")
    assert any("Azure" in p["name"] for p in office.products() if p["upc_code"])


def test_all_products_of_the_price_list_are_made_once(open_office: Open):
    office = open_office()
    office.configure(late=True, products={"mode": "all", "new_taxable": False})

    preview = office.sync("products", preview=True)
    assert preview.writes == []
    synced = office.sync("products")

    made = [p for p in office.products() if p["upc_code"]]
    assert synced.products["counts"]["created"] == len(preview.changes) - _adopted(preview.changes)
    assert len(made) > 150
    assert {p["taxable"] for p in made if p["name"].startswith("PC_") and "by hand" not in p["name"]} == {False}
    assert office.sync("products").statuses == ["no_change"]


def _adopted(changes: list[Json]) -> int:
    return sum(change["action"] != "create_product" for change in changes)


# --- Chosen by a person -------------------------------------------------------------------------------


@contextmanager
def at_hand(office: Office, product: Json) -> Iterator[tuple[Program, Product]]:
    """The program and our product with this product's key, inside the scope."""
    with partner_scope(office.partner_id()):
        yield Program.objects.select_related("target").get(), Product.objects.get(key=product["upc_code"])


def detach(office: Office, product: Json) -> None:
    with at_hand(office, product) as (program, ours):
        detach_product(program=program, product=ours, actor=COMMAND)


def adopt(office: Office, product: Json, chosen: Json) -> None:
    with at_hand(office, product) as (program, ours):
        copy = TargetProduct.objects.get(external_id=chosen["id"])
        adopt_product(program=program, product=ours, target_product=copy, actor=COMMAND)


def test_detached_product_is_left_alone_and_still_billed(office: Office):
    product = product_of(office, "Business Standard")
    detach(office, product)
    office.edit("edit_product", product_id=product["id"], values={"price_retail": "1.00"})
    number = len(office.products())
    office.advance()

    office.sync()

    assert len(office.products()) == number
    assert Decimal(product_of(office, "Business Standard")["price_retail"]) == Decimal("1.00")
    (line,) = [one for one in office.recurring(5001) if "Business Standard" in one["name"]]
    assert line["product_id"] == product["id"]
    assert (office.unbalanced(), office.planned(), office.doubled()) == ([], [], [])


def test_product_chosen_by_a_person_gets_the_prices(office: Office):
    former = product_of(office, "Business Standard")
    office.edit("add_product", values={"name": "Our office bundle", "price_retail": "1.00", "price_cost": "0.50"})
    office.sync("products")
    (own,) = [one for one in office.products() if one["name"] == "Our office bundle"]
    detach(office, former)
    adopt(office, former, own)

    synced = office.sync()

    now = {one["id"]: one for one in office.products()}
    assert now[own["id"]]["name"] == "Our office bundle"
    assert now[own["id"]]["price_retail"] == former["price_retail"]
    assert [call["path"].rsplit("/", 1)[-1] for call in synced.writes] == [str(own["id"])]
    assert (office.unbalanced(), office.doubled()) == ([], [])


def test_product_detached_while_a_sync_is_under_way_is_not_written(office: Office, monkeypatch: pytest.MonkeyPatch):
    product = product_of(office, "Business Standard")
    values = {"price_retail": "1.00", "price_cost": "0.50"}
    office.edit("edit_product", product_id=product["id"], values=values)

    def plan_then_detach(work: Slice) -> RunState:
        state = planning_products.plan_product_run(work)
        detach(office, product)
        return state

    monkeypatch.setitem(advancing.STEPS, (RunKind.PRODUCTS, RunState.PLANNING), plan_then_detach)

    synced = office.sync("products")

    assert (synced.statuses, synced.writes) == (["no_change"], [])
    assert Decimal(product_of(office, "Business Standard")["price_retail"]) == Decimal("1.00")


def test_product_deleted_between_plan_and_write_is_made_once(office: Office):
    product = product_of(office, "Business Standard")
    office.edit("edit_product", product_id=product["id"], values={"price_retail": "1.00"})
    edit = {"action": "delete_product", "account": "northwind", "product_id": product["id"]}
    office.fault("edit_before", vendor="syncro", method="GET", path=f"/products/{product['id']}$", edits=[edit])

    synced = office.sync("products")

    assert [call["method"] for call in synced.writes] == ["POST"]
    assert product_of(office, "Business Standard")["upc_code"] == product["upc_code"]


def test_product_that_was_to_be_adopted_and_is_gone_is_made_and_is_ours(open_office: Open):
    office = open_office()
    office.configure("litware")
    edit = {"action": "delete_product", "account": "northwind", "product_id": TYPED_IN}
    office.fault("edit_before", vendor="syncro", method="GET", path=f"/products/{TYPED_IN}$", edits=[edit])

    office.sync("products")

    made = product_of(office, "Defender for Business")
    with partner_scope(office.partner_id()):
        assert not ProductLink.objects.get(external_id=made["id"]).adopted


def test_product_that_is_denied_once_is_not_made_again(office: Office):
    product = product_of(office, "Business Standard")
    office.edit("edit_product", product_id=product["id"], values={"price_retail": "1.00"})
    office.fault("status", vendor="syncro", method="PUT", path="/products/", status=404, body="{}")

    synced = office.sync("products")

    assert ([call["method"] for call in synced.writes], synced.products["status"]) == (["PUT"], "error")
    office.sync("products")
    assert product_of(office, "Business Standard")["price_retail"] == product["price_retail"]


def test_prices_that_the_target_carried_from_products_into_lines_are_set_back_at_once(office: Office):
    before = office.our_lines(ADATUM)
    products = {line["product_id"] for line in before}
    office.switch(price_reaches_lines="on")
    for number in products:
        office.edit("edit_product", product_id=number, values={"price_retail": "0.50", "price_cost": "0.25"})

    synced = office.sync()

    repriced = [request for request in synced.writes if "/products/" in request["path"]]
    assert len(repriced) == len(products)
    assert any("/schedules/" in request["path"] for request in synced.writes)  # so some lines had other prices
    assert office.our_lines(ADATUM) == before
    assert (office.unbalanced(), office.planned()) == ([], [])
    assert office.sync().writes == []
