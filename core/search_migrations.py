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
    how = " CONCURRENTLY" if live else ""
    return migrations.RunSQL(
        [_plain_index(table, columns, within, how=how), _plain_search("CREATE", function, table, columns, within)],
        [
            f"DROP FUNCTION {function}({_arguments(within)})",
            f"DROP INDEX{how} {_name_of_plain_index(table, within)}",
        ],
    )


def _arguments(within: str) -> str:
    return "words text, place bigint" if within else "words text"


def _name_of_plain_index(table: str, within: str) -> str:
    return f"{table}_place" if within else f"{table}_search"


def _plain_text(columns: list[str]) -> str:
    return "upper(" + r" || E'\n' || ".join(columns) + ")"  # as the index and the search must both write it


def _plain_index(table: str, columns: list[str], within: str, *, how: str) -> str:
    index, place = _name_of_plain_index(table, within), f"{within}, " if within else ""
    return f"CREATE INDEX{how} {index} ON {table} USING gin ({place}({_plain_text(columns)}) gin_trgm_ops)"


def _plain_search(make: str, function: str, table: str, columns: list[str], within: str) -> str:
    also = f"{within} = place AND " if within else ""
    return f"""
{make} FUNCTION {function}({_arguments(within)}) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT id FROM {table} WHERE {PARTNER_IS_CURRENT} AND {also}{_plain_text(columns)} LIKE {_PATTERN} $$
"""  # noqa: S608  # names of ours  # nosec B608


# What the eye reads of a text: no accents, no signs that only format, no difference between small and capital letters.
# Most text is ASCII, for which all of that is one step. By its cost the planner would rather ask an index than it.
_FOLDED = r"""
CREATE OR REPLACE FUNCTION folded(said text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE COST 1000
    AS $$ BEGIN
    IF octet_length(said) = length(said) THEN
        RETURN lower(said);
    END IF;
    RETURN replace(lower(regexp_replace(normalize(said, NFKD),
        '[\u00ad\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u180e' ||
        '\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]',
        '', 'g')), 'ß', 'ss');
    END $$
"""
# The words of a search as patterns of LIKE, the longest first, because the index is asked for that one. What is typed
# about a word, as in {GUID} or <address>, is no part of it; LIKE's own signs are looked for as they are. Of many words
# twelve are looked for.
_PATTERNS = r"""
CREATE OR REPLACE FUNCTION search_patterns(words text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = public, pg_temp
    AS $$ SELECT COALESCE(array_agg('%' ||
            replace(replace(replace(word, '\', '\\'), '%', '\%'), '_', '\_') || '%' ORDER BY length(word) DESC, word),
            ARRAY['%'])
        FROM (SELECT COALESCE(NULLIF(regexp_replace(typed, '^[][{}()<>"'',;]+|[][{}()<>"'',;:]+$', '', 'g'), ''), typed)
              FROM regexp_split_to_table(folded(words), '\s+') typed WHERE typed <> '' LIMIT 12) each_one (word) $$
"""


def make_folding() -> list[migrations.RunSQL]:
    """The functions that bring what is looked for, and what is there, to one form."""
    return [
        migrations.RunSQL(_FOLDED, "DROP FUNCTION folded(text)"),
        migrations.RunSQL(_PATTERNS, "DROP FUNCTION search_patterns(text)"),
    ]


def _has_words(text: str) -> str:
    """That a text has all the words: three of them can be asked of the index, which takes no list."""
    some = [f"{text} LIKE COALESCE((search_patterns(words))[{n}], (search_patterns(words))[1])" for n in (1, 2, 3)]
    more = f"(cardinality(search_patterns(words)) < 4 OR {text} LIKE ALL (search_patterns(words)))"
    return " AND ".join([*some, more])


def fold_search(function: str, table: str, columns: list[str], *, within: str = "") -> migrations.RunSQL:
    """Let a search that ``make_search`` made find rows with all of the words, in any order, as the eye reads them.

    Others may write meanwhile: its migration has ``atomic = False``. Broken off, it can be done once more.
    """
    text = "folded(" + r" || E'\n' || ".join(columns) + ")"  # as the index and the search must both write it
    index, place = _name_of_plain_index(table, within), f"{within}, " if within else ""
    also = f"{within} = place AND " if within else ""
    return migrations.RunSQL(
        [
            f"DROP INDEX CONCURRENTLY IF EXISTS {table}_folded",
            f"CREATE INDEX CONCURRENTLY {table}_folded ON {table} USING gin ({place}({text}) gin_trgm_ops)",
            f"""
CREATE OR REPLACE FUNCTION {function}({_arguments(within)}) RETURNS SETOF bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
    AS $$ SELECT id FROM {table} WHERE {PARTNER_IS_CURRENT} AND {also}{_has_words(text)} $$
""",  # noqa: S608  # names of ours  # nosec B608
            f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
        ],
        [
            f"DROP INDEX CONCURRENTLY IF EXISTS {index}",
            _plain_index(table, columns, within, how=" CONCURRENTLY"),
            _plain_search("CREATE OR REPLACE", function, table, columns, within),
            f"DROP INDEX CONCURRENTLY IF EXISTS {table}_folded",
        ],
    )
