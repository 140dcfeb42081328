"""Which product a row means: keys, terms and cycles. Pure functions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from products.keys import KEY_LENGTH, product_key
from products.matching import ProductFacts, ProductIndex, SoughtProduct, lengths_in


def facts(
    pk: int, ref: str = "p1", *, term: str = "", cycle: str = "", listed: bool = True, sku: str = ""
) -> ProductFacts:
    """A product of the price list, or one that left it."""
    sku = sku or f"SKU-{pk}"
    return ProductFacts(pk, product_key(sku, term, cycle), ref, sku, f"Suite {pk}", term, cycle, listed)


def find(products: list[ProductFacts], ref: str = "p1", *, term: str = "", cycle: str = "") -> int | list[int] | None:
    """The product found, or the rivals."""
    match = ProductIndex(products).find(SoughtProduct(ref, "Suite", (term,), (cycle,)))
    return match.product.pk if match.product else ([rival.pk for rival in match.rivals] or None)


# --- Keys -------------------------------------------------------------------------------------------


def test_key_is_lower_case_and_trimmed_with_empty_parts():
    assert product_key(" CFQ7TTC0LH18:0001 ", "One  Year", "") == "cfq7ttc0lh18:0001|one year|"


@given(st.text(max_size=300), st.text(max_size=100), st.text(max_size=200))
def test_key_fits_its_column_and_ignores_case(sku, term, cycle):
    key = product_key(sku, term, cycle)
    assert len(key) <= KEY_LENGTH
    assert product_key(f" {sku}", term, f"{cycle}  ") == key


def test_long_keys_that_differ_at_the_end_stay_different():
    assert product_key("x" * 300, "", "Monthly") != product_key("x" * 300, "", "Annual")


@pytest.mark.parametrize(
    ("offer", "key"),
    [
        ("G1-Offer", "cfq7:0001|1 year|monthly|g1-offer"),
        ("CFQ7:0001", "cfq7:0001|1 year|monthly"),
        (" cfq7:0001 ", "cfq7:0001|1 year|monthly"),
        ("", "cfq7:0001|1 year|monthly"),
    ],
)
def test_key_ends_in_the_id_of_the_offer_where_that_is_not_the_sku(offer, key):
    assert product_key("CFQ7:0001", "1 Year", "Monthly", offer) == key


# --- Terms and cycles ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("months", "texts"),
    [
        ({1}, ["Monthly", "1 Month", "P1M", "one month", "month", "1-Month"]),
        ({12}, ["Annual", "Yearly", "1 Year", "12 Months", "P1Y", "annually", "One-Year"]),
        ({36}, ["Triennial", "3 Years", "P3Y", "36 months", "three year"]),
        ({72}, ["6 Years"]),
        ({1, 12}, ["1 Month|1 Year", "One-Year commitment for monthly/yearly billing"]),
        (set(), ["", "6", "Usage", "OneTime", "semi-annual", "P", "half-yearly", "Upfront"]),
    ],
)
def test_texts_are_read_as_lengths(months, texts):
    assert {text: lengths_in(text) for text in texts} == {text: frozenset(months) for text in texts}


@given(st.text(), st.text(st.characters(exclude_categories=["L", "Cs"])), st.integers(1, 99))
def test_any_text_can_be_read(text, without_letters, years):
    lengths_in(text)  # raises nothing
    assert 12 * years in lengths_in(f"{years} years | {without_letters}")


# --- Matching -----------------------------------------------------------------------------------------


def test_product_id_comes_before_sku_and_case_does_not_matter():
    assert find([facts(1, "other", sku="P1"), facts(2, "P1")]) == 2
    assert find([facts(1, "other", sku="P1")]) == 1


def test_price_list_comes_before_what_left_it():
    assert find([facts(1, listed=False), facts(2, "other", sku="p1")]) == 2
    assert find([facts(1, listed=False)]) == 1


def test_only_one_left_needs_no_further_agreement():
    assert find([facts(1, cycle="1 Month")], cycle="Annual") == 1


@pytest.mark.parametrize(("cycle", "found"), [("Monthly", 1), ("P1Y", 2), ("1 year", 2), ("", [1, 2]), ("7", [1, 2])])
def test_several_are_told_apart_by_cycle(cycle, found):
    assert find([facts(1, cycle="1 Month"), facts(2, cycle="Annual")], cycle=cycle) == found


def test_several_are_told_apart_by_term():
    products = [facts(1, term="P1Y", cycle="Monthly"), facts(2, term="P3Y", cycle="Monthly")]
    assert find(products, term="3 Years", cycle="Monthly") == 2


def test_equal_codes_agree_though_nobody_can_read_them():
    assert find([facts(1, cycle="2"), facts(2, cycle="3")], cycle="3") == 2


def test_one_that_agrees_comes_before_one_that_says_nothing():
    assert find([facts(1), facts(2, cycle="1 Month")], cycle="Monthly") == 2


def test_signs_that_point_at_two_products_are_no_answer():
    products = [facts(1, term="1", cycle="1 Year"), facts(2, term="3", cycle="3 Years")]
    assert find(products, term="3", cycle="Annual") == [1]


def test_all_that_contradict_are_named_as_rivals():
    assert find([facts(1, cycle="Monthly"), facts(2, cycle="1 Month")], cycle="Annual") == [1, 2]


def test_product_that_left_the_list_must_not_contradict():
    assert find([facts(1, cycle="Monthly", listed=False)], cycle="Annual") is None


def test_product_made_from_an_invoice_is_found_by_its_whole_key():
    made = ProductFacts(9, product_key("p1", "", "Monthly"), "", "p1", "Suite", "", "Monthly", in_price_list=False)
    assert find([made], cycle="monthly") == 9
    assert find([made], cycle="Annual") is None


def test_row_without_product_id_goes_by_its_name():
    made = ProductFacts(9, product_key("Suite", "", ""), "", "Suite", "Suite", "", "", in_price_list=False)
    assert find([made, facts(1, "")], ref="") == 9


texts = st.sampled_from(["", "1", "3", "Monthly", "1 Month", "Annual", "P1Y", "3 Years", "1 Month|1 Year"])
products = st.lists(st.tuples(texts, texts, st.booleans()), max_size=6).map(
    lambda rows: [facts(pk, term=term, cycle=cycle, listed=listed) for pk, (term, cycle, listed) in enumerate(rows, 1)]
)


@given(products, texts, texts)
def test_answer_does_not_depend_on_the_order_of_the_products(rows, term, cycle):
    def answer(order: list[ProductFacts]) -> object:
        found = find(order, term=term, cycle=cycle)
        return sorted(found) if isinstance(found, list) else found

    assert answer(rows) == answer(rows[::-1])


@given(products, texts, texts)
def test_there_is_never_both_an_answer_and_a_rival(rows, term, cycle):
    match = ProductIndex(rows).find(SoughtProduct("p1", "Suite", (term,), (cycle,)))
    assert match.product is None or match.rivals == ()
