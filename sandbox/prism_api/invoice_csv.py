"""The invoice as a CSV file, in every form that it might have."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from sandbox.billing import Row
from sandbox.draws import draw
from sandbox.months import ONE_DAY
from sandbox.wire import plain

NEEDED = (
    "SubscriptionId", "OfferName", "ChargeStartDate", "ChargeEndDate", "UnitPrice",
    "UnitPriceRrp", "Quantity", "BillableRatio", "SubTotal", "SubTotalRrp",
)  # fmt: skip
FAMILY = (
    "ResellerName", "PrimaryDomainName", "SubscriptionId", "OfferName", "ChargeStartDate",
    "ChargeEndDate", "LineDescription", "UnitPrice", "UnitPriceRrp", "Quantity", "BillableRatio",
    "SubTotal", "SubTotalRrp", "AgreementNumber", "PurchaseOrderNumber", "CustomerName",
    "BillingCycle", "TermDurationNumber", "TermDurationUnit",
)  # fmt: skip
EXTRA = ("LineNumber", "InvoiceReference", "RetailMargin", "Region")

_COLUMNS = {"needed": NEEDED, "family": FAMILY, "extra": FAMILY + EXTRA}
Fields = dict[str, str]


def fields_of(row: Row, *, reseller: str, offset: str, digits: int) -> Fields:
    """The family's columns of one row."""
    number, unit = row.term
    return {
        "ResellerName": reseller,
        "PrimaryDomainName": row.tenant.domain if row.tenant else "",
        "SubscriptionId": row.subscription_id,
        "OfferName": row.text,
        "ChargeStartDate": _stamp(row.start, offset),
        "ChargeEndDate": _last_moment(row, offset),
        "LineDescription": row.detail,
        "UnitPrice": _amount(row.unit.cost, 2),
        "UnitPriceRrp": _amount(row.unit.retail, 2),
        "Quantity": plain(row.quantity),
        "BillableRatio": plain(row.ratio),
        "SubTotal": _amount(row.amount.cost, digits),
        "SubTotalRrp": _amount(row.amount.retail, digits),
        "AgreementNumber": "",
        "PurchaseOrderNumber": "",
        "CustomerName": row.tenant.name if row.tenant else "",
        "BillingCycle": row.cycle,
        "TermDurationNumber": str(number) if number else "",
        "TermDurationUnit": unit,
    }


def write_csv(rows: Iterable[Fields], switches: Mapping[str, str], *, seed: str) -> bytes:
    """The file, as the switches want it."""
    columns = list(_COLUMNS[switches["csv_columns"]])
    if switches["csv_order"] == "shuffled":
        columns.sort(key=lambda name: draw(1_000_000, "column", seed, name))
    text = io.StringIO()
    writer = csv.writer(
        text,
        quoting=csv.QUOTE_ALL if switches["csv_quotes"] == "all" else csv.QUOTE_MINIMAL,
        delimiter=";" if switches["csv_delimiter"] == "semicolon" else ",",
        lineterminator="\r\n" if switches["csv_line_end"] == "crlf" else "\n",
    )
    writer.writerow(_header(name, switches["csv_header_case"]) for name in columns)
    for number, row in enumerate(rows, start=1):
        full = {**row, **_extra(row, number, seed)}
        writer.writerow(full.get(name, "") for name in columns)
    mark = "\ufeff" if switches["csv_bom"] == "on" else ""
    return (mark + text.getvalue()).encode()


def _stamp(day: dt.date, offset: str) -> str:
    return f"{day.isoformat()}T00:00:00.0000000{offset}"


def _last_moment(row: Row, offset: str) -> str:
    """The end of a row: its last day, the last second of that, or the midnight after."""
    if row.last_moment == "second":
        return f"{row.end.isoformat()}T23:59:59.0000000{offset}"
    return _stamp(row.end + ONE_DAY if row.last_moment == "midnight" else row.end, offset)


def _amount(amount: Decimal, digits: int) -> str:
    # At least two digits, more only where they say something.
    text = plain(amount)
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(min(2, digits), '0')}"


def _header(name: str, case: str) -> str:
    if case == "lower":
        return name.lower()
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) if case == "spaced" else name


def _extra(row: Fields, number: int, seed: str) -> Fields:
    return {
        "LineNumber": str(number),
        "InvoiceReference": seed,
        # A comma and a quote inside a field, as any free text may hold.
        "RetailMargin": 'as agreed, see "price book"',
        "Region": "Global" if row["SubscriptionId"] else "",
    }
