"""What a token says of the account behind it."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.sandbox.accounts import Account
from connectors.sandbox.oauth.rules import Rules, userinfo
from connectors.sandbox.tokens import Grant, Refusal
from connectors.sandbox.web import Answer, Request, as_json

if TYPE_CHECKING:
    from connectors.sandbox.stand_in import StandIn


class Telling:
    def __init__(self, stand_in: StandIn, rules: Rules) -> None:
        self._stand_in = stand_in
        self._rules = rules

    def tell(self, request: Request) -> Answer:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            grant = self._stand_in.tokens.grant_of(token.strip())
        except Refusal:
            return self._refused()
        account = self._stand_in.accounts.get(grant.account)
        if scheme.lower() != self._rules.scheme.lower() or account is None:
            return self._refused()
        tell = self._rules.profiles[request.path]
        return as_json(tell(account, frozenset(grant.scope.split()), request.home))

    def _refused(self) -> Answer:
        error, text = self._rules.unauthorised
        return as_json(
            {"error": error, "error_description": text},
            401,
            {"WWW-Authenticate": f'{self._rules.scheme} error="invalid_token"'},
        )


def id_token(account: Account, grant: Grant, now: datetime) -> str:
    """OpenID Connect Core 1.0 §2. The signature is none: who fetches it over a safe connection
    need not look at it (§3.1.3.7), and nobody else ever sees one of ours."""
    claims = {
        "iss": "https://accounts.google.com",
        "azp": grant.client,
        "aud": grant.client,
        **userinfo(account, frozenset(grant.scope.split()), ""),
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + 3600,
    }
    head = {"alg": "RS256", "kid": "stand-in", "typ": "JWT"}
    parts = (json.dumps(head).encode(), json.dumps(claims).encode(), secrets.token_bytes(32))
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in parts)
