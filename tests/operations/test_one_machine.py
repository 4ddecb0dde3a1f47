"""The services of the README's one machine, and nginx in front of them."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import requests

from sync.watch.supervise import Limits
from tests.operations import nginx
from tests.operations.machine import HOME, HOST, Machine, block, blocks
from tests.ports import free_port
from tests.processes.running import until

WEB, WORKER = (
    block("One machine", f"Description=Accord, the {name}") for name in ("desk", "worker")
)


def unit(text: str) -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return parser


@contextmanager
def service(text: str, machine: Machine, log: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """What systemd starts, and stops: its main process alone is told to end."""
    of = unit(text)["Service"]
    assert (of["WorkingDirectory"], of["KillMode"]) == (HOME, "mixed")
    command = of["ExecStart"].replace(HOME, str(machine.folder)).replace(":8000", f":{port}")
    with log.open("wb") as file:
        process = subprocess.Popen(
            shlex.split(command),
            cwd=machine.folder,
            env=machine.environment,
            stdout=file,
            stderr=file,
        )
    try:
        yield process
        process.terminate()
        process.wait(float(of["TimeoutStopSec"]))
    finally:
        process.kill()
        process.wait()


@pytest.mark.partner("nginx")
def test_the_desk_and_the_worker_as_services_behind_nginx(
    machine: Callable[..., Machine], tmp_path: Path
) -> None:
    one, web, front = machine("one"), free_port(), free_port()
    (configuration,) = [text for kind, text in blocks("Behind a web server") if kind == "nginx"]
    with ExitStack() as stack:
        stack.enter_context(service(WEB, one, tmp_path / "web.log", web))
        worker_log = tmp_path / "worker.log"
        stack.enter_context(service(WORKER, one, worker_log, web))
        folder = tmp_path / "nginx"
        folder.mkdir()
        here = configuration.replace(":8000", f":{web}")
        stack.enter_context(nginx.running(here, folder, front))
        client = stack.enter_context(requests.Session())
        client.trust_env = False  # certificates of a machine that the tests run on come before ours
        client.verify, client.headers["Host"] = str(folder / "fullchain.pem"), HOST
        desk = f"https://127.0.0.1:{front}"
        until(lambda: answers(client, desk))
        page = client.get(f"{desk}/accounts/login/?code=secret", allow_redirects=False)
        # https on both sides of nginx: no circle of redirects, and cookies that stay encrypted.
        assert page.status_code == 200
        assert "Strict-Transport-Security" in page.headers
        assert client.cookies and all(cookie.secure for cookie in client.cookies)
        assert client.post(f"{desk}/hooks/secret/").status_code == 404
        style = re.search(r'href="(/static/[^"]+\.css)"', page.text)
        assert style
        assert client.get(desk + style[1]).status_code == 200
        until(lambda: "The worker is running" in worker_log.read_text())
    assert "The worker has stopped." in worker_log.read_text()
    log = (folder / "accord.log").read_text()
    assert '"GET /accounts/login/" 200' in log
    assert '"POST /hooks/..." 404' in log
    assert "secret" not in log + (tmp_path / "web.log").read_text()


def answers(client: requests.Session, url: str) -> bool:
    """Are both servers there?"""
    try:
        return client.get(url, timeout=10, allow_redirects=False).status_code != 502
    except requests.exceptions.SSLError:
        raise
    except requests.ConnectionError:
        return False


def test_a_stop_leaves_the_worker_and_the_web_the_time_they_take() -> None:
    """systemd kills what has not ended by then."""
    web, worker = (unit(text)["Service"] for text in (WEB, WORKER))
    graceful = re.search(r"--graceful-timeout (\d+)", web["ExecStart"])
    grace = re.search(r"--grace (\d+)", worker["ExecStart"])
    assert graceful and float(web["TimeoutStopSec"]) > float(graceful[1])
    assert grace and float(worker["TimeoutStopSec"]) > float(grace[1]) == Limits().grace


def test_an_upgrade_is_done_as_often_as_one_likes(installed: Machine) -> None:
    upgrade = block("Upgrade", "manage.py migrate")
    assert "No migrations to apply" in installed.run(upgrade)
