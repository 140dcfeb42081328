"""Searches by any part of a name, with the help of trigram indexes."""

from __future__ import annotations

from django.db.models.expressions import RawSQL

FUNCTIONS = (
    "matching_customers",
    "matching_target_customers",
    "matching_products",
    "matching_target_products",
)


def ids_matching(function: str, text: str) -> RawSQL:
    """Ids of the open partner's rows that contain ``text``, for ``pk__in``; upper and lower case are alike.

    ``function`` is one of ``FUNCTIONS``. They run with the rights of the schema's owner: behind row
    security PostgreSQL uses no index for LIKE, since LIKE might tell of rows that nobody may see.
    They look at the partner of the scope alone.
    """
    if function not in FUNCTIONS:
        raise ValueError(f"there is no search {function!r}")
    return RawSQL(f"SELECT {function}(%s)", [text.strip()])  # noqa: S611  # nosec B608 B611 - a name of ours
