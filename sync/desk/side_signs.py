"""How the two sides of a connection are called and marked on its pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connections.models import Account, Connection, Container
from connectors import registry

#: So many colours has the style sheet.
COLOURS = 8


@dataclass(frozen=True, slots=True)
class AppMark:
    letters: str
    colour: int


@dataclass(frozen=True, slots=True)
class SideSign:
    """``name``: what the side is called in sentences; ``app``: its app's name; ``letters`` and
    ``colour`` make the app's mark."""

    side: str
    name: str
    app: str
    letters: str
    colour: int
    container: Container

    @property
    def letter(self) -> str:
        return self.side.upper()


def signs_of(connection: Connection) -> dict[str, SideSign]:
    names = names_of(connection)
    return {side: _sign(side, names[side], connection.container(side)) for side in ("a", "b")}


def names_of(connection: Connection) -> dict[str, str]:
    """By side the app's name, or where both have the same, what tells the two apart."""
    a, b = (_names(connection.container(side)) for side in ("a", "b"))
    for one, two in zip(a, b, strict=True):
        if one != two:
            return {"a": one, "b": two}
    return {"a": "A", "b": "B"}


def _names(container: Container) -> Iterator[str]:
    account = container.account
    yield from (account.get_app_display(), account.name, container.name)


def sign_of_place(container: Container) -> SideSign:
    """Of a container as such, whichever side of which connections it is."""
    return _sign("", str(container), container)


def mark_of(account: Account) -> AppMark:
    """Of the account's app."""
    app, label = account.app, account.get_app_display()
    letters = "".join(letter for letter in label if letter.isupper())[:2] or label[:1].upper()
    colour = sorted(registry.APPS).index(app) % COLOURS if app in registry.APPS else 0
    return AppMark(letters, colour)


def _sign(side: str, name: str, container: Container) -> SideSign:
    mark, label = mark_of(container.account), container.account.get_app_display()
    return SideSign(side, name, label, mark.letters, mark.colour, container)
