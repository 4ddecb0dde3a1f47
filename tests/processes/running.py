"""Processes of the product that a test starts, looks at and kills."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

import requests
from django.contrib.auth.models import User
from django.test import Client

from sync.models import Heartbeat
from tests.connectors.carddav.scripted import Request, Response, ScriptedServer

ROOT = Path(__file__).parent.parent.parent
#: Limits of the worker that are short enough for a test.
QUICK = ("--look", "0.3", "--beat", "1", "--silence", "15", "--grace", "10")
#: Settings with a queue whose limits are short as well.
SHORT = "tests.processes.settings"
#: Seconds after which a test takes what it waits for as not coming: far more than anything takes.
LONG = 90


def until(what: Callable[[], object], seconds: float = LONG) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


class Program:
    """A process, and what it says. What it says comes by a pipe: a process whose files may not
    grow can still tell."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        with self._log.open("wb", buffering=0) as file, self.process.stdout as pipe:
            shutil.copyfileobj(pipe, file, 1)

    @property
    def pid(self) -> int:
        return self.process.pid

    def said(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """As Ctrl-C and systemd do; the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(LONG)

    def end(self) -> None:
        """After a test: it, and the group that it leads."""
        if self.process.poll() is None:
            self.process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(30)
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def gunicorn(port: int) -> list[str]:
    """The web server, as in production but for its address."""
    program = Path(sys.executable).with_name("gunicorn")
    return [str(program), "--threads", "4", "--bind", f"127.0.0.1:{port}", "config.wsgi"]


class Browser:
    """Somebody who is signed in; ``url`` is that of the web server."""

    def __init__(self, url: str) -> None:
        client = Client()
        client.force_login(User.objects.create_superuser("boss"))
        self._session = requests.Session()
        self._session.cookies.update({name: x.value for name, x in client.cookies.items()})
        self._url = url

    def get(self, path: str) -> int:
        """The status; 0 when nobody answers."""
        try:
            return self._session.get(self._url + path, timeout=60).status_code
        except requests.ConnectionError:
            return 0

    def post(self, path: str, **fields: str) -> int:
        token = {"csrfmiddlewaretoken": self._session.cookies.get("csrftoken") or ""}
        try:
            answer = self._session.post(
                self._url + path, {**token, **fields}, timeout=60, allow_redirects=False
            )
            return answer.status_code
        except requests.ConnectionError:
            return 0


def processes(group: int) -> dict[int, int]:
    """Living processes of a process group, each with its parent."""
    found: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found[int(stat.parent.name)] = int(fields[1])
    return found


def children(parent: int, group: int) -> list[int]:
    """In the order in which they were started."""
    return sorted(pid for pid, its in processes(group).items() if its == parent)


class Family:
    """leash > cluster > sentinel > two workers, the monitor, the pusher. Of the group at work, once
    it is whole: where the machine is busy, the one before may have been taken for dead."""

    def __init__(self) -> None:
        until(lambda: len(processes(group_at_work())) == 7)
        self.leash = group = group_at_work()
        [self.cluster] = children(group, group)
        [self.sentinel] = children(self.cluster, group)
        self.rest = children(self.sentinel, group)


def group_at_work() -> int:
    """The process group that last gave a heartbeat."""
    until(Heartbeat.objects.exists)
    return int(Heartbeat.objects.latest("at").name.rpartition("/")[2])


class Halt:
    """A request that a server does not answer until the test says so, for ``plan``."""

    def __init__(self) -> None:
        self._reached, self._goes_on = Event(), Event()

    def __call__(self, server: ScriptedServer, request: Request) -> Response:
        self._reached.set()
        self._goes_on.wait(2 * LONG)
        return server.serve(request)

    def reached(self) -> None:
        assert self._reached.wait(LONG), "nothing was asked for"

    def go_on(self) -> None:
        self._goes_on.set()
