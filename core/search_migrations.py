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
    whose column has that value. ``live``: the table may be full, so the index is made while others
    write; such a migration has ``atomic = False``.
    """
    text = _text(columns)
    how = " CONCURRENTLY" if live else ""
    arguments, also = ("words text, place bigint", f"{within} = place AND ") if within else ("words text", "")
    return migrations.RunSQL(
        [
            f"CREATE INDEX{how} {table}_search ON {table} USING gin (({text}) gin_trgm_ops)",
            f"""
CREATE FUNCTION {function}({arguments}) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT id FROM {table} WHERE {PARTNER_IS_CURRENT} AND {also}{text} LIKE {_PATTERN} $$
""",  # noqa: S608  # names of ours  # nosec B608
        ],
        [f"DROP FUNCTION {function}({arguments})", f"DROP INDEX{how} {table}_search"],
    )


def search_by_place(table: str, columns: list[str], within: str) -> migrations.RunSQL:
    """The index of a search that has ``within`` holds that column too: what is elsewhere is not even looked at.

    To be run after ``make_search`` with the same columns, in a migration with ``atomic = False``.
    """
    place, text = f"{table}_place", f"{table}_search"
    make = f"CREATE INDEX CONCURRENTLY %s ON {table} USING gin (%s({_text(columns)}) gin_trgm_ops)"
    return migrations.RunSQL(
        [make % (place, f"{within}, "), f"DROP INDEX CONCURRENTLY {text}"],
        [make % (text, ""), f"DROP INDEX CONCURRENTLY {place}"],
    )


def _text(columns: list[str]) -> str:
    """What is looked at of a row, as the index and the search must both write it."""
    return "upper(" + r" || E'\n' || ".join(columns) + ")"
