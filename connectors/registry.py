"""The apps we can speak to. Adding a connector touches one line here; the class is imported
at first use, so that a command that needs one app does not load the libraries of all."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from connectors.connector import Connector, Setting, World
from connectors.door import Door
from connectors.errors import AskStaff

#: app -> (name for people, module and class)
APPS: Mapping[str, tuple[str, str]] = {
    "carddav": ("CardDAV", "connectors.carddav.connector:CardDAV"),
    "contactually": ("Contactually", "connectors.contactually.connector:Contactually"),
    "ghost": ("Ghost", "connectors.ghost.connector:Ghost"),
    "google": ("Google Contacts", "connectors.google.connector:Google"),
    "mailchimp": ("Mailchimp", "connectors.mailchimp.connector:Mailchimp"),
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


@cache
def settings() -> tuple[Setting, ...]:
    """What the operator sets, of all apps: ``SETTINGS`` in a module ``settings`` of the folder."""
    modules = (_module(app, "settings") for app in APPS)
    return tuple(setting for module in modules if module for setting in module.SETTINGS)


@cache
def limits(app: str) -> tuple[Setting, ...]:
    """Those of the app's settings that say how much an account may ask of it."""
    module = _module(app, "settings") if app in APPS else None
    return tuple(setting for setting in module.SETTINGS if setting.limits) if module else ()


@cache
def door(app: str) -> type[Door] | None:
    """Of an app whose accounts are authorised at a page of it: ``DOOR`` in a module ``door``."""
    module = _module(app, "door") if app in APPS else None
    found: type[Door] | None = module.DOOR if module else None
    return found


def _module(app: str, name: str) -> Any:
    """A module of the connector's folder; None where it has none of that name."""
    place = APPS[app][1].partition(":")[0].rpartition(".")[0]
    return import_module(f"{place}.{name}") if find_spec(f"{place}.{name}") else None


def open_connector(app: str, credentials: Mapping[str, str], world: World) -> Connector:
    return connector_class(app)(credentials, world)
