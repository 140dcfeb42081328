"""One partner's data at a time: both tenancy walls, entered together.

The first wall is django-scopes: a query on a partner's model outside of a scope raises. The second
is PostgreSQL row security: whatever the first one misses (raw SQL, inserts, aggregates over
relations) meets a policy that compares ``partner_id`` with the setting ``app.partner_id``. No scope
means no rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar

from django.db import connection, transaction
from django_scopes import get_scope, scope

SETTING = "app.partner_id"
# PostgreSQL plans a cursor for the first tenth of its rows; ours are read to the end.
_CURSORS_FOR_ALL_ROWS = "set_config('cursor_tuple_fraction', '1', true)"
_COMMIT_WITHOUT_WAITING = "set_config('synchronous_commit', 'off', true)"
# Where a nested loop is the only way it is taken all the same, at a price that would make PostgreSQL compile the query.
_WHOLE_SETS = "set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)"
_AS_BEFORE = (
    "set_config('enable_nestloop', (SELECT reset_val FROM pg_settings WHERE name = 'enable_nestloop'), true), "
    "set_config('jit', (SELECT reset_val FROM pg_settings WHERE name = 'jit'), true)"
)
_joins_whole_sets: ContextVar[bool] = ContextVar("joins whole sets", default=False)


class PartnerScopeError(RuntimeError):
    """The program tried to reach one partner's data from within another's scope."""


@contextmanager
def partner_scope(partner_id: int, *, flushed: bool = True, whole_sets: bool = False) -> Iterator[None]:
    """Open a transaction in which only this partner's rows exist.

    Entering it again for the same partner is allowed; for another partner it raises
    ``PartnerScopeError``. Previous values are restored on exit. Never call a vendor inside it.

    Without ``flushed`` its end does not wait for the disk: should the database crash within the next
    moment, it is as if the program had been killed just before. Only for what is found out again by
    reading the vendor. A later flushed transaction flushes it too.

    With ``whole_sets`` all of it is ``without_nested_loops``, which costs no statement of its own.
    """
    outer = current_partner_id()
    if outer is not None and outer != partner_id:
        raise PartnerScopeError(f"already in the scope of partner {outer}, not {partner_id}")
    outermost = not connection.in_atomic_block
    opens_sets = whole_sets and not _joins_whole_sets.get()
    settings = [_CURSORS_FOR_ALL_ROWS]
    if outermost and not flushed:
        settings.append(_COMMIT_WITHOUT_WAITING)
    if opens_sets:
        settings.append(_WHOLE_SETS)
    with transaction.atomic():
        _set_partner(str(partner_id), settings)
        with scope(partner=partner_id), _joining_whole_sets() if opens_sets else nullcontext():
            yield
        # The settings are local to the transaction: with the outermost one they end by themselves.
        if not outermost and not connection.needs_rollback:
            before = [_CURSORS_FOR_ALL_ROWS, *([_AS_BEFORE] if opens_sets else [])]
            _set_partner("" if outer is None else str(outer), before)


def current_partner_id() -> int | None:
    """The partner whose scope is open, or None."""
    partner_id = get_scope().get("partner")
    return partner_id if isinstance(partner_id, int) else None


def scoped_partner_id() -> int:
    """The partner whose scope is open; default of every ``partner`` column."""
    partner_id = current_partner_id()
    if partner_id is None:
        raise PartnerScopeError("a partner's row can only be made inside partner_scope()")
    return partner_id


def _set_partner(value: str, settings: Sequence[str]) -> None:
    """With the settings of ours that go with it, all in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT set_config(%s, %s, true), {', '.join(settings)}", [SETTING, value])


def in_real_transaction() -> bool:
    """True inside a transaction of the product (the one a test wraps around itself not counted)."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)


# --- Whole sets -----------------------------------------------------------------------------------


@contextmanager
def without_nested_loops() -> Iterator[None]:
    """Sets are joined by hashes or in order while it is open, never row by row. Inside a transaction.

    Of a partner that is new or has just imported much the statistics know nothing yet: a loop over what PostgreSQL
    takes for a row or two reads one large table once for each row of another. Only the owner of the tables may bring
    statistics up to date. Opened again within itself it does nothing more. Also for a whole function, as a decorator;
    a whole scope opens with it (``whole_sets``).
    """
    if _joins_whole_sets.get():
        yield
        return
    _set(_WHOLE_SETS)
    with _joining_whole_sets():
        yield
    _set(_AS_BEFORE)  # an error leaves it to the end of the transaction, with which the settings end by themselves


@contextmanager
def _joining_whole_sets() -> Iterator[None]:
    token = _joins_whole_sets.set(True)
    try:
        yield
    finally:
        _joins_whole_sets.reset(token)


def _set(settings: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {settings}")
