"""Every change of what a connection is told to do, kept as text."""

from __future__ import annotations

from typing import Any

from connections.models import Connection
from rules.configuration.dumping import dump
from rules.models import Revision


def record_revision(connection: Connection, by: Any = None, source: str = "") -> Revision | None:
    """Keep the connection's configuration if it differs from the latest kept.

    ``by`` is the user who saved it, or None; ``source`` is the file it came from.
    """
    text = dump([connection.name], whole=True)
    latest = connection.revisions.first()
    if latest and latest.text == text:
        return None
    return Revision.objects.create(
        connection=connection, name=connection.name, text=text, by=by, source=source
    )
