"""Syncro: products in dollars, and booleans that reset."""

from __future__ import annotations

from decimal import Decimal

import pytest

NEW = {"name": "Sample licence", "description": "A licence", "price_cost": 8.5, "price_retail": 10.25}


def create(vendors, **changed):
    answer = vendors.syncro("POST", "/products", NEW | changed)
    assert answer.status == 200, answer.text
    return answer.json["product"]


def test_create_answers_200_with_dollars_as_numbers(vendors):
    product = create(vendors, upc_code="key-1", taxable=False, unheard_of="ignored")

    assert (product["price_cost"], product["price_retail"]) == (Decimal("8.5"), Decimal("10.25"))
    assert product["taxable"] is False
    assert "unheard_of" not in product
    assert "product_skus" not in product


def test_create_blank_is_422_with_an_echo(vendors):
    answer = vendors.syncro("POST", "/products", {"name": "", "maintain_stock": False})

    assert answer.status == 422
    assert answer.json == {
        "success": False,
        "message": ["Name can't be blank", "Description can't be blank"],
        "params": {"name": "", "maintain_stock": False},
    }


def test_create_twice_makes_two(vendors):
    assert create(vendors)["id"] != create(vendors)["id"]


def test_create_taken_upc_refused_by_switch(start):
    vendors = start(unique_upc="on")
    create(vendors, upc_code="key-1")

    answer = vendors.syncro("POST", "/products", NEW | {"upc_code": "key-1"})

    assert (answer.status, answer.json["message"]) == (422, ["Upc code has already been taken"])


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("all", {"maintain_stock": False, "taxable": True, "disabled": False, "serialized": False}),
        ("maintain_stock", {"maintain_stock": False, "taxable": False, "disabled": True, "serialized": True}),
        ("none", {"maintain_stock": True, "taxable": False, "disabled": True, "serialized": True}),
    ],
)
def test_change_partial_resets_booleans_by_switch(start, form, expected):
    vendors = start(put_resets_booleans=form)
    flags = {"maintain_stock": True, "taxable": False, "disabled": True, "serialized": True}
    product = create(vendors, notes="keep me", **flags)

    changed = vendors.syncro("PUT", f"/products/{product['id']}", {"price_retail": 11}).json["product"]

    assert {name: changed[name] for name in expected} == expected
    assert changed["price_retail"] == 11
    assert (changed["notes"], changed["name"]) == ("keep me", "Sample licence")


def test_change_whole_keeps_booleans(vendors):
    flags = {"maintain_stock": True, "taxable": False, "disabled": True, "serialized": True}
    product = create(vendors, **flags)

    changed = vendors.syncro("PUT", f"/products/{product['id']}", NEW | flags).json["product"]

    assert {name: changed[name] for name in flags} == flags


def test_change_blank_is_422_without_echo(vendors):
    product = create(vendors)

    answer = vendors.syncro("PUT", f"/products/{product['id']}", {"name": ""})

    assert (answer.status, answer.json) == (422, {"success": False, "message": ["Name can't be blank"]})


def test_get_unknown_is_404_and_delete_does_not_exist(vendors):
    product = create(vendors)

    unknown = vendors.syncro("GET", "/products/99999")
    assert (unknown.status, unknown.text) == (404, "")
    assert vendors.syncro("DELETE", f"/products/{product['id']}").status == 404


def test_list_pages_of_25_with_meta(vendors):
    first = vendors.syncro("GET", "/products", per_page=2).json

    assert len(first["products"]) == 25
    assert first["meta"]["total_pages"] == 2
    assert len(vendors.all_syncro("/products", "products")) == first["meta"]["total_entries"]


def test_list_pages_of_20_without_meta(start):
    vendors = start(page_size="20", meta="off")

    first = vendors.syncro("GET", "/products").json

    assert set(first) == {"products"}
    assert len(first["products"]) == 20


def test_list_finds_by_upc_and_sku_exactly(vendors):
    product = create(vendors, upc_code="key-1")
    create(vendors, upc_code="key-12")

    by_upc = vendors.syncro("GET", "/products", upc_code="key-1").json["products"]
    by_sku = vendors.syncro("GET", "/products", sku="HW-1003").json["products"]

    assert [found["id"] for found in by_upc] == [product["id"]]
    assert [found["product_skus"][0]["sku"] for found in by_sku] == ["HW-1003"]


def test_list_finds_alike_by_switch(start):
    vendors = start(filter_match="like")
    create(vendors, upc_code="key-1")
    create(vendors, upc_code="key-12")

    assert len(vendors.syncro("GET", "/products", upc_code="key-1").json["products"]) == 2


def test_list_disabled_is_hidden_but_answers_by_id(vendors):
    product = create(vendors, disabled=True)

    by_name = vendors.syncro("GET", "/products", name="Sample licence").json["products"]
    by_id = vendors.syncro("GET", "/products", **{"id[]": [product["id"], 301]}).json["products"]

    assert by_name == []
    assert {found["id"] for found in by_id} == {product["id"], 301}
    assert vendors.syncro("GET", f"/products/{product['id']}").status == 200


def test_list_disabled_by_switch(start):
    vendors = start(disabled_products="listed", disabled_by_id="hidden")
    product = create(vendors, disabled=True)

    assert len(vendors.syncro("GET", "/products", name="Sample licence").json["products"]) == 1
    assert vendors.syncro("GET", "/products", **{"id[]": product["id"]}).json["products"] == []


def test_list_excludes_and_sorts(vendors):
    every = vendors.syncro("GET", "/products", sort="name DESC", **{"id_not[]": [301, 302]}).json["products"]

    names = [product["name"].lower() for product in every]
    total = vendors.syncro("GET", "/products").json["meta"]["total_entries"]
    left = vendors.syncro("GET", "/products", **{"id_not[]": [301, 302]}).json["meta"]["total_entries"]
    assert (len(names), left) == (25, total - 2)
    assert names == sorted(names, reverse=True)
    assert not {301, 302} & {product["id"] for product in every}


def test_hand_made_product_waits_to_be_adopted(vendors):
    products = vendors.all_syncro("/products", "products")

    tokens = [product["name"].split()[0] for product in products if product["name"].startswith("PC_")]
    assert sorted(tokens) == ["PC_CFQ7TTC0HX56:0002", "PC_CFQ7TTC0HX56:00021"]


def test_categories_and_barcode(vendors):
    product = create(vendors, upc_code="key-1")

    categories = vendors.syncro("GET", "/products/categories").json["categories"]
    assert categories[0]["names_depth_cache"] == "Root Category"
    assert vendors.syncro("GET", "/products/barcode", barcode="key-1").json["product"]["id"] == product["id"]
    assert vendors.syncro("GET", "/products/barcode", barcode="key").status == 404


def test_edits_in_the_screens_show_at_the_next_read(vendors):
    product = create(vendors)
    values = {"name": "Renamed", "price_retail": 12.345}

    vendors.admin("POST", "/ui", action="edit_product", product_id=product["id"], values=values)
    read = vendors.syncro("GET", f"/products/{product['id']}").json["product"]
    assert (read["name"], read["price_retail"]) == ("Renamed", Decimal("12.35"))

    vendors.admin("POST", "/ui", action="delete_product", product_id=product["id"])
    assert vendors.syncro("GET", f"/products/{product['id']}").status == 404


@pytest.mark.parametrize(("form", "found"), [("ignored", 0), ("honoured", 1)])
def test_list_include_disabled_by_switch(start, form, found):
    vendors = start(include_disabled=form)
    create(vendors, disabled=True)

    rows = vendors.syncro("GET", "/products", name="Sample licence", include_disabled="true").json["products"]

    assert len(rows) == found


@pytest.mark.parametrize(("form", "cents"), [("off", 2000), ("on", 1100)])
def test_change_price_reaches_lines_by_switch(start, form, cents):
    vendors = start(price_reaches_lines=form)
    product = create(vendors)
    line = vendors.add_line(5001, product_id=product["id"])

    vendors.syncro("PUT", f"/products/{product['id']}", {"price_retail": 11})

    after = next(each for each in vendors.lines_of(5001) if each["id"] == line["id"])
    assert after["retail_cents"] == cents


def test_names_are_cut_by_switch(start):
    vendors = start(text_limit="10", barcode_miss="null")

    product = create(vendors)
    changed = vendors.syncro("PUT", f"/products/{product['id']}", {"name": "A name much longer"}).json["product"]

    assert (product["name"], changed["name"]) == ("Sample lic", "A name muc")
    assert vendors.add_line(5001, name="Licences for all")["name"] == "Licences f"
    assert vendors.syncro("GET", "/products/barcode", barcode="none").json == {"product": None}
