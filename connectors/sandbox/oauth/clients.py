"""The programs that may ask people for access, and what they asked for and were given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlsplit

from connectors.sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Client:
    id: str
    secret: str
    redirect_uris: tuple[str, ...]
    name: str

    @property
    def asker(self) -> str:
        """What it is called on the consent page: as it says, or where people are sent back to."""
        return self.name or urlsplit(self.redirect_uris[0]).netloc or self.id

    def redirects_to(self, uri: str) -> bool:
        """The apps compare whole addresses. A registered one that ends in ``*`` stands for all
        that begin so: no app has that, it is for trying things out."""
        return any(
            uri.startswith(known[:-1]) if known.endswith("*") else uri == known
            for known in self.redirect_uris
        )


@dataclass(frozen=True, slots=True)
class Code:
    """What a person allowed, until the client exchanges it for a token, once. ``ends``: seconds
    since 1970. ``challenge`` with ``method``: the proof key (RFC 7636), or none. ``offline``: a
    refresh token is asked for; ``again``: even where there is one already."""

    id: str
    client: str
    redirect_uri: str
    account: str
    scope: str
    challenge: str
    method: str
    offline: bool
    again: bool
    ends: float
    used: bool = False


class Clients:
    """Of one app."""

    def __init__(self, store: Store, app: str) -> None:
        self._store = store
        self._client = f"{app}/client"
        self._code = f"{app}/code"

    def register(
        self, client_id: str, secret: str, redirect_uris: Iterable[str], name: str = ""
    ) -> None:
        """As the operator does at the app; again with the same id, all else is replaced."""
        client = Client(client_id, secret, tuple(redirect_uris), name)
        self._store.put(self._client, client_id, asdict(client))

    def get(self, client_id: str) -> Client | None:
        found = self._store.get(self._client, client_id)
        if found is None:
            return None
        return Client(**{**found, "redirect_uris": tuple(found["redirect_uris"])})

    def keep(self, code: Code) -> None:
        self._store.put(self._code, code.id, asdict(code))

    def code(self, id: str) -> Code | None:
        found = self._store.get(self._code, id)
        return Code(**found) if found else None

    def use(self, code: Code) -> None:
        self.keep(replace(code, used=True))
