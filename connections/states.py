"""Pausing and resuming a connection."""

from __future__ import annotations

from connections.models import Connection
from connectors.errors import AskStaff

_ACTIVE, _PAUSED = Connection.State.ACTIVE, Connection.State.PAUSED


def pause(connection: Connection) -> bool:
    """Write nothing from now on. False if it was paused already."""
    return _move(connection, _ACTIVE, _PAUSED)


def resume(connection: Connection) -> bool:
    """Go on from where it was. False if it was active already."""
    return _move(connection, _PAUSED, _ACTIVE)


def _move(connection: Connection, old: str, new: str) -> bool:
    moved = Connection.objects.filter(pk=connection.pk, state=old).update(state=new)
    connection.refresh_from_db(fields=["state"])
    if connection.state == Connection.State.DRAFT:
        raise AskStaff(
            f"Connection {connection.name} is a draft, which writes nothing.",
            f"Start it with: manage.py sync {connection.name} --approve",
        )
    return bool(moved)
