"""The yardstick for import and plan: a script that reads an invoice's CSV file and stores its rows, and no more."""

from __future__ import annotations

import csv
import datetime as dt
import json
import time
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path

_BATCH = 500
_INSERT = (
    "INSERT INTO bare_rows (partner_id, invoice_id, line, raw, kind, motion, customer_id, subscription_id,"
    ' subscription_ref, product_id, product_name, period, start, "end", first_day, last_day, quantity, unit_cost,'
    " unit_retail, ratio, cost, retail, problem) VALUES %s"
)


def store_rows(file: Path) -> float:
    """Seconds for the rows of a file: as many columns, of the same kinds and with the same indexes as ours."""
    import psycopg2
    from django.conf import settings
    from psycopg2.extras import execute_values

    started = time.perf_counter()
    with psycopg2.connect(settings.MIGRATE_DATABASE_URL) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_rows (LIKE invoices_charge INCLUDING ALL)")
        with file.open(encoding="utf-8", newline="") as text:
            rows = _rows(csv.DictReader(text))
            while batch := list(islice(rows, _BATCH)):
                execute_values(cursor, _INSERT, batch, page_size=_BATCH)
    seconds = time.perf_counter() - started
    with connection, connection.cursor() as cursor:
        cursor.execute("DROP TABLE bare_rows")
    connection.close()
    return seconds


def _rows(read: Iterator[dict[str, str]]) -> Iterator[tuple[object, ...]]:
    for line, row in enumerate(read, start=2):
        start, end = (_moment(row[name]) for name in ("ChargeStartDate", "ChargeEndDate"))
        words = ("recurring", "seat_monthly", 1, 1, row["SubscriptionId"].lower(), 1, row["OfferName"], "2026-09")
        prices = (row[name] for name in ("Quantity", "UnitPrice", "UnitPriceRrp", "BillableRatio"))
        amounts = (*prices, row["SubTotal"], row["SubTotalRrp"])
        days = (start, end, start.date(), end.date())
        yield (1, 1, line, json.dumps(row), *words, *days, *map(Decimal, amounts), "")


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text[:19]).replace(tzinfo=dt.UTC)
