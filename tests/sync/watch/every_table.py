"""Where a text stands in the database: every column of every table, whatever kind it is of."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection


def places_of(needles: Sequence[str]) -> set[str]:
    """``table.column`` of each value that holds one of them, in whatever case or spelling."""
    folded = [needle.casefold() for needle in needles]
    return {
        place
        for place, value in _values()
        for text in _texts(value)
        if any(needle in text.casefold() for needle in folded)
    }


def _values() -> Iterator[tuple[str, Any]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    yield f"{table}.{column}", value
    for session in Session.objects.all():
        yield "django_session.decoded", session.get_decoded()


def _texts(value: Any) -> Iterator[str]:
    """Also as JSON writes it, and as it is when it is unpacked."""
    if isinstance(value, memoryview | bytes):
        data = bytes(value)
        yield data.decode(errors="replace")
        with suppress(zlib.error):
            yield zlib.decompress(data).decode(errors="replace")
    elif value is not None:
        with suppress(binascii.Error, ValueError):
            yield from _texts(base64.b64decode(str(value), validate=True))
        yield str(value)
        yield str(value).encode().decode("unicode_escape", errors="replace")
