"""The users as the API tells of them, each with a team of one."""

from __future__ import annotations

from typing import Any

from connectors.sandbox.contactually.problems import Missing
from connectors.sandbox.store import Document, Store

KIND = "contactually/user"


def add(store: Store, email: str, name: str, now: str) -> str:
    first, _, last = name.partition(" ")
    user: dict[str, Any] = {
        "id": f"user_{store.next('contactually/user')}",
        "created_at": now,
        "updated_at": now,
        "first_name": first or None,
        "last_name": last or None,
        "email": email,
        "avatar_url": None,
        "role": "Member",
        "status": "active",
    }
    _put(store, user)
    return str(user["id"])


def user(store: Store, id: str) -> Document:
    """Raises Missing."""
    found = store.get(KIND, id)
    if found is None:
        raise Missing("User")
    return found


def switch(store: Store, id: str, status: str) -> None:
    """``disabled``, for who has not paid, or ``active`` again."""
    _put(store, {**user(store, id), "status": status})


def _put(store: Store, user: Document) -> None:
    store.put(KIND, user["id"], user)
