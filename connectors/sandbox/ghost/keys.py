"""Admin API keys and the tokens made with them (core/server/services/auth/api-key/admin.js).

Nothing here is shared with the connector, which makes such tokens.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from connectors.sandbox.ghost.problems import Refused
from connectors.sandbox.store import Store
from connectors.sandbox.tokens import Refusal, Tokens

_KEYS = "ghost/keys"
#: Seconds that a token may be old.
_OLDEST = 300


def keep(store: Store, site: str, key: str) -> None:
    id, _, secret = key.partition(":")
    store.put(_KEYS, id, {"id": id, "secret": secret, "site": site}, keys=[site])


def of_site(store: Store, site: str) -> list[str]:
    """As its owner copies them from the page of an integration."""
    return [f"{key['id']}:{key['secret']}" for key in store.by_key(_KEYS, site)]


def site_of(store: Store, tokens: Tokens, header: str, now: datetime) -> str:
    """The site whose key signed the request; raises Refused."""
    if not header:
        raise Refused(
            "NoPermissionError",
            "Authorization failed",
            context="Unable to determine the authenticated user or integration. Check that "
            "cookies are being passed through if using session authentication.",
        )
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "ghost" or not token:
        words = 'Authorization header format is "Authorization: Ghost [token]"'
        raise Refused("UnauthorizedError", words, code="INVALID_AUTH_HEADER")
    pieces = token.split(".")
    head = _decoded(pieces[0])
    if len(pieces) != 3 or head is None:
        raise Refused("BadRequestError", "Invalid token", code="INVALID_JWT")
    if not head.get("kid"):
        raise Refused("BadRequestError", "Admin API kid missing.", code="MISSING_ADMIN_API_KID")
    key = store.get(_KEYS, str(head["kid"]))
    if key is None or not _is_good(tokens, f"{key['id']}:{key['secret']}"):
        raise Refused("UnauthorizedError", "Unknown Admin API Key", code="UNKNOWN_ADMIN_API_KEY")
    if fault := _fault(head, pieces, bytes.fromhex(key["secret"]), now.timestamp()):
        raise Refused("UnauthorizedError", f"Invalid token: {fault}", code="INVALID_JWT")
    return str(key["site"])


def _is_good(tokens: Tokens, key: str) -> bool:
    try:
        tokens.account_of(key)
    except Refusal:
        return False
    return True


def _fault(head: dict[str, Any], pieces: list[str], secret: bytes, now: float) -> str:
    """In the words of the library jsonwebtoken; "" for none."""
    if head.get("alg") != "HS256":
        return "invalid algorithm"
    signed = f"{pieces[0]}.{pieces[1]}".encode()
    signature = hmac.new(secret, signed, hashlib.sha256).digest()
    if not hmac.compare_digest(signature, _bytes(pieces[2]) or b""):
        return "invalid signature"
    claims = _decoded(pieces[1]) or {}
    if isinstance(claims.get("exp"), int) and now >= claims["exp"]:
        return "jwt expired"
    if str(claims.get("aud", "")).strip("/") != "admin":
        return "jwt audience invalid. expected: /\\/?admin\\/?$/"
    if not isinstance(claims.get("iat"), int):
        return "iat required when maxAge is specified"
    return "maxAge exceeded" if now > claims["iat"] + _OLDEST else ""


def _bytes(piece: str) -> bytes | None:
    try:
        return base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4))
    except (binascii.Error, ValueError):
        return None


def _decoded(piece: str) -> dict[str, Any] | None:
    try:
        found = json.loads(_bytes(piece) or b"")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
