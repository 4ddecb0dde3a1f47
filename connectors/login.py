"""A user name and password at a server: Basic (RFC 7617) and Digest (RFC 7616).

One object serves all threads of a session: the challenge met by one of them is used by all,
and ahead of the next requests, so that in steady state a request costs one round trip.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from base64 import b64encode
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

_SCHEME = re.compile(r"(?:^|,\s*)(Basic|Digest|Bearer|Negotiate|NTLM)\b", re.I)
_PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))')
_ALGORITHMS = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
_LOOPBACK = re.compile(r"localhost|127(\.\d+){3}|::1")


class Authorisation(Protocol):
    """What a session shows to the server of its account."""

    #: What the server refuses when it answers 401, in words.
    refused: str

    def header(self, method: str, url: str) -> str:
        """The Authorization header for a request; "" to send none."""

    def challenged(self, challenges: str, used: str) -> bool:
        """Take in a 401's WWW-Authenticate; is the request worth sending again?

        ``used`` is the Authorization header that was refused.
        """


class Login:
    """``url`` is where the account lives: only its origin is ever shown the password.

    Basic is sent unasked over TLS and to this machine itself. Over plain HTTP elsewhere the
    server's challenge is awaited, since a server that does Digest is never to see, nor let
    others hear, the password in the clear.
    """

    refused = "the user name or the password"

    def __init__(self, url: str, username: str, password: str) -> None:
        self._username = username
        self._password = password
        parts = urlsplit(url)
        unasked = parts.scheme == "https" or _LOOPBACK.fullmatch(parts.hostname or "")
        self._basic = bool(username and unasked)
        self._challenge: Mapping[str, str] = {}
        self._uses = 0
        self._lock = threading.Lock()

    def header(self, method: str, url: str) -> str:
        with self._lock:
            challenge = self._challenge
            self._uses += 1
            uses = self._uses
        if challenge:
            return self._digest(challenge, uses, method, url)
        if self._basic:
            return f"Basic {_base64(f'{self._username}:{self._password}')}"
        return ""

    def challenged(self, challenges: str, used: str) -> bool:
        if not self._username:
            return False
        offers = _offers(challenges)
        digest = offers.get("digest", {})
        if _is_known(digest):
            return self._digest_challenged(digest, used)
        if "basic" in offers and not used.startswith("Basic"):
            with self._lock:
                self._basic, self._challenge = True, {}
            return True
        return False

    def _digest_challenged(self, digest: Mapping[str, str], used: str) -> bool:
        with self._lock:
            refused = f'nonce="{self._challenge.get("nonce")}"' in used
            stale = digest.get("stale", "").lower() == "true"
            if refused and not stale:
                return False
            if refused or not self._challenge:
                self._challenge, self._uses = digest, 0
            # Otherwise another thread has met the newer challenge already.
            return True

    def _digest(self, challenge: Mapping[str, str], uses: int, method: str, url: str) -> str:
        name = challenge.get("algorithm", "MD5")
        base = name.upper().removesuffix("-SESS")
        realm, nonce = challenge.get("realm", ""), challenge.get("nonce", "")
        parts = urlsplit(url)
        uri = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"

        def hashed(text: str) -> str:
            return hashlib.new(_ALGORITHMS[base], text.encode()).hexdigest()

        count, own = f"{uses:08x}", secrets.token_hex(8)
        secret = hashed(f"{self._username}:{realm}:{self._password}")
        if name.upper().endswith("-SESS"):
            secret = hashed(f"{secret}:{nonce}:{own}")
        request = hashed(f"{method}:{uri}")
        fields = {
            "username": _quoted(self._username),
            "realm": _quoted(realm),
            "nonce": _quoted(nonce),
            "uri": _quoted(uri),
        }
        if "qop" in challenge:
            response = hashed(f"{secret}:{nonce}:{count}:{own}:auth:{request}")
            fields |= {"qop": "auth", "nc": count, "cnonce": _quoted(own)}
        else:
            response = hashed(f"{secret}:{nonce}:{request}")
        fields["response"] = _quoted(response)
        fields |= {"algorithm": name} if "algorithm" in challenge else {}
        fields |= {"opaque": _quoted(challenge["opaque"])} if "opaque" in challenge else {}
        return "Digest " + ", ".join(f"{key}={value}" for key, value in fields.items())


def _offers(challenges: str) -> dict[str, dict[str, str]]:
    pieces = _SCHEME.split(challenges)
    return {
        scheme.lower(): {
            name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else plain
            for name, quoted, plain in _PARAMETER.findall(parameters)
        }
        for scheme, parameters in zip(pieces[1::2], pieces[2::2], strict=True)
    }


def _is_known(digest: Mapping[str, str]) -> bool:
    algorithm = digest.get("algorithm", "MD5").upper().removesuffix("-SESS")
    qops = [qop.strip() for qop in digest.get("qop", "auth").split(",")]
    return "nonce" in digest and algorithm in _ALGORITHMS and "auth" in qops


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()
