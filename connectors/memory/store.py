"""Where memory apps live: those a test placed in this process, else a file in ``var/memory/``,
so that the demo's apps outlive a process."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from connectors.contact import contact_from_json, contact_to_json
from connectors.memory.app import MemoryApp, Version

#: Apps that a test or simulation holds in its own hands, by name.
placed: dict[str, MemoryApp] = {}


@contextmanager
def opened(name: str, var: Path, now: Callable[[], datetime]) -> Iterator[MemoryApp]:
    """The app of this name, for one call; kept in its file again when the call is over."""
    if name in placed:
        yield placed[name]
        return
    folder = var / "memory"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = folder / f"{name}.json"
        app = _load(path, now)
        before = app.number
        yield app
        if app.number != before:
            _save(app, path)


def _load(path: Path, now: Callable[[], datetime]) -> MemoryApp:
    app = MemoryApp(now)
    if path.exists():
        data = json.loads(path.read_text())
        app.number = data["number"]
        app.markers = data["markers"]
        app.people = {
            id: [
                Version(
                    data["number"],
                    datetime.fromisoformat(data["at"]),
                    data["contact"] and contact_from_json(data["contact"]),
                )
                for data in versions
            ]
            for id, versions in data["people"].items()
        }
    return app


def _save(app: MemoryApp, path: Path) -> None:
    people = {
        id: [
            {
                "number": version.number,
                "at": version.at.isoformat(),
                "contact": version.contact and contact_to_json(version.contact),
            }
            for version in versions[-1:]
        ]
        for id, versions in app.people.items()
    }
    data = {"number": app.number, "markers": app.markers, "people": people}
    part = path.with_suffix(".part")
    part.write_text(json.dumps(data))
    os.replace(part, path)
