"""Processes that die: at a call, between two writes of a batch, before or after any commit.

A process that was killed does nothing any more: each further statement or call of it raises
``Killed`` as well, so that no ``finally`` can tidy up what a crash would have left. The seam is
Django's database connection, below all code of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

#: Called with "before" or "after" at each commit.
AtCommit = Callable[[str], None]
_CHANGES = ("INSERT", "UPDATE", "DELETE")


class Killed(BaseException):
    """The process is no more. No Exception, so that nothing takes it for an error."""


class Process:
    """One worker process. ``die`` kills it where it stands."""

    def __init__(self, name: str, at_commit: AtCommit) -> None:
        self.name = name
        self.is_dead = False
        self._is_waiting = False
        self._at_commit = at_commit

    def die(self) -> None:
        self.is_dead = True
        # What the database does when the connection of a process breaks. Before anything else,
        # since Django commits when it switches SQLite back to autocommit.
        if connection.connection is not None:
            connection.connection.rollback()
        raise Killed(self.name)

    def check(self) -> None:
        if self.is_dead:
            raise Killed(self.name)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Meanwhile another process has the database."""
        self._is_waiting = True
        try:
            yield
        finally:
            self._is_waiting = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """While it lives, the database connection is its own."""
        others = vars(connections[DEFAULT_DB_ALIAS]).get("_commit")
        commit = connection._commit

        def gated() -> None:
            if self._is_waiting:
                commit()
                return
            self.check()
            self._at_commit("before")
            commit()
            self._at_commit("after")

        connection._commit = gated
        try:
            with connection.execute_wrapper(self._statement):
                yield
        finally:
            del connection._commit
            if others is not None:
                connection._commit = others
            if self.is_dead:
                connection.close()

    def _statement(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        if self._is_waiting:
            return execute(sql, params, many, context)
        self.check()
        commits = not connection.in_atomic_block and sql.startswith(_CHANGES)
        if commits:
            self._at_commit("before")
        result = execute(sql, params, many, context)
        if commits:
            self._at_commit("after")
        return result
