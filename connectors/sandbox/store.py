"""Everything that the stand-ins know, as JSON documents in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from weakref import finalize

_TABLES = """
CREATE TABLE IF NOT EXISTS documents (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL, id TEXT NOT NULL, number REAL NOT NULL, document TEXT NOT NULL,
    UNIQUE (kind, id)
);
CREATE INDEX IF NOT EXISTS documents_number ON documents (kind, number);
CREATE TABLE IF NOT EXISTS keys (
    kind TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (kind, key, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS keys_id ON keys (kind, id);
CREATE TABLE IF NOT EXISTS sequences (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""

#: Documents that are read with one query.
_AT_A_TIME = 1000

Document = dict[str, Any]


class Store:
    """Documents by kind and id, in the order in which they were first put.

    ``number`` is any figure by which they can be asked for (when they changed last), ``keys`` are
    texts by which they can be found (their addresses). One transaction at a time.
    """

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # For whoever forgets to: since Python 3.13 a connection that is left open is warned about.
        finalize(self, self._database.close)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.executescript(_TABLES)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; one within another belongs to the outer one."""
        with self._lock:
            if self._depth == 0:
                self._database.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._database.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._database.execute("COMMIT")

    def put(
        self, kind: str, id: str, document: Document, number: float = 0, keys: Iterable[str] = ()
    ) -> None:
        text = json.dumps(document)
        with self.transaction():
            self._database.execute(
                "INSERT INTO documents (kind, id, number, document) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (kind, id) DO UPDATE "
                "SET number = excluded.number, document = excluded.document",
                (kind, id, number, text),
            )
            self._database.execute("DELETE FROM keys WHERE kind = ? AND id = ?", (kind, id))
            self._database.executemany(
                "INSERT OR IGNORE INTO keys VALUES (?, ?, ?)", [(kind, key, id) for key in keys]
            )

    def remove(self, kind: str, id: str) -> None:
        with self.transaction():
            for table in ("documents", "keys"):
                self._database.execute(f"DELETE FROM {table} WHERE kind = ? AND id = ?", (kind, id))

    def get(self, kind: str, id: str) -> Document | None:
        rows = self._rows("SELECT document FROM documents WHERE kind = ? AND id = ?", kind, id)
        return json.loads(rows[0][0]) if rows else None

    def all(self, kind: str, since: float | None = None) -> list[Document]:
        """In the order in which they were first put; only those whose number is ``since`` or
        more."""
        condition = "" if since is None else " AND number >= ?"
        given = () if since is None else (since,)
        rows = self._rows(
            f"SELECT document FROM documents WHERE kind = ?{condition} ORDER BY place", kind, *given
        )
        return [json.loads(row[0]) for row in rows]

    def by_number(self, kind: str, above: float, until: float) -> Iterator[Document]:
        """Those with a number of this stretch, the lowest first, of a kind in which each has
        another; read as they are asked for."""
        query = (
            "SELECT number, document FROM documents WHERE kind = ? AND number > ? AND number <= ? "
            f"ORDER BY number LIMIT {_AT_A_TIME}"
        )
        while rows := self._rows(query, kind, above, until):
            yield from (json.loads(document) for _, document in rows)
            above = rows[-1][0]

    def by_key(self, kind: str, key: str) -> list[Document]:
        rows = self._rows(
            "SELECT document FROM documents JOIN keys USING (kind, id) "
            "WHERE kind = ? AND key = ? ORDER BY place",
            kind,
            key,
        )
        return [json.loads(row[0]) for row in rows]

    def stretch(self, kind: str, start: int, length: int, without: str = "") -> list[Document]:
        """``length`` of ``all`` from the place ``start`` on (0 is the first), as if those with
        the key ``without`` were not there."""
        rows = self._rows(
            "SELECT document FROM documents WHERE kind = ? "
            "AND id NOT IN (SELECT id FROM keys WHERE kind = ? AND key = ?) "
            "ORDER BY place LIMIT ? OFFSET ?",
            kind, kind, without, length, start,
        )  # fmt: skip
        return [json.loads(row[0]) for row in rows]

    def count(self, kind: str, key: str = "") -> int:
        """Of all, or of those with this key."""
        if key:
            query = "SELECT count(*) FROM keys WHERE kind = ? AND key = ?"
            return int(self._rows(query, kind, key)[0][0])
        return int(self._rows("SELECT count(*) FROM documents WHERE kind = ?", kind)[0][0])

    def next(self, sequence: str) -> int:
        """1, 2, 3 …: never the same again, except where a transaction was taken back."""
        with self.transaction():
            self._database.execute(
                "INSERT INTO sequences VALUES (?, 1) "
                "ON CONFLICT (name) DO UPDATE SET value = value + 1",
                (sequence,),
            )
            rows = self._rows("SELECT value FROM sequences WHERE name = ?", sequence)
            return int(rows[0][0])

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def _rows(self, query: str, *given: Any) -> list[Any]:
        with self._lock:
            return self._database.execute(query, given).fetchall()
