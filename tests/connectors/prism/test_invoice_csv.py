"""The invoice file: read whole and exactly, or refused with the line that is wrong."""

from __future__ import annotations

import csv
import datetime as dt
import io
import tracemalloc
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import UnreadableInvoice
from connectors.prism.invoice_csv import NEEDED_COLUMNS, read_invoice_rows, row_amounts
from connectors.records import Cadence, InvoiceRow, RowAmounts

HEADER = ",".join(NEEDED_COLUMNS)
START = "2026-10-01T00:00:00.0000000+00:00"
END = "2026-10-31T23:59:59.9999999+00:00"
ROW = f"sub-1,Microsoft 365 Business Premium,{START},{END},18.70,22.00,5,1,93.50,110.00"


def read(text: str | bytes) -> list[InvoiceRow]:
    data = text.encode() if isinstance(text, str) else text
    return list(read_invoice_rows(io.BytesIO(data)))


def problem_of(text: str | bytes) -> tuple[int | None, str]:
    with pytest.raises(UnreadableInvoice) as caught:
        read(text)
    return caught.value.line, str(caught.value)


def read_or_problem(data: bytes) -> tuple[list[InvoiceRow], UnreadableInvoice | None]:
    try:
        return read(data), None
    except UnreadableInvoice as problem:
        return [], problem


def with_value(column: str, value: str) -> str:
    values = ROW.split(",")
    values[NEEDED_COLUMNS.index(column)] = value
    return f"{HEADER}\n{ROW}\n{','.join(values)}\n"


def test_currency_that_is_no_code_names_the_line():
    text = f"{HEADER},Currency\n{ROW},AUD\n{ROW},=Dollars\n"

    line, told = problem_of(text)

    assert line == 3
    assert 'Currency holds "=DOLLARS", which is no currency code' in told


def test_subscription_id_that_is_far_too_long_names_the_line():
    line, told = problem_of(with_value("SubscriptionId", "s" * 101))

    assert line == 3
    assert "101 characters" in told


def test_row_is_read_exactly():
    (row,) = read(f"{HEADER}\r\n{ROW}\r\n")

    assert row == InvoiceRow(
        line=2,
        subscription_id="sub-1",
        product_name="Microsoft 365 Business Premium",
        start=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
        end=dt.datetime(2026, 10, 31, 23, 59, 59, 999999, tzinfo=dt.UTC),
        quantity=Decimal(5),
        unit_cost=Decimal("18.70"),
        unit_retail=Decimal("22.00"),
        ratio=Decimal(1),
        cost=Decimal("93.50"),
        retail=Decimal("110.00"),
        recurring=True,
        raw=dict(zip(NEEDED_COLUMNS, ROW.split(","), strict=True)),
    )


@pytest.mark.parametrize(("ratio", "recurring"), [("1", True), ("1.000", True), ("0.9999", False), ("2", False)])
def test_row_charged_for_its_whole_cycle_is_a_recurring_one(ratio, recurring):
    (row,) = read(f"{HEADER}\n{ROW.replace(',5,1,', f',5,{ratio},')}\n")

    assert (row.ratio, row.recurring) == (Decimal(ratio), recurring)


def test_all_nineteen_columns_in_another_order_and_spelling_are_used():
    header = (
        "\ufeffReseller Name,primary_domain_name,SUBSCRIPTIONID,Offer Name,ChargeStartDate,ChargeEndDate,"
        "LineDescription,UnitPrice,Unit_Price_Rrp,Quantity,BillableRatio,SubTotal,SubTotalRrp,AgreementNumber,"
        "PurchaseOrderNumber,CustomerName,BillingCycle,TermDurationNumber,TermDurationUnit"
    )
    row = (
        f'Reseller,fabrikam.example,sub-1,"Offer, with comma",{START},{END},"Two\nlines",1,2,3,0.5,1.5,3.0,A-1,,'
        '"Fabrikam ""Europe""",Annual,1,Year'
    )

    (read_row,) = read(f"{header}\n{row}\n")

    assert (read_row.domain, read_row.customer_name) == ("fabrikam.example", 'Fabrikam "Europe"')
    assert (read_row.description, read_row.product_name) == ("Two\nlines", "Offer, with comma")
    assert (read_row.billing_cycle, read_row.term, read_row.cadence) == ("Annual", "1 Year", Cadence.ANNUAL)
    assert read_row.raw["AgreementNumber"] == "A-1"
    assert read_row.raw["Reseller Name"] == "Reseller"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_numbers_count_lines_of_the_file(ending):
    multi = ROW.replace("Microsoft 365 Business Premium", f'"a{ending}b"')
    text = ending.join([HEADER, ROW, "", multi, "   ", ROW, ""])

    assert [row.line for row in read(text)] == [2, 4, 7]


def test_wrong_row_after_a_field_of_two_lines_is_named_by_its_line():
    multi = ROW.replace("Microsoft 365 Business Premium", '"a\nb"')
    line, text = problem_of(f"{HEADER}\n{multi}\n{ROW.replace('93.50', 'oops')}\n")
    assert line == 4
    assert "SubTotal" in text
    assert '"oops"' in text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-01T00:00:00.0000000+10:00", "2026-10-01T00:00:00+10:00"),
        ("2026-10-01T00:00:00Z", "2026-10-01T00:00:00+00:00"),
        ("2026-10-01T13:37:00.1234567Z", "2026-10-01T13:37:00.123456+00:00"),
        ("2026-10-01 13:37:00 -0500", "2026-10-01T13:37:00-05:00"),
        ("2026-10-01", "2026-10-01T00:00:00+00:00"),
        ("2026-10-01T00:00:00", "2026-10-01T00:00:00+00:00"),
    ],
)
def test_dates_keep_the_offset_they_carry(text, moment):
    row = read(with_value("ChargeStartDate", text))[1]
    assert row.start == dt.datetime.fromisoformat(moment)
    assert row.start.utcoffset() == dt.datetime.fromisoformat(moment).utcoffset()


@pytest.mark.parametrize("column", ["ChargeStartDate", "ChargeEndDate"])
@pytest.mark.parametrize(
    "value", ["", "01/10/2026", "2026-13-01", "2026-02-30T00:00:00Z", "soon", "2026-10-01T25:00:00Z"]
)
def test_unreadable_date_fails_with_line_and_column(column, value):
    line, text = problem_of(with_value(column, value))
    assert line == 3
    assert column in text


@pytest.mark.parametrize(
    "column", ["UnitPrice", "UnitPriceRrp", "Quantity", "BillableRatio", "SubTotal", "SubTotalRrp"]
)
@pytest.mark.parametrize("value", ["", "NaN", "Infinity", '"1,234.50"', '"12,50"', "(5.00)", "1 000", "1e18", "USD 5"])
def test_unreadable_number_fails_with_line_and_column(column, value):
    if not value and column.endswith("Rrp"):
        return  # a blank retail amount is kept, see below
    line, text = problem_of(with_value(column, value))
    assert line == 3
    assert f" {column} holds" in text


@pytest.mark.parametrize("value", ["-93.50", "0", "0.5161290322580645161290322581", "1E-05"])
def test_plain_numbers_keep_every_digit(value):
    assert read(with_value("SubTotal", value))[1].cost == Decimal(value)


def test_row_without_subscription_is_kept():
    assert read(with_value("SubscriptionId", ""))[1].subscription_id == ""


@pytest.mark.parametrize("column", NEEDED_COLUMNS)
def test_missing_column_is_named(column):
    text = f"{HEADER}\n{ROW}\n".replace(column, "Something", 1)
    line, message = problem_of(text)
    assert line == 1
    assert f"the column {column} is missing" in message


@pytest.mark.parametrize("row", [f"{ROW},extra", ROW.rpartition(",")[0]])
def test_row_with_wrong_number_of_fields_fails_with_its_line(row):
    line, text = problem_of(f"{HEADER}\n{ROW}\n{row}\n")
    assert line == 3
    assert "the header has 10" in text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{HEADER},sub_total\n{ROW},1\n", "occurs more than once"),
        (f"{HEADER}\n{ROW}\n".replace(",", ";"), "a semicolon"),
        (f"{HEADER}\n{ROW}\n".replace(",", "\t"), "a tab"),
        ("<html><body>Sign in</body></html>", "another kind of answer"),
        ('{"Message":"Not ready"}', "another kind of answer"),
        ("", "no header"),
        ("\n\n", "no header"),
        (f"{HEADER}\nsub\x00{ROW}\n", "NUL"),
        (f'{HEADER}\n{ROW}\n"never closed,{ROW}\n', "broken CSV"),
        (f'{HEADER}\n"a"b{ROW}\n', "broken CSV"),
        (f"{HEADER}\n" + "x" * 1_100_000, "too long"),
        (f"{HEADER}\n{ROW}\n".encode() + b"\xff\xfe", "not in UTF-8"),
        (f"{HEADER}\n{ROW}\n".encode("utf-16"), "not in UTF-8"),
    ],
)
def test_file_that_is_no_such_invoice_is_refused_in_plain_words(text, words):
    assert words in problem_of(text)[1]


def test_invoice_without_rows_is_empty():
    assert read(f"{HEADER}\r\n") == []


def test_unnamed_last_column_is_kept_apart():
    (row,) = read(f"{HEADER},\n{ROW},x\n")
    assert row.raw["(column 11)"] == "x"


def test_amounts_of_a_stored_row_are_read_from_its_own_text():
    raw = {"sub total": "93.50", "SubTotal_RRP": "-110.00", "Other": "x"}
    assert row_amounts(raw) == RowAmounts(cost=Decimal("93.50"), retail=Decimal("-110.00"))


def test_amounts_that_are_gone_from_a_stored_row_are_an_error():
    with pytest.raises(UnreadableInvoice):
        row_amounts({"SubTotal": "1"})


def test_memory_stays_flat_however_many_rows_there_are():
    class ManyRows(io.RawIOBase):
        """A file of that many rows that never exists as a whole."""

        def __init__(self, count: int) -> None:
            self._left = count
            self._pending = f"{HEADER}\n".encode()

        def readable(self) -> bool:
            return True

        def readinto(self, buffer):
            if not self._pending and self._left:
                self._left -= 1
                self._pending = f"{ROW}\n".encode()
            size = min(len(buffer), len(self._pending))
            buffer[:size] = self._pending[:size]
            self._pending = self._pending[size:]
            return size

    tracemalloc.start()
    count = sum(1 for _ in read_invoice_rows(io.BufferedReader(ManyRows(5_000))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert count == 5_000
    assert peak < 1_000_000


_texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=30)
_amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
_moments = st.datetimes(
    min_value=dt.datetime(2000, 1, 1),  # noqa: DTZ001  # the strategy adds the zone
    max_value=dt.datetime(2100, 1, 1),  # noqa: DTZ001  # as above
    timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=10)), dt.timezone(dt.timedelta(hours=-3.5))]),
)
_rows = st.tuples(_texts, _texts, _moments, _moments, _amounts, _amounts, _amounts, _amounts, _amounts, _amounts)


@given(st.lists(_rows, max_size=5), st.permutations(NEEDED_COLUMNS), st.booleans())
def test_what_a_csv_writer_wrote_is_read_back(rows, order, bom):
    file = io.StringIO()
    writer = csv.DictWriter(file, fieldnames=order)
    writer.writeheader()
    for row in rows:
        values = dict(zip(NEEDED_COLUMNS, row, strict=True))
        writer.writerow(values | {"ChargeStartDate": row[2].isoformat(), "ChargeEndDate": row[3].isoformat()})

    found = read(file.getvalue().encode("utf-8-sig" if bom else "utf-8"))

    assert [
        (r.subscription_id, r.product_name, r.start, r.end, r.unit_cost, r.unit_retail, r.quantity, r.ratio, r.cost)
        for r in found
    ] == [(row[0].strip(), row[1].strip(), *row[2:9]) for row in rows]
    assert [r.raw["OfferName"] for r in found] == [row[1] for row in rows]


@given(st.binary(max_size=200) | st.text(alphabet='ab,";\n\r\x00é0.-TZ', max_size=200).map(str.encode))
def test_any_bytes_either_read_whole_or_are_refused(noise):
    good = f"{HEADER}\n{ROW}\n"
    for data, first in ((noise, []), (good.encode() + noise, read(good))):
        rows, problem = read_or_problem(data)
        assert problem is not None or rows[: len(first)] == first
        assert problem is None or problem.line is None or problem.line >= 1
