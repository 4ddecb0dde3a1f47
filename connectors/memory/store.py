"""Where memory apps live: those a test placed in this process, else a file in ``var/memory/``,
so that the demo's apps outlive a process."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.contact import contact_from_json, contact_to_json
from connectors.memory.app import MemoryApp, Version
from connectors.memory.quirks import quirks_from_json, quirks_to_json

#: Apps that a test or simulation holds in its own hands, by name.
placed: dict[str, MemoryApp] = {}


@contextmanager
def opened(name: str, var: Path, now: Callable[[], datetime]) -> Iterator[MemoryApp]:
    """The app of this name, for one call; kept in its file again when the call is over."""
    if name in placed:
        yield placed[name]
        return
    with _locked(name, var) as path:
        app = _load(path, now)
        before = app.number
        yield app
        if app.number != before:
            _save(app, path)


def keep(app: MemoryApp, name: str, var: Path) -> None:
    """Put an app into the file of this name, its quirks included."""
    with _locked(name, var) as path:
        _save(app, path)


@contextmanager
def _locked(name: str, var: Path) -> Iterator[Path]:
    folder = var / "memory"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder / f"{name}.json"


def _load(path: Path, now: Callable[[], datetime]) -> MemoryApp:
    data = json.loads(path.read_text()) if path.exists() else {}
    app = MemoryApp(now, quirks_from_json(data.get("quirks", {})))
    app.number = data.get("number", 0)
    app.markers = data.get("markers", {})
    app.registers = data.get("registers", {})
    app.absorbed = data.get("absorbed", {})
    app.people = {
        id: [_version_from_json(version) for version in versions]
        for id, versions in data.get("people", {}).items()
    }
    return app


def _save(app: MemoryApp, path: Path) -> None:
    data = {
        "quirks": quirks_to_json(app.quirks),
        "number": app.number,
        "markers": app.markers,
        "registers": app.registers,
        "absorbed": app.absorbed,
        "people": {
            id: [_version_to_json(version) for version in _latest(versions)]
            for id, versions in app.people.items()
        },
    }
    part = path.with_suffix(".part")
    part.write_text(json.dumps(data))
    os.replace(part, path)


def _latest(versions: list[Version]) -> list[Version]:
    """The last, and of a deletion what was there before: it may be revived."""
    return versions[-1:] if versions[-1].contact else versions[-2:]


def _version_to_json(version: Version) -> dict[str, Any]:
    contact = version.contact and contact_to_json(version.contact)
    return {"number": version.number, "at": version.at.isoformat(), "contact": contact}


def _version_from_json(data: Mapping[str, Any]) -> Version:
    contact = data["contact"] and contact_from_json(data["contact"])
    return Version(data["number"], datetime.fromisoformat(data["at"]), contact)
