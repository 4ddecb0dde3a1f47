"""The sandbox over real HTTP/1.1, on this machine only.

The standard library's WSGI server speaks HTTP/1.0 and always answers; here connections are kept
alive, as the apps do, and can end without an answer (``web.Cut``).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote_to_bytes

from connectors.sandbox.web import Cut

Application = Callable[[dict[str, Any], Callable[..., Any]], Any]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, application: Application, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.application = application

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


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

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": self.command,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": self.headers.get("Content-Length", ""),
            "wsgi.url_scheme": "http",
            "wsgi.input": self.rfile,
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
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        for piece in pieces:
            self.wfile.write(piece)

    def log_message(self, format: str, *arguments: Any) -> None:
        return None
