"""Bring many rows to the values they should have in a handful of queries, and take out what nobody needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import Any, Generic, TypeVar

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault
from psycopg2 import sql

BATCH = 500
_INSERT = sql.SQL("INSERT INTO {table} ({columns}) SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s)")
_RETURNING = sql.SQL(" RETURNING {told}")
_NEVER_STORED = dict.fromkeys([0, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])

K = TypeVar("K", bound=Hashable)
M = TypeVar("M", bound=models.Model)


def delete_some(rows: models.QuerySet[Any]) -> int:
    """Delete the oldest of these rows, by their number, as many as one transaction should; how many."""
    chosen = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    if chosen:
        rows.filter(pk__in=chosen).delete()
    return len(chosen)


@dataclass(frozen=True, slots=True)
class Saved(Generic[M]):
    """What was written: rows that are new, and rows whose values differed."""

    created: list[M]
    changed: list[M]


def save_differences(
    model: type[M],
    existing: Mapping[K, M],
    wanted: Mapping[K, Mapping[str, Any]],
    *,
    for_new: Mapping[str, Any],
) -> Saved[M]:
    """Insert the wanted rows that do not exist and update the columns that differ.

    ``wanted`` holds column values by key; ``for_new`` is what only new rows need besides. Rows that
    exist and are not wanted stay as they are.
    """
    created = [model(**{**for_new, **values}) for key, values in wanted.items() if key not in existing]
    _rows_of(model).bulk_create(created, batch_size=BATCH)
    known = [(existing[key], values) for key, values in wanted.items() if key in existing]
    return Saved(created, update_differences(model, known))


def insert_rows(model: type[M], rows: Iterable[M]) -> None:
    """Insert rows of which nobody needs the number: what Django's ``bulk_create`` does, at a fraction of its time.

    A batch of them is in one statement, as one JSON text that PostgreSQL reads; it rounds what has more decimals.
    """
    for _ in _insert_batches(model, rows, ()):
        pass


def insert_and_number(model: type[M], rows: Iterable[M], key: Sequence[str]) -> dict[tuple[Any, ...], int]:
    """The same; the number of each row by what it has in the columns ``key``, which no two of them share."""
    found: dict[tuple[Any, ...], int] = {}
    for told in _insert_batches(model, rows, ("id", *key)):
        found |= {tuple(values): number for number, *values in told}
    return found


def _insert_batches(model: type[M], rows: Iterable[M], told: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    """The columns ``told`` of what was inserted, batch by batch."""
    columns, left = _columns_of(model), iter(rows)
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
    statement: sql.Composable = _INSERT.format(table=sql.Identifier(model._meta.db_table), columns=names)
    if told:
        statement += _RETURNING.format(told=sql.SQL(", ").join(map(sql.Identifier, told)))
    while batch := [{name: read(row) for name, read in columns} for row in islice(left, BATCH)]:
        with connection.cursor() as cursor:
            cursor.execute(statement.as_string(cursor.cursor), [json.dumps(batch, default=str)])
            yield cursor.fetchall() if told else []


def update_differences(model: type[M], wanted: Iterable[tuple[M, Mapping[str, Any]]]) -> list[M]:
    """Give rows these column values, and write the columns that differ; returns the rows that did."""
    changed, columns = _differing(wanted)
    if changed:
        _rows_of(model).bulk_update(changed, sorted(columns), batch_size=BATCH)
    return changed


def write_differences(
    model: type[M], wanted: Iterable[tuple[M, Mapping[str, Any]]], *, unique: Sequence[str]
) -> list[M]:
    """As ``update_differences``, for many rows of many columns: the cost is that of inserting them.

    ``unique`` are the columns of a constraint that the rows are known by. The rows come whole, and are not gone.
    """
    changed, columns = _differing(wanted)
    if changed:
        _rows_of(model).bulk_create(
            changed,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=unique,
            update_fields=sorted(model._meta.get_field(name).name for name in columns),
        )
    return changed


def fit(text: str, length: int) -> str:
    """``text`` as a column of that length can hold it: without NUL, cut at the end.

    Also without the marks that turn the direction of writing around until the line's end: in a name
    they would turn the amount that stands behind it. Names that are written from right to left need none.
    """
    return text.translate(_NEVER_STORED)[:length]


def _columns_of(model: type[models.Model]) -> list[tuple[str, Callable[[models.Model], object]]]:
    """The columns that a new row comes with, each with what reads it off a row."""
    fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, models.AutoField)]
    return [(str(field.column), _reader_of(field)) for field in fields if not field.generated]


def _reader_of(field: models.Field[Any, Any]) -> Callable[[models.Model], object]:
    read = attrgetter(field.attname)
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return lambda row: field.pre_save(row, add=True)
    if field.has_db_default():  # a row that was given none has a placeholder
        return lambda row: field.db_default if isinstance(value := read(row), DatabaseDefault) else value
    return read


def _rows_of(model: type[M]) -> models.Manager[M]:
    found: models.Manager[M] = model.objects  # type: ignore[attr-defined]  # a plain Model has no manager yet
    return found


def _differing(wanted: Iterable[tuple[M, Mapping[str, Any]]]) -> tuple[list[M], set[str]]:
    changed, columns = [], set[str]()
    for row, values in wanted:
        differing = _assign(row, values)
        if differing:
            changed.append(row)
            columns.update(differing)
    return changed, columns


def _assign(row: models.Model, values: Mapping[str, Any]) -> list[str]:
    differing = [name for name, value in values.items() if getattr(row, name) != value]
    for name in differing:
        setattr(row, name, values[name])
    return differing
