"""A relay that stands before a real server and counts requests and bytes.

Of a connection it tells requests and answers apart by turns: clients here wait for an answer
before they send the next request.

    python -m tests.benchmarks.relay --port 5234 --to 5232
"""

from __future__ import annotations

import argparse
import asyncio
import re

from tests.benchmarks import meter
from tests.benchmarks.meter import Meter

_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.I)


class Relay:
    def __init__(self, to: int) -> None:
        self.to = to
        self.meter = Meter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream: asyncio.StreamWriter | None = None
        back: asyncio.Task[None] | None = None
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, path, _ = head.split(b" ", 2)
                if path.decode() == meter.PATH:
                    figures = self.meter.take()
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(figures))
                    writer.write(figures)
                    continue
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                self.meter.methods[method.decode()] += 1
                self.meter.add(len(head), len(body))
                if upstream is None:
                    source, upstream = await asyncio.open_connection("127.0.0.1", self.to)
                    back = asyncio.create_task(self._answers(source, writer))
                upstream.write(head + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            if upstream:
                upstream.close()
            if back:
                await back
            writer.close()

    async def _answers(self, source: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on what the server says, until it or the client hangs up."""
        try:
            while piece := await source.read(2**18):
                head = piece.find(b"\r\n\r\n") + 4 if piece.startswith(b"HTTP/1.") else 0
                self.meter.add(head, len(piece) - head)
                writer.write(piece)
        except ConnectionError:
            pass
        writer.close()


async def run(port: int, to: int) -> None:
    server = await asyncio.start_server(Relay(to).serve, "127.0.0.1", port, limit=2**26)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--to", type=int, required=True, help="the port of the server")
    given = parser.parse_args()
    asyncio.run(run(given.port, given.to))
