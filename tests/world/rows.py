"""What the engine remembers, looked at as rows: does it hold, and has a run changed any of it?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection

from tests.world.app import WatchedApp

#: All that decides what the next run does, without times that only tell when it was looked at.
_REMEMBERED = (
    "SELECT id, a_id, b_id, state, cause, base, drift, halted, effects, matched, existed,"
    " a_digest, b_digest, tries FROM sync_syncrecord",
    "SELECT id, version, digest, contact, stamps, pending, heir, gone_at FROM connections_record",
)
_OUTSTANDING = (
    "SELECT (SELECT count(*) FROM sync_syncrecord WHERE due_at IS NOT NULL)"
    " + (SELECT count(*) FROM sync_step WHERE is_open)"
)
_CURSORS = "SELECT id, name, cursor FROM connections_container"
_MIRROR = "SELECT container_id, remote_id, version, gone_at FROM connections_record"
#: A contact in two sync records of a connection, whether as the one side or the other.
_TWICE = (
    "SELECT count(*) FROM sync_syncrecord one JOIN sync_syncrecord two ON one.id < two.id"
    " AND one.connection_id = two.connection_id"
    " AND (one.a_id IN (two.a_id, two.b_id) OR one.b_id IN (two.a_id, two.b_id))"
)


def _rows(sql: str) -> list[Any]:
    with connection.cursor() as cursor:
        return list(cursor.execute(sql).fetchall())


def remembered() -> list[Any]:
    return [_rows(sql) for sql in _REMEMBERED]


def is_anything_outstanding() -> bool:
    """Is anybody to be planned at a later time, or any call not known to be carried out?"""
    return bool(_rows(_OUTSTANDING)[0][0])


def wrong_rows(apps: Mapping[str, object]) -> Iterator[str]:
    """What must hold whenever a process died."""
    yield from nobody_in_two_pairs()
    yield from cursor_is_not_ahead(apps)


def nobody_in_two_pairs() -> Iterator[str]:
    """I11: of a connection a contact is in one sync record at most."""
    if twice := _rows(_TWICE)[0][0]:
        yield f"I11: {twice} contacts are in two sync records"


def cursor_is_not_ahead(apps: Mapping[str, object]) -> Iterator[str]:
    """I10: what a cursor covers is in the mirror; of memory apps, whose cursors and versions are
    numbers of changes."""
    mirror = {(place, id): (version, gone) for place, id, version, gone in _rows(_MIRROR)}
    for place, side, cursor in _rows(_CURSORS):
        app = apps.get(side)
        if not isinstance(app, WatchedApp) or not cursor.isdigit():
            continue
        for id, versions in app.people.items():
            covered = [x for x in versions if x.number <= int(cursor)]
            if not covered:
                continue
            version, gone = mirror.get((place, id), ("", True))
            is_known = bool(version) and int(version) >= covered[-1].number
            contact = covered[-1].contact
            is_alive = contact is not None and not contact.deleted
            if is_alive and not (is_known or (version and gone)):
                yield f"I10: {id} of {side} is not in the mirror as the cursor says"
            if not is_alive and not gone and not is_known and app.quirks.tells_deletions:
                yield f"I10: {id} of {side} is gone, as the cursor says, and not in the mirror"
