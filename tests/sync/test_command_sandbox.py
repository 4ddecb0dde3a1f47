"""The stand-ins of the apps by themselves, as a developer starts them."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from django.conf import settings
from django.core.management import CommandError, call_command


@contextmanager
def started(var: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The process and what it has printed until it served."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "sandbox", *arguments],
        cwd=settings.BASE_DIR,
        env={**os.environ, "VAR_DIR": str(var), "PUBLIC_URL": "https://accord.example"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    printed = ""
    for line in process.stdout:
        printed += line
        if "Ctrl-C stops them" in line:
            break
    try:
        yield process, printed
    finally:
        process.kill()
        process.wait(10)
        process.stdout.close()


def lines_for_env(printed: str) -> Mapping[str, str]:
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", printed, re.M))


def test_they_serve_until_they_are_stopped_and_remember(tmp_path: Path) -> None:
    with started(tmp_path, "--port", "0") as (process, printed):
        [home] = re.findall(r"are at (http://127\.0\.0\.1:\d+)/", printed)
        front = requests.get(f"{home}/", timeout=10)
        assert front.status_code == 200
        for app in ("contactually", "ghost", "google", "mailchimp"):
            assert f'href="/{app}/"' in front.text
            assert requests.get(f"{home}/{app}/", timeout=10).status_code == 200
        env = lines_for_env(printed)
        assert env["GOOGLE_API_URL"] == f"{home}/google"
        tokens = re.findall(r"token of \S+: (\S+)", printed)
        me = requests.get(
            f"{env['CONTACTUALLY_API_URL']}/me",
            headers={"Authorization": f"Bearer {tokens[0]}"},
            timeout=10,
        )
        assert me.json()["data"]["email"] == "robin@harbour-homes.example"
        consent = requests.get(
            env["GOOGLE_AUTH_URL"],
            {
                "client_id": env["GOOGLE_CLIENT_ID"],
                "redirect_uri": "https://accord.example/back/",
                "response_type": "code",
                "scope": "email",
            },
            timeout=10,
        )
        assert "Robin Peeters" in consent.text
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stdout
        assert process.stdout.read() == "The stand-ins have stopped.\n"
    with started(tmp_path, "--port", "0") as (process, printed):
        assert re.findall(r"token of \S+: (\S+)", printed) == tokens
        [home] = re.findall(r"are at (http://127\.0\.0\.1:\d+)/", printed)
        assert requests.get(f"{home}/", timeout=10).text.count("robin@") == 4


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with started(tmp_path, "--port", str(port)) as (process, printed):
            assert process.wait(20) == 1
        assert printed == (
            f"CommandError: Port {port} is in use. Choose another: sandbox --port {port + 1}\n"
        )


def test_they_are_refused_where_work_is_done_for_real() -> None:
    assert not settings.DEBUG
    with pytest.raises(CommandError, match="They need DEBUG=on"):
        call_command("sandbox")
