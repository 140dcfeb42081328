"""Decimal money, and text that is fit to be shown."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from money.words import (
    cut_to_hundredths,
    equals_at_its_decimals,
    from_cents,
    one_line,
    plain,
    round_to_cent,
    same_name,
    shown,
    to_cents,
)

AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=8)


@pytest.mark.parametrize(
    ("amount", "cents"),
    [("0.005", 1), ("-0.005", -1), ("0.0049999", 0), ("1.005", 101), ("2.675", 268), ("-2.675", -268), ("0", 0)],
)
def test_half_a_cent_goes_away_from_zero(amount: str, cents: int) -> None:
    assert to_cents(Decimal(amount)) == cents
    assert round_to_cent(Decimal(amount)) == from_cents(cents)


@given(AMOUNTS)
def test_rounding_moves_by_half_a_cent_at_most(amount: Decimal) -> None:
    assert abs(from_cents(to_cents(amount)) - amount) <= Decimal("0.005")


@given(AMOUNTS)
def test_rounding_is_symmetric(amount: Decimal) -> None:
    assert to_cents(-amount) == -to_cents(amount)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_cents_survive_the_way_there_and_back(cents: int) -> None:
    assert to_cents(from_cents(cents)) == cents


@pytest.mark.parametrize(("quantity", "cut"), [("3.999", "3.99"), ("-3.999", "-3.99"), ("0.019", "0.01")])
def test_quantity_is_cut_towards_zero(quantity: str, cut: str) -> None:
    assert cut_to_hundredths(Decimal(quantity)) == Decimal(cut)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("12.5", "12.50"),
        ("0.0123", "0.0123"),
        ("1E+3", "1000.00"),
        ("0", "0.00"),
        ("-0.00", "0.00"),
        ("-1.10", "-1.10"),
    ],
)
def test_plain_has_two_decimals_and_no_exponent(amount: str, text: str) -> None:
    assert plain(Decimal(amount)) == text


@given(AMOUNTS)
def test_plain_loses_no_digit(amount: Decimal) -> None:
    assert Decimal(plain(amount)) == amount


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Two\nlines\r\nand\ttabs", "Two lines and tabs"),
        ("\u202egnp.exe\u202c", "gnp.exe"),
        ("Bell\x07 and NUL\x00", "Bell and NUL"),
        ("\ufeffÆther – Ünïcode 日本", "Æther – Ünïcode 日本"),
        ("\U0001f469\u200d\U0001f4bb", "\U0001f469\u200d\U0001f4bb"),
        ("half \ud83d a sign", "half a sign"),
        (" \n ", ""),
    ],
)
def test_text_becomes_one_line_that_can_be_read(text: str, read: str) -> None:
    assert one_line(text) == read


@pytest.mark.parametrize(
    ("amount", "text"), [("59867.386907", "59867.39"), ("-0.005", "-0.01"), ("0.0021", "0.0021"), ("0", "0.00")]
)
def test_amount_is_shown_in_cents_and_never_as_nothing(amount: str, text: str) -> None:
    assert shown(Decimal(amount)) == text


@pytest.mark.parametrize(
    ("stated", "amount", "equal"),
    [
        ("18.41", "18.411", True),
        ("18.41000000", "18.411", True),
        ("18.4", "18.4", True),
        ("18.4", "18.41", False),
        ("18.412", "18.411", False),
        ("18.42", "18.411", False),
        ("200", "200.004", True),
        ("18.412", "18.4118", True),
        ("18.43", "18.425", True),
        ("NaN", "18.41", False),
    ],
)
def test_total_is_compared_at_its_own_decimals(stated: str, amount: str, equal: bool) -> None:
    assert equals_at_its_decimals(Decimal(stated), Decimal(amount)) is equal


@pytest.mark.parametrize(
    ("theirs", "same"),
    [
        ("Microsoft Defender for Business", True),
        ("defender for  business", True),
        ("Defender for Business - 1 Year - Monthly", False),
        ("Defender for Business support", False),
        ("", False),
    ],
)
def test_names_of_one_product_are_the_same_words(theirs: str, same: bool) -> None:
    assert same_name("Defender for Business", theirs) is same


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("Defender for Business - 1 Year - Monthly", "Defender for Business", True),
        ("Defender for Business - 1 Year - Monthly", "Defender for Business 1 year monthly", True),
        ("Defender for Business - 1 Year - Monthly", "Defender for Business - 1 Year", False),
        ("Defender for Business - 1 Year", "Defender", False),
        ("Microsoft Defender", "Defender", True),
        (" - 1 Year", "", False),
        ("", "", False),
        ("-", "?", False),
    ],
)
def test_our_term_behind_a_dash_says_nothing_of_the_product(ours: str, theirs: str, same: bool) -> None:
    assert same_name(ours, theirs) is same
