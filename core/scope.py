"""One partner's data at a time: both tenancy walls, entered together.

The first wall is django-scopes: a query on a partner's model outside of a scope raises. The second
is PostgreSQL row security: whatever the first one misses (raw SQL, inserts, aggregates over
relations) meets a policy that compares ``partner_id`` with the setting ``app.partner_id``. No scope
means no rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django_scopes import get_scope, scope

SETTING = "app.partner_id"
# PostgreSQL plans a cursor for the first tenth of its rows; ours are read to the end.
_CURSORS_FOR_ALL_ROWS = "set_config('cursor_tuple_fraction', '1', true)"
_COMMIT_WITHOUT_WAITING = "set_config('synchronous_commit', 'off', true)"


class PartnerScopeError(RuntimeError):
    """The program tried to reach one partner's data from within another's scope."""


@contextmanager
def partner_scope(partner_id: int, *, flushed: bool = True) -> Iterator[None]:
    """Open a transaction in which only this partner's rows exist.

    Entering it again for the same partner is allowed; for another partner it raises
    ``PartnerScopeError``. Previous values are restored on exit. Never call a vendor inside it.

    Without ``flushed`` its end does not wait for the disk: should the database crash within the next
    moment, it is as if the program had been killed just before. Only for what is found out again by
    reading the vendor. A later flushed transaction flushes it too.
    """
    outer = current_partner_id()
    if outer is not None and outer != partner_id:
        raise PartnerScopeError(f"already in the scope of partner {outer}, not {partner_id}")
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        _set_partner(str(partner_id), flushed=flushed or not outermost)
        with scope(partner=partner_id):
            yield
        # The setting is local to the transaction: with the outermost one it ends by itself.
        if not outermost and not connection.needs_rollback:
            _set_partner("" if outer is None else str(outer))


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


def _set_partner(value: str, *, flushed: bool = True) -> None:
    told = _CURSORS_FOR_ALL_ROWS if flushed else f"{_CURSORS_FOR_ALL_ROWS}, {_COMMIT_WITHOUT_WAITING}"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT set_config(%s, %s, true), {told}", [SETTING, value])


def in_real_transaction() -> bool:
    """True inside a transaction of the product (the one a test wraps around itself not counted)."""
    return any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks)
