"""Who is signed in: the accounts of an app, and the tokens and codes that were given out."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from connectors.sandbox.store import Document, Store


@dataclass(frozen=True, slots=True)
class Grant:
    """``lifetime``: seconds that its access tokens live; None is for ever."""

    account: str
    scope: str
    access: str
    refresh: str
    lifetime: float | None


class Refusal(Exception):
    """The token is not, or no longer, good: ``unknown``, ``expired`` or ``revoked``."""


class Tokens:
    """Of one app. A grant is made when somebody consents; it can be revoked as a whole."""

    def __init__(self, store: Store, app: str, now: Callable[[], datetime]) -> None:
        self._store = store
        self._app = app
        self._now = now

    def issue(
        self,
        account: str,
        scope: str = "",
        lifetime: float | None = None,
        refreshable: bool = False,
        access: str = "",
    ) -> Grant:
        """``access``: a token of your own choosing, for personal tokens and API keys."""
        access = access or secrets.token_urlsafe(24)
        refresh = secrets.token_urlsafe(24) if refreshable else ""
        family = refresh or access
        self._store.put(
            self._kind("grant"),
            family,
            {
                "id": family,
                "account": account,
                "scope": scope,
                "lifetime": lifetime,
                "revoked": False,
            },
            keys=[account],
        )
        self._put_access(access, family, lifetime)
        return Grant(account, scope, access, refresh, lifetime)

    def refresh(self, token: str) -> Grant:
        """A new access token for a refresh token; raises Refusal."""
        grant = self._grant(token)
        access = secrets.token_urlsafe(24)
        self._put_access(access, token, grant["lifetime"])
        return Grant(grant["account"], grant["scope"], access, token, grant["lifetime"])

    def account_of(self, access: str) -> str:
        """Whose token it is; raises Refusal."""
        found = self._store.get(self._kind("access"), access)
        if found is None:
            raise Refusal("unknown")
        grant = self._grant(found["family"])
        if found["ends"] and self._now().timestamp() >= found["ends"]:
            raise Refusal("expired")
        account: str = grant["account"]
        return account

    def revoke(self, account: str) -> None:
        """All that the account ever granted, as its owner does in the app's settings."""
        for grant in self._store.by_key(self._kind("grant"), account):
            self._store.put(
                self._kind("grant"), grant["id"], {**grant, "revoked": True}, keys=[account]
            )

    def expire(self, account: str) -> None:
        """The access tokens of now; refresh tokens stay good."""
        for found in self._store.by_key(self._kind("access"), account):
            self._store.put(
                self._kind("access"), found["id"], {**found, "ends": 1.0}, keys=[account]
            )

    def _put_access(self, access: str, family: str, lifetime: float | None) -> None:
        ends = (self._now() + timedelta(seconds=lifetime)).timestamp() if lifetime else 0.0
        account = self._grant(family)["account"]
        document = {"id": access, "family": family, "ends": ends}
        self._store.put(self._kind("access"), access, document, keys=[account])

    def _grant(self, family: str) -> Document:
        grant = self._store.get(self._kind("grant"), family)
        if grant is None:
            raise Refusal("unknown")
        if grant["revoked"]:
            raise Refusal("revoked")
        return grant

    def _kind(self, word: str) -> str:
        return f"{self._app}/{word}"
