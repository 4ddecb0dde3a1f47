"""A gate before a real server: it counts what passes, and makes happen what does not happen by
itself. Its faults and its log are those of the scripted server."""

from __future__ import annotations

from http.client import HTTPConnection

from tests.connectors.carddav.scripted import Request, Response, ScriptedServer
from tests.connectors.carddav.servers import Server

_PASSED_ON = ("etag", "location", "content-type", "content-encoding", "www-authenticate")


class Gate(ScriptedServer):
    def __init__(self, server: Server) -> None:
        super().__init__()
        self._server = server

    def url_of(self, url: str) -> str:
        """The same place at the server, through the gate."""
        return url.replace(self._server.url, self.url)

    def serve(self, request: Request) -> Response:
        connection = HTTPConnection("127.0.0.1", self._server.port, timeout=60)
        try:
            headers = {**request.headers, "Connection": "close"}
            connection.request(request.method, request.path, request.body, headers)
            answer = connection.getresponse()
            kept = {name: text for name, text in answer.getheaders() if name.lower() in _PASSED_ON}
            return Response(answer.status, kept, answer.read())
        finally:
            connection.close()
