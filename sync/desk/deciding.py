"""Who may decide about contacts of a connection, and why somebody may not."""

from __future__ import annotations

from typing import Any

from connections.models import Connection
from connections.rights import DELETE_PEOPLE, OPERATE, sees_people

_TAKES = {
    OPERATE: "You can look. Deciding takes the right to operate connections: ask a superuser for "
    "the role “Operators”.",
    DELETE_PEOPLE: "You can look. There is no button to delete, since that takes a right of its "
    "own: ask a superuser for the role “Deletes contacts”.",
}
_BLIND = "Nobody decides about people whom they cannot see."


def why_not(connection: Connection, user: Any, right: str) -> str:
    """Why ``user`` decides nothing here just now, "" if they may. ``right``: what it takes."""
    if not user.has_perm(right):
        return _TAKES[right]
    return _BLIND if not sees_people(user) else why_not_now(connection)


def why_not_now(connection: Connection) -> str:
    """Why nobody does."""
    if connection.state == Connection.State.PAUSED:
        return f"{connection} is paused, so nothing is written: resume it first."
    if connection.state == Connection.State.DRAFT:
        return f"{connection} is a draft, which writes nothing: start it first."
    return ""
