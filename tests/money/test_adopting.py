"""Which product of the target becomes ours although the sync did not make it."""

from __future__ import annotations

import pytest

from tests.bookkeeping.proving import prove


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Anything", '" SKU-1:P1M:Monthly "'),
        ("PC_SKU-1 my own words", ""),
        ("PC_SKU-1", ""),
        ("pc_sku-1 lower case", "4006381333931"),
    ],
)
def test_product_made_by_hand_is_adopted(name: str, code: str) -> None:
    prove(f"""
        price list
          | product
          | 1
        target products
          target | name   | code
          900    | {name} | {code}
        sync products
          done    | product | target
          adopted | 1       | 900
    """)


def test_adopting_writes_prices_where_they_differ() -> None:
    prove("""
        price list
          product | cost
          1       | 11.00
        target products
          target | cost
          900    | 10.00
        sync products
          done               | product | target | cost
          adopted and priced | 1       | 900    | 11.00
    """)


@pytest.mark.parametrize("name", ["PC_SKU-10 Another", "SKU-1 Business Premium", "My PC_SKU-1", "PC_SKU-1x"])
def test_name_without_the_whole_token_is_not_adopted(name: str) -> None:
    prove(f"""
        price list
          | product
          | 1
        target products
          target | name
          900    | {name}
        sync products
          done    | product | target
          created | 1       |
    """)


def test_name_token_is_no_proof_where_another_key_shares_the_sku() -> None:
    prove("""
        price list
          product | sku   | term | cycle
          1       | SKU-1 | P1M  | Monthly
          2       | SKU-1 | P1Y  | Annual
        target products
          | name
          | PC_SKU-1 Business Premium
        sync products
          done    | product | target
          created | 1       |
          created | 2       |
    """)


def test_code_goes_before_name() -> None:
    prove("""
        price list
          | product
          | 1
        target products
          target | name                      | code
          900    | PC_SKU-1 Business Premium |
          901    | Anything                  | sku-1:p1m:monthly
        sync products
          done    | product | target
          adopted | 1       | 901
    """)


@pytest.mark.parametrize("code", ["sku-1:p1m:monthly:g1", "sku-1:p1m:monthly"])
def test_product_with_the_key_of_before_is_adopted_by_its_only_offer(code: str) -> None:
    prove(f"""
        price list
          product | offer
          1       | g1
        target products
          target | name     | code
          900    | Anything | {code}
        sync products
          done    | product | target
          adopted | 1       | 900
    """)


def test_key_of_before_is_no_proof_where_two_offers_had_it() -> None:
    prove("""
        price list
          product | sku   | offer
          1       | SKU-1 | g1
          2       | SKU-1 | g2
        target products
          target | name     | code
          900    | Anything | sku-1:p1m:monthly
        sync products
          done    | product | target
          created | 1       |
          created | 2       |
    """)


def test_product_with_the_code_of_another_key_is_not_adopted_by_its_name() -> None:
    prove("""
        price list
          | product
          | 1
          | 2
        target products
          target | name                      | code
          900    | PC_SKU-1 Business Premium | sku-2:p1m:monthly
        sync products
          done    | product | target
          created | 1       |
          adopted | 2       | 900
    """)


def test_product_linked_to_another_key_is_not_adopted() -> None:
    prove("""
        price list
          product | linked
          1       |
          2       | 900
        target products
          target | name
          900    | PC_SKU-1 Business Premium
        sync products
          done    | product | target
          created | 1       |
          unchanged 1, skipped 0, failed 0
    """)


@pytest.mark.parametrize("code", ["", "sku-1:p1m:monthly"])
def test_several_candidates_are_an_error_that_names_them(code: str) -> None:
    prove(f"""
        price list
          | product
          | 1
        target products
          target | code
          900    | {code}
          901    | {code}
        sync products
          unchanged 0, skipped 0, failed 1
          says product: Business Premium (SKU-1): Could not find source product or multiple matches: “PC_SKU-1 Business Premium” (900), “PC_SKU-1 Business Premium” (901)
    """)  # fmt: skip  # noqa: E501
