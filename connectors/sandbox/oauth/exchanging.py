"""The token endpoint (RFC 6749 §4.1.3, §6) and that of revocation (RFC 7009)."""

from __future__ import annotations

import secrets
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from connectors.sandbox.oauth.clients import Client, Clients, Code
from connectors.sandbox.oauth.rules import OAuthQuirks, Rules
from connectors.sandbox.oauth.telling import id_token
from connectors.sandbox.tokens import Grant, Refusal
from connectors.sandbox.web import Answer, Request, Stop, as_json

if TYPE_CHECKING:
    from connectors.sandbox.stand_in import StandIn

_NEVER_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_DAY = 24 * 3600.0
#: What a project in "Testing" grants ends so soon.
TESTING = 7 * _DAY


class Exchanging:
    """Errors are worded as Google's; of the other apps only their shape is known, which is the
    same."""

    def __init__(
        self,
        stand_in: StandIn,
        clients: Clients,
        rules: Rules,
        quirks: Callable[[], OAuthQuirks],
    ) -> None:
        self._stand_in = stand_in
        self._tokens = stand_in.tokens
        self._clients = clients
        self._rules = rules
        self._quirks = quirks

    def exchange(self, request: Request) -> Answer:
        told = self._parameters(request)
        client = self._client(request, told)
        kind = told.get("grant_type", "")
        if kind == "authorization_code":
            return self._for_code(client, told)
        if kind == "refresh_token" and self._quirks().refreshes:
            return self._for_refresh(client, told)
        return refused("unsupported_grant_type", f"Invalid grant_type: {kind}")

    def revoke(self, request: Request) -> Answer:
        try:
            self._tokens.revoke_token(request.one("token") or request.field("token"))
        except Refusal:
            return refused("invalid_token", "Token expired or revoked")
        return as_json({})

    def _parameters(self, request: Request) -> dict[str, str]:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if self._rules.lenient and request.method == "GET":
            return {name: request.one(name) for name in request.query}
        if self._rules.lenient and kind == "application/json":
            return _of_json(request)
        if kind != "application/x-www-form-urlencoded":
            return {}
        return {name: request.field(name) for name in request.form}

    def _client(self, request: Request, told: Mapping[str, str]) -> Client:
        """Raises Stop for who is not, or does not prove to be, a client."""
        id, secret = _basic(request.headers.get("authorization", ""))
        id, secret = id or told.get("client_id", ""), secret or told.get("client_secret", "")
        if not id:
            raise Stop(refused("invalid_request", "Could not determine client ID from request."))
        client = self._clients.get(id)
        if client is None:
            raise Stop(refused("invalid_client", "The OAuth client was not found.", 401))
        if not secret:
            raise Stop(refused("invalid_request", "client_secret is missing."))
        if not compare_digest(secret.encode(), client.secret.encode()):
            raise Stop(refused("invalid_client", "Unauthorized", 401))
        return client

    # --- A code -----------------------------------------------------------------------------

    def _for_code(self, client: Client, told: Mapping[str, str]) -> Answer:
        if not told.get("code"):
            return refused("invalid_request", "Missing required parameter: code")
        code = self._clients.code(told["code"])
        if code is None:
            return refused("invalid_grant", "Malformed auth code.")
        now = self._stand_in.now().timestamp()
        if code.used or now >= code.ends or code.client != client.id:
            return refused("invalid_grant", "Bad Request")
        if told.get("redirect_uri", "") != code.redirect_uri:
            return refused(self._rules.mismatch, "Bad Request")
        if fault := self._proof_fault(code, told.get("code_verifier", "")):
            return fault
        self._clients.use(code)
        return self._granted(code)

    def _proof_fault(self, code: Code, verifier: str) -> Answer | None:
        if not self._rules.pkce:
            return None
        if not code.challenge:
            text = "code_verifier or verifier is not needed."
            return refused("invalid_request", text) if verifier else None
        if not verifier:
            return refused("invalid_grant", "Missing code verifier.")
        found = _challenge(verifier) if code.method == "S256" else verifier
        if not compare_digest(found.encode(), code.challenge.encode()):
            return refused("invalid_grant", "Invalid code verifier.")
        return None

    def _granted(self, code: Code) -> Answer:
        quirks, (_, access, refresh) = self._quirks(), self._rules.prefixes
        alive = self._tokens.refreshable(code.account, code.client)
        basic = set(code.scope.split()) <= self._rules.basic
        # Google sends one with the first consent only, unless it is asked to ask again.
        refreshable = code.offline and (code.again or not alive)
        grant = self._tokens.issue(
            code.account,
            code.scope,
            quirks.lifetime,
            refreshable,
            access=access + secrets.token_urlsafe(24),
            refresh=refresh + secrets.token_urlsafe(24) if refreshable else "",
            client=code.client,
            refresh_lifetime=TESTING if quirks.testing and not basic else None,
        )
        if quirks.refresh_tokens and refreshable:
            for old in [*alive, grant][: -quirks.refresh_tokens]:
                self._tokens.revoke_token(old.refresh)
        told = self._rules.told(grant)
        if grant.refresh and quirks.testing and not basic:
            told["refresh_token_expires_in"] = int(TESTING) - 1
        return self._answer(grant, told)

    # --- A refresh token --------------------------------------------------------------------

    def _for_refresh(self, client: Client, told: Mapping[str, str]) -> Answer:
        token = told.get("refresh_token", "")
        if not token:
            return refused("invalid_request", "Missing required parameter: refresh_token")
        quirks, (_, access, refresh) = self._quirks(), self._rules.prefixes
        try:
            if self._tokens.client_of(token) != client.id:
                return refused("unauthorized_client", "Unauthorized", 401)
            grant = self._tokens.refresh(
                token,
                access + secrets.token_urlsafe(24),
                refresh + secrets.token_urlsafe(24) if quirks.rotates else "",
                quirks.unused_days * _DAY,
            )
        except Refusal as refusal:
            if str(refusal) == "unknown":
                return refused("invalid_grant", "Bad Request")
            return refused("invalid_grant", "Token has been expired or revoked.")
        answer = self._rules.told(grant)
        if not quirks.rotates:
            answer.pop("refresh_token", None)
        return self._answer(grant, answer)

    def _answer(self, grant: Grant, told: dict[str, Any]) -> Answer:
        account = self._stand_in.accounts.get(grant.account)
        if account and "openid" in self._rules.basic.intersection(grant.scope.split()):
            told["id_token"] = id_token(account, grant, self._stand_in.now())
        return as_json(told, headers=_NEVER_KEPT)


def refused(error: str, text: str, status: int = 400) -> Answer:
    """RFC 6749 §5.2."""
    return as_json({"error": error, "error_description": text}, status, _NEVER_KEPT)


def _of_json(request: Request) -> dict[str, str]:
    try:
        told = request.json()
    except ValueError:
        return {}
    return {name: str(value) for name, value in told.items()} if isinstance(told, dict) else {}


def _basic(header: str) -> tuple[str, str]:
    """RFC 6749 §2.3.1: both are form-encoded first."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        id, _, secret = b64decode(value, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return unquote_plus(id), unquote_plus(secret)


def _challenge(verifier: str) -> str:
    """RFC 7636 §4.2, S256."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
