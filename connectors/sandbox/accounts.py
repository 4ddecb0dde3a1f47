"""Who has an account at an app: what its consent page offers, and who its pages are of."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    email: str
    name: str


class Accounts:
    """Of one app, in the order in which they were opened."""

    def __init__(self, store: Store, app: str) -> None:
        self._store = store
        self._kind = f"{app}/account of a person"

    def add(self, id: str, email: str, name: str = "") -> Account:
        """Again with the same id, it gets this address and name."""
        document = {"id": id, "email": email, "name": name}
        self._store.put(self._kind, id, document, keys=[email.casefold()])
        return Account(id, email, name)

    def get(self, id: str) -> Account | None:
        found = self._store.get(self._kind, id)
        return Account(**found) if found else None

    def of(self, email: str) -> Account | None:
        """Whose address this is; case does not matter."""
        found = self._store.by_key(self._kind, email.casefold())
        return Account(**found[0]) if found else None

    def all(self) -> list[Account]:
        return [Account(**found) for found in self._store.all(self._kind)]
