"""The database from threads that connectors start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import get_ident

from django.db import connection


@contextmanager
def leaving_no_connection(home: int) -> Iterator[None]:
    """Around what is done with the database in a thread of a connector, or at ``home``, which
    keeps its connection."""
    try:
        yield
    finally:
        if get_ident() != home:
            connection.close()  # nobody else would: it is that thread's own
