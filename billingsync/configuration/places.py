"""Which connection an entry of the file is about: one that the database has, or a new one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from billingsync.configuration.document import Path
from billingsync.configuration.wishes import ConnectionWish, Wishes
from connections.models import Connection, ConnectionStatus

CONNECTED = (ConnectionStatus.CONNECTED, ConnectionStatus.ATTENTION)

Place = tuple[str, str]  # a connection: its system, and its name once the file is applied ("" for none)


@dataclass(frozen=True, slots=True)
class Known:
    """A connection of the file, of the database, or of both. ``before`` is its name there; None where it is new."""

    system: str
    name: str
    before: str | None
    connected: bool
    wish: ConnectionWish | None = None

    @property
    def place(self) -> Place:
        """What tells it from the partner's others."""
        return self.system, self.name


def known_connections(wishes: Wishes, rows: Sequence[Connection]) -> list[Known]:
    """Entries of the file with the rows that they are about, then the other rows.

    An entry is about the row of its name; without a name, about the only row of its system. A row that has no name
    yet, and that no such entry means, takes the name of the next.
    """
    left = list(rows)
    about: dict[Path, Connection] = {}
    for find in (_of_same_name, _only_one, _without_name):
        _share_out(wishes.connections, find, left, about)
    known = [_known(about.get(wish.path), wish) for wish in wishes.connections]
    return known + [_known(row, None) for row in left]


def _share_out(
    wishes: Sequence[ConnectionWish],
    find: Callable[[ConnectionWish, Sequence[Connection]], Connection | None],
    left: list[Connection],
    about: dict[Path, Connection],
) -> None:
    for wish in (wish for wish in wishes if wish.path not in about):
        row = find(wish, [row for row in left if row.system == wish.system])
        if row is not None:
            about[wish.path] = row
            left.remove(row)


def _of_same_name(wish: ConnectionWish, rows: Sequence[Connection]) -> Connection | None:
    return next((row for row in rows if row.name == (wish.name or "")), None)


def _only_one(wish: ConnectionWish, rows: Sequence[Connection]) -> Connection | None:
    return rows[0] if len(rows) == 1 and not wish.name else None


def _without_name(wish: ConnectionWish, rows: Sequence[Connection]) -> Connection | None:
    return next((row for row in rows if not row.name), None) if wish.name else None


def _known(row: Connection | None, wish: ConnectionWish | None) -> Known:
    before = row.name if row else None
    return Known(
        system=wish.system if wish else row.system if row else "",
        name=(wish.name if wish else None) or before or "",
        before=before,
        connected=row is not None and row.status in CONNECTED,
        wish=wish,
    )
