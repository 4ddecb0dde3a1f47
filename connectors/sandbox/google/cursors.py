"""Tokens of pages and of syncs: opaque texts that hold where a listing stands, so that they stay
good after a restart."""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from connectors.sandbox.google.errors import Refused, error_info, invalid
from connectors.sandbox.google.quirks import Quirks

_CHECK = 6


def sealed(kind: str, account: str, parameters: Any, **position: Any) -> str:
    """``parameters``: of the request, which have to be the same when the token comes back."""
    data = json.dumps({"for": _fingerprint(kind, account, parameters), **position}).encode()
    return urlsafe_b64encode(sha256(data).digest()[:_CHECK] + data).decode().rstrip("=")


def opened(token: str, kind: str, account: str, parameters: Any) -> dict[str, Any]:
    """The position; raises Refused for another kind, account or request, and for what is no
    token: the service does not tell them apart (fleapower/Google-Script-Contacts-Sync#2)."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raise unknown() from None
    check, data = raw[:_CHECK], raw[_CHECK:]
    if sha256(data).digest()[:_CHECK] != check:
        raise unknown()
    position: dict[str, Any] = json.loads(data)
    if position.pop("for") != _fingerprint(kind, account, parameters):
        raise unknown()
    return position


def unknown() -> Refused:
    return invalid("Request contains an invalid argument.")


def check_age(position: Mapping[str, Any], now: datetime, quirks: Quirks) -> None:
    """``full`` of the position: when the full sync was (in seconds); raises Refused."""
    if now.timestamp() - position["full"] >= quirks.token_days * 24 * 3600:
        # frappe/frappe#19016, as it is on the wire.
        raise Refused(
            "FAILED_PRECONDITION",
            "Sync token is expired. Clear local cache and retry call without the sync token.",
            [error_info("EXPIRED_SYNC_TOKEN", domain="people.googleapis.com")],
            status=quirks.expired_status,
        )


def _fingerprint(kind: str, account: str, parameters: Any) -> str:
    text = json.dumps([kind, account, parameters])
    return sha256(text.encode()).hexdigest()[:16]
