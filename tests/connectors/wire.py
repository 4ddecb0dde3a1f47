"""A stand-in without a network: its WSGI application as what carries a session's requests."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from urllib3 import HTTPResponse
from urllib3.exceptions import ProtocolError

from connectors.sandbox.web import Cut

#: Where the application is said to be.
ORIGIN = "http://sandbox.example:80"


class Wired:
    """For ``World.wires``: ``{ORIGIN: Wired(sandbox)}``."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self._application = application

    def urlopen(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **options: Any,
    ) -> HTTPResponse:
        path, _, query = url.partition("?")
        given = {"Host": "sandbox.example", **(headers or {})}
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": given.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body or b"")),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body or b""),
        }
        for name, value in given.items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
        started: list[Any] = []
        try:
            pieces = self._application(environ, lambda *given: started.append(given))
        except Cut:
            raise ProtocolError("Connection aborted.") from None
        status, answered = started[0]
        return HTTPResponse(
            io.BytesIO(b"".join(pieces)), dict(answered), int(status.split()[0]),
            preload_content=False,
        )  # fmt: skip
