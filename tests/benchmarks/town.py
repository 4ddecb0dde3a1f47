"""``python -m tests.benchmarks.town FILE PORT SLOW``: the stand-ins in a process of their own, and
their clock slow by so many seconds."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from threading import Event

from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving


def main() -> None:
    _, file, port, slow = sys.argv
    behind = timedelta(seconds=float(slow))
    with serving(Sandbox(file, now=lambda: datetime.now(UTC) - behind), int(port)):
        Event().wait()


if __name__ == "__main__":
    main()
