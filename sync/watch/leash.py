"""Holds the queue's processes on a leash, whose other end the supervisor has.

Run as a program, ``leash.py SECONDS COMMAND …``: starts the command in a process group of its
own. When standard input ends (the supervisor lets go, or is no more, however it died) the
command is asked to stop, and after so many seconds whatever is left of the group is killed.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO


class Leash:
    """The supervisor's end. ``group`` is the process group of all that was started."""

    def __init__(
        self,
        command: Sequence[str],
        grace: float,
        cwd: str,
        output: IO[bytes] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._grace = grace
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(grace), *command],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env=environment,
            start_new_session=True,
        )
        self.group = self._process.pid

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def let_go(self) -> None:
        """Ask everything to stop; returns when nothing is left."""
        if self._process.stdin:
            self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(self._grace + 5)
        self.kill()

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.group, signal.SIGKILL)
        self._process.wait()


def hold(grace: float, command: Sequence[str]) -> None:
    # Not "ignored": that would be inherited by the command.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    while child.poll() is None:
        if select.select([sys.stdin], [], [], 0.5)[0] and not os.read(sys.stdin.fileno(), 1):
            child.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(grace)
            break
    # Workers outlive a main process that was killed. This ends them, and us.
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    hold(float(sys.argv[1]), sys.argv[2:])
