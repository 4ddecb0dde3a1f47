"""Who is signed in: the grants that people made, and the tokens that stand for them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from connectors.sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Grant:
    """``lifetime``: seconds that its access tokens live; None is for ever. ``client``: to whom
    it was given; "" for personal tokens."""

    account: str
    scope: str
    access: str
    refresh: str
    lifetime: float | None
    client: str = ""


class Refusal(Exception):
    """The token is not, or no longer, good: ``unknown``, ``expired`` or ``revoked``."""


@dataclass(frozen=True, slots=True)
class _Family:
    """A grant as it is kept; all tokens that ever stood for it name its ``id``. ``ends`` (0 is
    never) and ``used`` are seconds since 1970, of the refresh token."""

    id: str
    account: str
    client: str
    scope: str
    lifetime: float | None
    refresh: str
    ends: float
    used: float
    revoked: bool = False


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
        refresh: str = "",
        client: str = "",
        refresh_lifetime: float | None = None,
    ) -> Grant:
        """``access``, ``refresh``: tokens of your own choosing, such as personal tokens and API
        keys. ``refresh_lifetime``: seconds; None is for ever."""
        access = access or secrets.token_urlsafe(24)
        if refreshable and not refresh:
            refresh = secrets.token_urlsafe(24)
        now = self._now()
        ends = now + timedelta(seconds=refresh_lifetime) if refresh_lifetime else None
        family = _Family(
            id=refresh or access,
            account=account,
            client=client,
            scope=scope,
            lifetime=lifetime,
            refresh=refresh,
            ends=ends.timestamp() if ends else 0,
            used=now.timestamp(),
        )
        self._keep(family)
        self._put_access(access, family)
        return _told(family, access)

    def refresh(self, token: str, access: str = "", new: str = "", unused: float = 0) -> Grant:
        """A new access token for a refresh token; raises Refusal. ``new``: the refresh token
        that replaces it. ``unused``: seconds after which one that nobody used is dead; 0: never."""
        family = self._of_refresh(token)
        now = self._now().timestamp()
        if (family.ends and now >= family.ends) or (unused and now >= family.used + unused):
            raise Refusal("expired")
        family = _Family(**{**asdict(family), "used": now, "refresh": new or token})
        self._keep(family)
        access = access or secrets.token_urlsafe(24)
        self._put_access(access, family)
        return _told(family, access)

    def account_of(self, access: str) -> str:
        """Whose token it is; raises Refusal."""
        return self.grant_of(access).account

    def grant_of(self, access: str) -> Grant:
        """What the token stands for; raises Refusal."""
        found = self._store.get(self._kind("access"), access)
        if found is None:
            raise Refusal("unknown")
        family = self._family(found["family"])
        if found["ends"] and self._now().timestamp() >= found["ends"]:
            raise Refusal("expired")
        return _told(family, access)

    def client_of(self, refresh: str) -> str:
        """To whom the refresh token was given; raises Refusal."""
        return self._of_refresh(refresh).client

    def refreshable(self, account: str, client: str) -> list[Grant]:
        """The grants of the account to this client whose refresh token is alive, oldest first."""
        now = self._now().timestamp()
        return [
            _told(family, "")
            for family in self._of_account(account)
            if family.client == client
            and family.refresh
            and not family.revoked
            and not (family.ends and now >= family.ends)
        ]

    def revoke(self, account: str) -> None:
        """All that the account ever granted, as its owner does in the app's settings."""
        for family in self._of_account(account):
            self._keep(_Family(**{**asdict(family), "revoked": True}))

    def revoke_token(self, token: str) -> None:
        """The grant of this access or refresh token; raises Refusal."""
        found = self._store.get(self._kind("access"), token)
        family = self._family(found["family"]) if found else self._of_refresh(token)
        self._keep(_Family(**{**asdict(family), "revoked": True}))

    def expire(self, account: str) -> None:
        """The access tokens of now; refresh tokens stay good."""
        for found in self._store.by_key(self._kind("access"), account):
            self._store.put(
                self._kind("access"), found["id"], {**found, "ends": 1.0}, keys=[account]
            )

    def _put_access(self, access: str, family: _Family) -> None:
        lifetime = family.lifetime
        ends = (self._now() + timedelta(seconds=lifetime)).timestamp() if lifetime else 0.0
        document = {"id": access, "family": family.id, "ends": ends}
        self._store.put(self._kind("access"), access, document, keys=[family.account])

    def _keep(self, family: _Family) -> None:
        keys = [f"account {family.account}"]
        if family.refresh:
            keys.append(f"refresh {family.refresh}")
        self._store.put(self._kind("grant"), family.id, asdict(family), keys=keys)

    def _of_account(self, account: str) -> list[_Family]:
        found = self._store.by_key(self._kind("grant"), f"account {account}")
        return [_Family(**document) for document in found]

    def _of_refresh(self, token: str) -> _Family:
        found = self._store.by_key(self._kind("grant"), f"refresh {token}") if token else []
        if not found:
            raise Refusal("unknown")
        return self._family(found[0]["id"])

    def _family(self, id: str) -> _Family:
        document = self._store.get(self._kind("grant"), id)
        if document is None:
            raise Refusal("unknown")
        family = _Family(**document)
        if family.revoked:
            raise Refusal("revoked")
        return family

    def _kind(self, word: str) -> str:
        return f"{self._app}/{word}"


def _told(family: _Family, access: str) -> Grant:
    return Grant(
        family.account, family.scope, access, family.refresh, family.lifetime, family.client
    )
