"""The apps we can speak to. Adding a connector touches one line here; the class is imported
at first use, so that a command that needs one app does not load the libraries of all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module

from connectors.connector import Connector, World
from connectors.errors import AskStaff

#: app -> (name for people, module and class)
APPS: Mapping[str, tuple[str, str]] = {
    "carddav": ("CardDAV", "connectors.carddav.connector:CardDAV"),
    "memory": ("Memory", "connectors.memory.connector:Memory"),
}


def choices() -> list[tuple[str, str]]:
    """For model fields: given as a callable, so that a new app needs no migration."""
    return [(app, label) for app, (label, _) in APPS.items()]


@cache
def connector_class(app: str) -> type[Connector]:
    try:
        module, _, name = APPS[app][1].partition(":")
    except KeyError:
        raise AskStaff(
            f"There is no app {app!r}.", f"The apps are: {', '.join(sorted(APPS))}."
        ) from None
    found: type[Connector] = getattr(import_module(module), name)
    return found


def open_connector(app: str, credentials: Mapping[str, str], world: World) -> Connector:
    return connector_class(app)(credentials, world)
