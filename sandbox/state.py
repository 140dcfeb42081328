"""The sandbox's memory: one SQLite file that several threads and processes may share.

Records are JSON documents by account, kind and id; everything else is a named fact. Nothing is
cached, so a command and a running server see each other's work.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sandbox.switches import initial_settings
from sandbox.wire import Json

Result = TypeVar("Result")

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    account TEXT NOT NULL, kind TEXT NOT NULL, id INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (account, kind, id));
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS request (
    number INTEGER PRIMARY KEY AUTOINCREMENT, vendor TEXT NOT NULL, account TEXT NOT NULL,
    method TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL, status INTEGER NOT NULL,
    fault TEXT NOT NULL, at REAL NOT NULL);
"""


class Store:
    """One data folder. Use every method inside ``exclusive()``."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(
            folder / "sandbox.sqlite3", timeout=60, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode=WAL")
        # A killed process loses nothing; only a power cut could, and a sandbox can be made anew.
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """One transaction, alone in this process and among processes; nests."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._leave("ROLLBACK")
                raise
            self._leave("COMMIT")

    def _leave(self, ending: str) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._connection.execute(ending)

    def undo_after(self, work: Callable[[], Result]) -> Result:
        """Do something and take back all that it wrote; returns what it returned."""
        self._connection.execute("SAVEPOINT attempt")
        try:
            return work()
        finally:
            self._connection.execute("ROLLBACK TO attempt")
            self._connection.execute("RELEASE attempt")

    # --- records

    def records(self, account: str, kind: str) -> list[Json]:
        """Every record of a kind, by id."""
        rows = self._connection.execute(
            "SELECT body FROM record WHERE account = ? AND kind = ? ORDER BY id", (account, kind)
        )
        return [json.loads(body) for (body,) in rows]

    def record(self, account: str, kind: str, record_id: int) -> Json | None:
        """One record, or None."""
        row = self._connection.execute(
            "SELECT body FROM record WHERE account = ? AND kind = ? AND id = ?",
            (account, kind, record_id),
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def keep(self, account: str, kind: str, record: Json) -> None:
        """Write a record under its ``id``."""
        self._connection.execute(
            "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?)",
            (account, kind, record["id"], _text(record)),
        )

    def forget(self, account: str, kind: str, record_id: int) -> bool:
        """Delete a record; False when there was none."""
        done = self._connection.execute(
            "DELETE FROM record WHERE account = ? AND kind = ? AND id = ?",
            (account, kind, record_id),
        )
        return done.rowcount > 0

    def new_id(self, account: str, kind: str, first: int = 1) -> int:
        """The next id of a kind; an id is never given twice."""
        name = f"last_id/{account}/{kind}"
        number = int(self.fact(name, first - 1)) + 1
        self.remember(name, number)
        return number

    # --- facts

    def fact(self, name: str, default: Any = None) -> Any:
        """A named JSON value."""
        row = self._connection.execute("SELECT body FROM fact WHERE name = ?", (name,)).fetchone()
        return default if row is None else json.loads(row[0])

    def remember(self, name: str, value: Any) -> None:
        """Set a named JSON value."""
        self._connection.execute("INSERT OR REPLACE INTO fact VALUES (?, ?)", (name, _text(value)))

    def fingerprint(self) -> str:
        """The same text as long as every record and every fact stays the same."""
        digest = hashlib.sha256()
        for table in ("SELECT * FROM record ORDER BY account, kind, id", "SELECT * FROM fact ORDER BY name"):
            for row in self._connection.execute(table):
                digest.update(repr(row).encode())
        return digest.hexdigest()

    @property
    def today(self) -> dt.date:
        """The sandbox's own calendar day."""
        return dt.date.fromisoformat(self.fact("today"))

    @property
    def switches(self) -> dict[str, str]:
        """The setting of every switch."""
        told: dict[str, str] = self.fact("switches", {})
        return initial_settings() | told

    @property
    def accounts(self) -> dict[str, Json]:
        """The partner accounts by name (Syncro's subdomain)."""
        return dict(self.fact("accounts", {}))

    def keep_account(self, name: str, account: Json) -> None:
        """Write one partner account."""
        self.remember("accounts", {**self.accounts, name: account})

    # --- request log

    def log_request(self, entry: Json) -> None:
        """Add one request to the log."""
        columns = ("vendor", "account", "method", "path", "query", "status", "fault", "at")
        self._connection.execute(
            "INSERT INTO request (vendor, account, method, path, query, status, fault, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            tuple(entry[name] for name in columns),
        )

    def requests(self, after: int = 0) -> list[Json]:
        """The logged requests with a number above ``after``."""
        rows = self._connection.execute(
            "SELECT number, vendor, account, method, path, query, status, fault, at"
            " FROM request WHERE number > ? ORDER BY number",
            (after,),
        )
        names = ("number", "vendor", "account", "method", "path", "query", "status", "fault", "at")
        return [dict(zip(names, row, strict=True)) for row in rows]

    def clear_requests(self) -> None:
        """Empty the request log."""
        self._connection.execute("DELETE FROM request")


def _text(value: Any) -> str:
    # A decimal from a request is kept as text; whoever needs the number reads it from there.
    return json.dumps(value, ensure_ascii=False, default=str)
