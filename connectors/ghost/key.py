"""The Admin API key of a site, with which a token is made for each request.

https://docs.ghost.org/admin-api/#token-authentication

A key is ``id:secret``. The token (a JWT, RFC 7519) is signed with the secret's bytes and good for
five minutes, which is the longest that Ghost takes.
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import datetime

from connectors.errors import AskStaff

#: Seconds.
LIFETIME = 300
_KEY = re.compile(r"([0-9a-f]{24}):((?:[0-9a-f]{2}){32})", re.I)


class Key:
    """Signs in each request of a session; safe for its threads, since it keeps nothing."""

    refused = "the Admin API key of this account: its integration was removed, or has a new key"

    def __init__(self, text: str, now: Callable[[], datetime]) -> None:
        """Raises AskStaff for what is no key."""
        found = _KEY.fullmatch(text.strip())
        if not found:
            raise AskStaff(
                "This is not an Admin API key of Ghost.",
                "Copy the whole Admin API key of a custom integration, with the colon in it; the "
                "Content API key is another.",
            )
        self._id = found[1]
        self._secret = bytes.fromhex(found[2])
        self._now = now

    def header(self, method: str, url: str) -> str:
        return f"Ghost {self._token()}"

    def challenged(self, challenges: str, used: str) -> bool:
        """Another token of the same key would be refused as well."""
        return False

    def _token(self) -> str:
        now = int(self._now().timestamp())
        head = {"alg": "HS256", "typ": "JWT", "kid": self._id}
        claims = {"iat": now, "exp": now + LIFETIME, "aud": "/admin/"}
        signed = f"{_part(head)}.{_part(claims)}"
        signature = hmac.digest(self._secret, signed.encode(), "sha256")
        return f"{signed}.{_text(signature)}"


def _part(data: object) -> str:
    return _text(json.dumps(data, separators=(",", ":")).encode())


def _text(data: bytes) -> str:
    """RFC 7515 §2: without the padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()
