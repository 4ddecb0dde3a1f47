"""``python -m tests.benchmarks.town FILE PORT``: the stand-ins in a process of their own."""

from __future__ import annotations

import sys
from threading import Event

from connectors.sandbox.sandbox import Sandbox
from connectors.sandbox.server import serving


def main() -> None:
    _, file, port = sys.argv
    with serving(Sandbox(file), int(port)):
        Event().wait()


if __name__ == "__main__":
    main()
