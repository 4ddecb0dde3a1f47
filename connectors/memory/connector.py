"""Speaks to a memory app. Read this first when writing a connector of your own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from connectors.connector import (
    Capabilities,
    Catalogue,
    Connector,
    ContainerInfo,
    Create,
    Credential,
    Delete,
    Ending,
    Identity,
    Known,
    Page,
    Received,
    Result,
    World,
    Write,
    Written,
)
from connectors.contact import Contact
from connectors.errors import AppError, AskStaff, Gone
from connectors.memory import keeping
from connectors.memory.app import MemoryApp, Version
from connectors.memory.store import opened

CONTAINER = "contacts"


class Memory(Connector):
    app = "memory"
    label = "Memory"
    about = "An app in a file on this machine, for trying things out."
    credentials = (Credential("name", "Name", help="Any word; the app is kept under it."),)

    def __init__(self, credentials: Mapping[str, str], world: World) -> None:
        super().__init__(credentials, world)
        self._name = credentials.get("name", "")
        if not re.fullmatch(r"[\w-]{1,60}", self._name):
            raise AskStaff(
                "The name of a memory app is missing or has other characters.",
                "Give it letters, digits, - and _ only.",
            )
        self._requests = 0

    @property
    def capabilities(self) -> Capabilities:
        with opened(self._name, self._world.var, self._world.now) as app:
            quirks = app.quirks
        return Capabilities(
            batch=quirks.batch,
            chosen_ids=quirks.chosen_ids,
            markers=quirks.markers,
            conditional_writes=quirks.conditional_writes,
            lag=quirks.lag,
            deletes=quirks.deletes,
        )

    @property
    def requests(self) -> int:
        return self._requests

    def identity(self) -> Identity:
        return Identity(f"memory:{self._name}", self._name)

    def containers(self) -> list[ContainerInfo]:
        return [ContainerInfo(CONTAINER, "Contacts")]

    def catalogue(self, container: str) -> Catalogue:
        with self._call("catalogue") as app:
            quirks = app.quirks
            return Catalogue(
                fields=quirks.offered,
                segments={kind: app.names(kind) for kind in sorted(quirks.segments)},
                registers=quirks.registers,
                statuses=quirks.statuses,
                tells_deletions=quirks.tells_deletions,
            )

    def changes(self, container: str, cursor: str, known: Known) -> Iterator[Page]:
        with self._call("changes") as app:
            quirks = app.quirks
            lost = not cursor.isdigit() or int(cursor) > app.number
            whole = lost or not quirks.deltas
            shown, upto = app.visible(0 if whole else int(cursor))
            read = [_listed(app, id, version) for id, version in shown.items()]
        gone = [item.id for item in read if item.contact is None]
        there = [item for item in read if item.contact is not None]
        for start in range(0, len(there), quirks.page):
            yield Page(received=there[start : start + quirks.page])
        # Whoever a complete reading does not name is gone, so it has no tombstones.
        told = gone if quirks.tells_deletions and not whole else ()
        yield Page(gone=told, ending=Ending(str(upto), whole and quirks.tells_deletions))

    def read(self, container: str, ids: Sequence[str]) -> list[Received | Gone]:
        with self._call("read") as app:
            return [self._read_one(app, id) for id in ids]

    def write(self, container: str, writes: Sequence[Write]) -> list[Result]:
        with self._call("write") as app:
            return [self._write_one(app, write) for write in writes]

    def chosen_id(self, container: str, marker: str) -> str:
        return marker

    def find_marker(self, container: str, marker: str) -> Received | None:
        with self._call("find") as app:
            id = app.markers.get(marker, "")
            found = self._read_one(app, id)
        return None if isinstance(found, Gone) else found

    @contextmanager
    def _call(self, call: str) -> Iterator[MemoryApp]:
        with opened(self._name, self._world.var, self._world.now) as app:
            self._requests += 1
            app.requests += 1
            app.interrupt("before", call)
            yield app
            app.interrupt("after", call)

    def _read_one(self, app: MemoryApp, id: str) -> Received | Gone:
        try:
            return _received(app, id, app.current(id))
        except Gone as error:
            return error

    def _write_one(self, app: MemoryApp, write: Write) -> Result:
        self._world.assure()
        adopted = False
        try:
            if isinstance(write, Create):
                contact = Contact(write.fields, write.add, write.status)
                id, adopted = app.create(contact, write.marker)
            elif isinstance(write, Delete):
                app.delete(write.id, write.version)
                return Written(write.id, None)
            else:
                id = write.id
                app.update(id, write.version, write.fields, write.add, write.remove)
        except AppError as error:
            return error
        shown = _received(app, id, app.current(id))
        return Written(id, shown if app.quirks.reads_back else None, adopted)


def _received(app: MemoryApp, id: str, version: Version) -> Received:
    """The app's record in our shape. Another app's has a ``translate.py`` of its own for this."""
    contact = version.contact and keeping.shown(version.contact, app.quirks)
    return Received(id, str(version.number), contact)


def _listed(app: MemoryApp, id: str, version: Version) -> Received:
    """Only listings tell of merges, as those of Google's People API do."""
    return replace(_received(app, id, version), absorbed=tuple(app.absorbed.get(id, ())))
