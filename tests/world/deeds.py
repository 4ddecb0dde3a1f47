"""What people do in the apps: each event of a user, carried out."""

from __future__ import annotations

from dataclasses import replace

from connectors.contact import Contact, Segment
from connectors.memory.app import MemoryApp
from tests.world.history import Event
from tests.world.words import LEVEL, contact_of, edited, person_of, tags_of


def do(app: MemoryApp, event: Event) -> None:
    """Nothing where there is nobody to whom it could be done."""
    what, _, pid, *rest = event
    id = _alive(app, pid)
    if what == "add":
        if id is None:
            app.add(contact_of(pid, *rest))
    elif what == "restore":
        if id is None:
            _restore(app, pid)
    elif id is not None and _can(app, what):
        _edit(app, id, event)


def _can(app: MemoryApp, what: str) -> bool:
    """Not every app has an archive, merges, or asks for consent."""
    if what in ("unsubscribe", "subscribe"):
        return bool(app.quirks.statuses)
    return bool({"archive": app.quirks.archives, "merge": app.quirks.merges}.get(what, True))


def _edit(app: MemoryApp, id: str, event: Event) -> None:
    what, _, pid, *rest = event
    now = app.contacts()[id]
    if what == "delete":
        app.remove(id)
    elif what == "archive":
        app.archive(id)
    elif what == "remake":
        app.remove(id)
        app.add(replace(now, segments=frozenset(), created=""))
    elif what == "merge":
        fresh = contact_of(pid, rest[0]).with_fields({"emails": now.get("emails")})
        app.merge(app.add(fresh), id)
    elif what in ("unsubscribe", "subscribe"):
        if now.status != f"{what}d":
            getattr(app, what)(id)
    elif what in ("tag", "untag"):
        if (rest[0] in tags_of(now)) != (what == "tag"):
            tag = frozenset({Segment("tag", rest[0])})
            app.tag(id, *((tag, frozenset()) if what == "tag" else (frozenset(), tag)))
    else:
        name = LEVEL if what == "level" else rest[0]
        after = rest[0] if what == "level" else edited(what, pid, now.get(name), *rest)
        if after != now.get(name):
            app.edit(id, {name: after})


def _restore(app: MemoryApp, pid: int) -> None:
    lost = [(versions[-1].number, id) for id, versions in app.people.items() if _was(versions, pid)]
    if not lost:
        return
    _, id = max(lost)
    if app.people[id][-1].contact is None:
        app.revive(id)
    else:
        app.restore(id)


def _was(versions: object, pid: int) -> bool:
    assert isinstance(versions, list)
    known = [version.contact for version in versions if version.contact is not None]
    return bool(known) and person_of(known[-1]) == pid


def _alive(app: MemoryApp, pid: int) -> str | None:
    contacts: dict[str, Contact] = app.contacts()
    return next((id for id, contact in contacts.items() if person_of(contact) == pid), None)
