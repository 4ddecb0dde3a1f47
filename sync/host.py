"""The process that a run happens in, and how to tell that another is no more."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from django.utils import timezone

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Host:
    """The process that a run happens in: its clock, its name, and how it tells that another is
    no more."""

    now: Clock
    sleep: Callable[[float], None]
    owner: str
    is_dead: Callable[[str], bool]


def this_process() -> Host:
    return Host(timezone.now, time.sleep, f"{me()}#{uuid.uuid4().hex[:8]}", is_dead)


@cache
def _boot() -> str:
    """This start of the machine, and whose process ids are meant: containers on one machine may
    share its name, and each counts its own."""
    try:
        start = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
        return f"{start}-{os.readlink('/proc/self/ns/pid').strip('pid:[]')}"
    except OSError:
        return ""


def _started(pid: int) -> str:
    """When the process started, in clock ticks, so that a reused pid is told apart; "" where the
    system does not tell. Of one that ended and only waits to be buried it is "ended"."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "ended" if fields[0] == "Z" else fields[19]


def me() -> str:
    """This process, for others to see whether it still lives."""
    pid = os.getpid()
    return f"{socket.gethostname()}/{_boot()}/{pid}/{_started(pid)}"


def pid_here(owner: str) -> int | None:
    """The owner's process id, if it is one of this machine since its last start."""
    machine, found, process = owner.rpartition(f"{socket.gethostname()}/{_boot()}/")
    if machine or not found:
        return None
    return int(process.partition("#")[0].partition("/")[0])


def is_dead(owner: str) -> bool:
    """Certainly dead: a process of this machine that is no more. Of others nothing is known."""
    pid = pid_here(owner)
    if pid is None:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    started = owner.partition("#")[0].rpartition("/")[2]
    return bool(started) and _started(pid) not in ("", started)
