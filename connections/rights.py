"""The rights that stand beside Django's own four of each table, and the word for each."""

from __future__ import annotations

from typing import Any

#: Sync, preview, start, pause, resume; undo, review, approve.
OPERATE = "connections.operate_connection"
#: See names, addresses and values of contacts. Who may not sees how many, never who.
SEE_PEOPLE = "connections.see_people"
#: Delete a contact in an app, from the Trash inbox.
DELETE_PEOPLE = "connections.delete_people"
#: Erase what is held of a person, and take it out as a file.
ERASE_PEOPLE = "connections.erase_people"


def sees_people(user: Any) -> bool:
    allowed: bool = user.has_perm(SEE_PEOPLE)
    return allowed
