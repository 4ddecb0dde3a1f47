"""The sandbox over real HTTP/1.1, on this machine only.

The standard library's WSGI server speaks HTTP/1.0 and always answers; here connections are kept
alive, as the apps do, and can end without an answer (``web.Cut``).
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Lock, Thread
from typing import Any
from urllib.parse import unquote_to_bytes

from connectors.sandbox.web import Cut

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, application: Application, port: int = 0) -> None:
        self._open: set[Any] = set()
        self._lock = Lock()
        super().__init__(("127.0.0.1", port), _Handler)
        self.application = application

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        """Connections that clients keep alive end too, or they would go on being served."""
        super().server_close()
        with self._lock:
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def serving(application: Application, port: int = 0) -> Iterator[Server]:
    """A server in a thread of its own; ``port`` 0 is any that is free."""
    server = Server(application, port)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    # Head and body of an answer go out at once: two small packets wait for each other (Nagle).
    wbufsize = -1
    disable_nagle_algorithm = True

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # every method, also those that the standard library ignores
            return self._serve
        raise AttributeError(name)

    def handle_expect_100(self) -> bool:
        """At once: the client waits for it with its body."""
        answered = super().handle_expect_100()
        self.wfile.flush()
        return answered

    def _serve(self) -> None:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            self.close_connection = True
            self.send_error(411)
            return
        path, _, query = self.path.partition("?")
        # Read whole, whoever answers: what is left over would be taken for the next request.
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
        }
        for name, value in self.headers.items():
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value

        def start_response(status: str, headers: list[tuple[str, str]]) -> None:
            self.send_response(int(status.split()[0]), status.partition(" ")[2])
            for name, value in headers:
                self.send_header(name, value)
            self.end_headers()

        try:
            pieces = self.server.application(environ, start_response)
        except Cut:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
            return
        if self.command != "HEAD":
            for piece in pieces:
                self.wfile.write(piece)

    def log_message(self, format: str, *arguments: Any) -> None:
        return None
