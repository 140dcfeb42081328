"""Searches by any part of a name, with the help of trigram indexes."""

from __future__ import annotations

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
    """Ids of the open partner's rows that contain ``text``, for ``pk__in``; upper and lower case are alike.

    ``function`` is one of ``FUNCTIONS``; or of ``WITHIN``, which look only at the rows that belong to
    the id ``within``. They run with the rights of the schema's owner: behind row security PostgreSQL
    uses no index for LIKE, since LIKE might tell of rows that nobody may see. They look at the partner
    of the scope alone.
    """
    if function not in (FUNCTIONS if within is None else WITHIN):
        raise ValueError(f"there is no search {function!r}")
    if within is None:
        return RawSQL(f"SELECT {function}(%s)", [text.strip()])  # noqa: S611  # nosec B608 B611 - a name of ours
    return RawSQL(f"SELECT {function}(%s, %s)", [text.strip(), within])  # noqa: S611  # nosec B608 B611 - as above
