"""Searches by any part of a name, with the help of trigram indexes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import BooleanField, F, Func, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

FUNCTIONS = (
    "matching_customers",
    "matching_target_customers",
    "matching_products",
    "matching_target_products",
    "matching_audit",
    "matching_invoices",
)
WITHIN = ("matching_charges", "matching_changes")  # of one invoice, of one run


def ids_matching(function: str, text: str, within: int | None = None) -> RawSQL:
    """Ids of the open partner's rows that contain all words of ``text``, in any order, for ``pk__in``.

    What is looked for and what is there are brought to one form by the database's ``folded``: case and accents make no
    difference, nor does what is typed about a word, as in ``{GUID}``.

    ``function`` is one of ``FUNCTIONS``; or of ``WITHIN``, which look only at the rows that belong to
    the id ``within``. They run with the rights of the schema's owner: behind row security PostgreSQL
    uses no index for LIKE, since LIKE might tell of rows that nobody may see. They look at the partner
    of the scope alone.
    """
    if function not in (FUNCTIONS if within is None else WITHIN):
        raise ValueError(f"there is no search {function!r}")
    if within is None:
        return RawSQL(f"SELECT {function}(%s)", [text.strip()])  # noqa: S611  # a name of ours  # nosec B608 B611
    return RawSQL(f"SELECT {function}(%s, %s)", [text.strip(), within])  # noqa: S611  # as above  # nosec B608 B611


def says(column: str, text: str) -> Func:
    """The condition that a column contains all words of the text, for a table without an index of its own for that."""
    return Func(
        F(column),
        Value(text.strip()),
        template="folded(%(expressions)s))",
        arg_joiner=") LIKE ALL (search_patterns(",
        output_field=BooleanField(),
    )


def found_by(rows: QuerySet[Any], *ways: Q) -> Q:
    """The condition that one of these conditions finds a row; ``rows`` are all that are looked at.

    Each is looked up by its own index; in one WHERE with OR between them the database would look at every row.
    """
    first, *others = [rows.order_by().filter(way).values("pk") for way in ways]
    return Q(pk__in=first.union(*others) if others else first)


def one_of(ids: Iterable[int]) -> RawSQL:
    """These ids for ``__in``, found at once and sent as one value: of tens of thousands Django would check each."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])
