"""JSON without floats, lenient rows, waits, and refusals in many shapes."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.edge.answers import Answer, error_messages
from connectors.edge.json_rows import JsonRow, read_decimal
from connectors.edge.redaction import MASK, Redactor
from connectors.edge.retrying import seconds_of_retry_after
from connectors.edge.wire import decode_json, encode_json, jsonable
from connectors.errors import UnexpectedAnswer

_scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12)
)
_values = st.recursive(_scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(_values)
def test_what_is_encoded_is_read_back_exactly(value):
    assert decode_json(encode_json(value)) == value


@given(_values)
def test_encoded_text_is_plain_json(value):
    assert json.loads(encode_json(value), parse_float=Decimal) == value
    assert json.loads(json.dumps(jsonable(value))) == jsonable(value)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_numbers_that_are_none_are_refused_both_ways(number):
    with pytest.raises(ValueError, match="finite"):
        encode_json({"x": Decimal(number)})
    with pytest.raises(ValueError, match="not JSON"):
        decode_json(f'{{"x": {number}}}'.encode())


def test_number_that_would_explode_is_refused():
    with pytest.raises(ValueError, match="range"):
        decode_json(b'{"x": 1e999999999}')


@pytest.mark.parametrize(
    ("text", "number"),
    [(" 12.50 ", "12.50"), ("-0.1", "-0.1"), (".5", "0.5"), ("1E-05", "0.00001"), ("+3", "3"), ("7.", "7")],
)
def test_plain_numbers_are_read(text, number):
    assert read_decimal(text) == Decimal(number)


@pytest.mark.parametrize(
    "text", ["", "NaN", "Infinity", "1,234.50", "1.234,50", "12,5", "1 000", "(5.00)", "$5", "1_000", "٣", "1e999", "-"]
)
def test_ambiguous_or_foreign_numbers_are_not_guessed(text):
    assert read_decimal(text) is None


def test_row_reads_numbers_as_numbers_or_text_and_names_without_case():
    row = JsonRow({"Price": "10.10", "count": 3, "notes": None, "Flag": "true"}, system="s", what="thing")

    assert row.decimal("price") == Decimal("10.10")
    assert row.integer("Count") == 3
    assert row.text("Notes") == ""
    assert row.flag("flag") is True
    assert row.decimal("absent") is None


@pytest.mark.parametrize("value", ["abc", True, [1], {"a": 1}])
def test_row_names_record_and_field_that_cannot_be_read(value):
    with pytest.raises(UnexpectedAnswer, match="thing has no readable number in price"):
        JsonRow({"price": value}, system="s", what="thing").decimal("price")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("Sun, 01 Nov 2026 00:01:30 GMT", 90.0),
        ("Sat, 31 Oct 2026 00:00:00 GMT", 0.0),
        ("999999", 600.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(header, seconds):
    now = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    assert seconds_of_retry_after(header, now=now) == seconds


@pytest.mark.parametrize(
    ("payload", "messages"),
    [
        (
            {"error": ["Frequency can't be blank", "Name can't be blank"]},
            ("Frequency can't be blank", "Name can't be blank"),
        ),
        ({"success": False, "message": ["Name can't be blank"], "params": {"name": ""}}, ("Name can't be blank",)),
        ({"success": False, "message": ["Name can't be blank"]}, ("Name can't be blank",)),
        ({"message": ["Vendor is blank", "Value is blank"]}, ("Vendor is blank", "Value is blank")),
        ({"record": {"id": None}, "errors": "Customer can't be blank"}, ("Customer can't be blank",)),
        ({"errors": "A, B", "params": {}}, ("A, B",)),
        ({"error": "Validation failed: x"}, ("Validation failed: x",)),
        ({"errors": {"customer_id": ["is missing", "is odd"]}}, ("customer id is missing", "customer id is odd")),
        ({"name": ["can't be blank"]}, ("name can't be blank",)),
        ({"message": "Not found"}, ("Not found",)),
        (["one", "two"], ("one", "two")),
        (None, ("<html>Bad Request</html>",)),
        ({}, ("<html>Bad Request</html>",)),
    ],
)
def test_every_known_shape_of_refusal_becomes_messages(payload, messages):
    assert error_messages(Answer(422, payload, excerpt="<html>Bad Request</html>")) == messages


@pytest.mark.parametrize(
    "spelling",
    [
        "pa$$/w+rd=1 2",
        "pa%24%24%2Fw%2Brd%3D1%202",
        "pa%24%24%2Fw%2Brd%3D1+2",
        "cGEkJC93K3JkPTEgMg==",
    ],
)
def test_known_secret_is_masked_in_every_spelling(spelling):
    redactor = Redactor()
    redactor.add("pa$$/w+rd=1 2")

    assert redactor.clean(f"before {spelling} after") == f"before {MASK} after"


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer abcdefghijkl",
        '{"access_token":"abcdefghijkl"}',
        "client_secret=abcdefghijkl&scope=x",
        "?api_key=abcdefghijkl",
        "password: abcdefghijkl",
        "user_token='abcdefghijkl'",
        "bearer abcdefghijkl",
        '{\\"user_token\\":\\"abcdefghijkl\\"}',
        "https://x.example/?portal_key=abcdefghijkl",
    ],
)
def test_secrets_nobody_registered_are_masked_by_their_names(text):
    cleaned = Redactor().clean(text)
    assert "abcdefghijkl" not in cleaned
    assert MASK in cleaned


def test_ordinary_words_survive():
    text = "Name can't be blank; the token count is 3 and Recurring Invoices - Edit is missing"
    assert Redactor().clean(text) == text


def test_line_breaks_cannot_forge_log_lines():
    assert Redactor().clean("a\r\nERROR b\x1b[31m") == "a ERROR b [31m"
