"""How the owner of an account lets this installation in, at a page of the app: the authorization
code grant (RFC 6749 §4.1). Pure: the dance itself is that of a room above.

A connector whose app has it puts ``DOOR`` in a module ``door`` of its folder (``registry.door``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from connectors.connector import Setting, World


@dataclass(frozen=True, slots=True)
class Granted:
    """What the app gave. ``credentials`` last; ``renewed`` will be replaced by newer ones.
    ``ends``: when people have to authorise again at the latest, where the app says so."""

    credentials: Mapping[str, str]
    renewed: Mapping[str, str] = field(default_factory=dict)
    ends: datetime | None = None


class Door(ABC):
    """Of one app, as the operator's settings have it."""

    #: The registry's word for the app.
    app: ClassVar[str]
    settings: ClassVar[Sequence[Setting]]
    #: Asked for; in the app's order and spelling.
    scopes: ClassVar[tuple[str, ...]] = ()
    #: What the authorization request says beside what RFC 6749 has.
    parameters: ClassVar[Mapping[str, str]] = {}
    #: The parameter that tells which identity is meant; "" where the app has none.
    hint: ClassVar[str] = ""
    #: The app heeds proof keys (PKCE, RFC 7636).
    proof_key: ClassVar[bool] = False
    #: For the operator: where this installation is registered. A sentence.
    registration: ClassVar[str]
    #: What is to be done where the app ends authorisations by itself (``Granted.ends``).
    lasting: ClassVar[str] = ""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def names(self) -> tuple[str, str]:
        """Of the settings that hold the client's id and secret."""
        return f"{self.app.upper()}_CLIENT_ID", f"{self.app.upper()}_CLIENT_SECRET"

    @property
    def client(self) -> tuple[str, str]:
        """Id and secret of this installation at the app."""
        id, secret = self.names
        return self._setting(id), self._setting(secret)

    @property
    def is_open(self) -> bool:
        return all(self.client)

    @property
    @abstractmethod
    def authorize_url(self) -> str: ...

    @property
    @abstractmethod
    def token_url(self) -> str: ...

    @abstractmethod
    def granted(self, told: Mapping[str, Any], now: datetime) -> Granted:
        """``told``: the answer with the token. Raises AskStaff where it is not enough."""

    def _setting(self, name: str) -> str:
        return self._world.setting(name, self.settings)
