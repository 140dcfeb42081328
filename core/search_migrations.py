"""Migration operation that makes the search for one table: a trigram index and a function over it."""

from __future__ import annotations

from django.db import migrations

from core.row_security import PARTNER_IS_CURRENT

# LIKE's own signs are looked for as they are.
_PATTERN = r"""'%' || replace(replace(replace(upper(words), '\', '\\'), '%', '\%'), '_', '\_') || '%'"""


def make_search(function: str, table: str, columns: list[str]) -> migrations.RunSQL:
    """``function(words)`` answers with the ids of the open partner's rows whose columns contain the words."""
    text = "upper(" + r" || E'\n' || ".join(columns) + ")"
    return migrations.RunSQL(
        f"""
CREATE INDEX {table}_search ON {table} USING gin (({text}) gin_trgm_ops);
CREATE FUNCTION {function}(words text) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public
    AS $$ SELECT id FROM {table} WHERE {PARTNER_IS_CURRENT} AND {text} LIKE {_PATTERN} $$;
""",  # noqa: S608  # nosec B608 - names of ours
        f"DROP FUNCTION {function}(text); DROP INDEX {table}_search;",
    )
