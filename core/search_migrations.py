"""Migration operation that makes the search for one table: a trigram index and a function over it."""

from __future__ import annotations

from django.db import migrations

from core.row_security import PARTNER_IS_CURRENT

# LIKE's own signs are looked for as they are.
_PATTERN = r"""'%' || replace(replace(replace(upper(words), '\', '\\'), '%', '\%'), '_', '\_') || '%'"""


def make_search(
    function: str, table: str, columns: list[str], *, within: str = "", live: bool = False
) -> migrations.RunSQL:
    """``function(words)`` answers with the ids of the open partner's rows whose columns contain the words.

    With ``within``, the name of a column, the function takes a second argument and looks only at rows
    whose column has that value; the index holds it too, so that what is elsewhere is not even looked at.
    ``live``: the table may be full, so the index is made while others write; such a migration has
    ``atomic = False``.
    """
    text = "upper(" + r" || E'\n' || ".join(columns) + ")"  # as the index and the search must both write it
    how = " CONCURRENTLY" if live else ""
    index, place = (f"{table}_place", f"{within}, ") if within else (f"{table}_search", "")
    arguments, also = ("words text, place bigint", f"{within} = place AND ") if within else ("words text", "")
    return migrations.RunSQL(
        [
            f"CREATE INDEX{how} {index} ON {table} USING gin ({place}({text}) gin_trgm_ops)",
            f"""
CREATE FUNCTION {function}({arguments}) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT id FROM {table} WHERE {PARTNER_IS_CURRENT} AND {also}{text} LIKE {_PATTERN} $$
""",  # noqa: S608  # names of ours  # nosec B608
        ],
        [f"DROP FUNCTION {function}({arguments})", f"DROP INDEX{how} {index}"],
    )
