"""A strict OpenID provider over HTTP: OpenID Connect Core 1.0 and Discovery 1.0, with PKCE
(RFC 7636). It shares no code with what it judges."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "accord", "of the client"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class OpenIdProvider:
    """``claims`` are those of the person who is signed in there. ``asked`` lists the paths of
    requests; ``refused`` what was wrong with a request, which tests expect to be empty."""

    def __init__(self) -> None:
        self.claims: dict[str, Any] = {}
        self.asked: list[str] = []
        self.refused: list[str] = []
        #: Answers in place of the usual: path -> (status, headers, body).
        self.faults: dict[str, tuple[int, dict[str, str], bytes]] = {}
        #: What the ID token and the configuration say otherwise.
        self.id_token: dict[str, Any] = {}
        self.configuration: dict[str, Any] = {}
        self._codes: dict[str, dict[str, str]] = {}
        self.tokens: set[str] = set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/realm"

    def __enter__(self) -> OpenIdProvider:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def authorize(self, url: str, redirect_uri: str) -> str:
        """What a browser does that is sent to ``url``, and where it is sent back to."""
        asked = dict(parse_qsl(urlsplit(url).query))
        expected = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": redirect_uri,
            "code_challenge_method": "S256",
        }
        assert asked.items() >= expected.items()
        assert {"openid", "email"} <= set(asked["scope"].split())
        assert len(asked["state"]) >= 16
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        return f"{redirect_uri}?{urlencode({'code': code, 'state': asked['state']})}"

    def answer(self, path: str, form: dict[str, str], bearer: str) -> tuple[int, Any]:
        known: dict[str, Callable[[], tuple[int, Any]]] = {
            "/realm/.well-known/openid-configuration": lambda: (200, self._configuration()),
            "/realm/keys": lambda: (200, {"keys": [_jwk()]}),
            "/realm/token": lambda: self._token(form),
            "/realm/userinfo": lambda: self._userinfo(bearer),
        }
        return known[path]() if path in known else (404, {"error": "not_found"})

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **self.configuration,
        }

    def _token(self, form: dict[str, str]) -> tuple[int, Any]:
        asked = self._codes.pop(form.get("code", ""), None)
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return self._refuse("invalid_client")
        verifier = form.get("code_verifier", "")
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        if (
            form.get("grant_type") != "authorization_code"
            or asked is None
            or form.get("redirect_uri") != asked["redirect_uri"]
            or not 43 <= len(verifier) <= 128
            or challenge.rstrip(b"=").decode() != asked["code_challenge"]
        ):
            return self._refuse("invalid_grant")
        token = secrets.token_urlsafe()
        self.tokens.add(token)
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300}
        claims |= {"sub": self.claims["sub"], **self.id_token}
        signed = jwt.encode(claims, KEY, algorithm="RS256", headers={"kid": "one"})
        answer = {"access_token": token, "token_type": "Bearer", "id_token": signed}
        return 200, {name: value for name, value in answer.items() if value}

    def _userinfo(self, bearer: str) -> tuple[int, Any]:
        return (200, self.claims) if bearer in self.tokens else self._refuse("invalid_token")

    def _refuse(self, why: str) -> tuple[int, Any]:
        self.refused.append(why)
        return 400, {"error": why}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                provider.asked.append(path)
                length = int(self.headers.get("Content-Length", 0))
                sent = parse_qs(self.rfile.read(length).decode())
                form = {name: values[0] for name, values in sent.items()}
                if path in provider.faults:
                    status, headers, body = provider.faults[path]
                else:
                    bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
                    status, answer = provider.answer(path, form, bearer)
                    headers = {"Content-Type": "application/json"}
                    body = json.dumps(answer).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        return Handler


def _jwk() -> dict[str, Any]:
    key: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
    return {**key, "kid": "one", "use": "sig", "alg": "RS256"}
