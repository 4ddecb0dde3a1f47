"""A first look, as the README has it: no setting, nothing prepared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
import requests
from django.conf import settings

from sync.management.demo.show import show
from sync.management.serving import CannotServe
from tests.connectors.sandbox.test_contactually_page import Forms
from tests.ports import free_port

#: What a new user's shell holds, of all that the tests have set.
OURS = ("VAR_DIR", "ENV_FILE", "DEBUG", "SECRET_KEY", "CREDENTIALS_KEYS", "DATABASE_URL")


def manage(*arguments: str, **environment: str) -> str:
    """What the command prints in a new user's shell, where nothing is set but this."""
    bare = {name: value for name, value in os.environ.items() if name not in OURS}
    answer = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={**bare, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def demo(var: Path) -> str:
    return manage("demo", "--once", VAR_DIR=str(var))


@contextmanager
def served(var: Path) -> Iterator[tuple[str, str]]:
    """The demo as it goes on: where its apps are, and what it has printed."""
    port = free_port(2)
    bare = {name: value for name, value in os.environ.items() if name not in OURS}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=settings.BASE_DIR,
        env={**bare, "VAR_DIR": str(var)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    printed = ""
    try:
        while "Ctrl-C ends the demo." not in printed:
            line = process.stdout.readline()
            assert line, printed
            printed += line
        yield f"http://127.0.0.1:{port + 1}", printed
    finally:
        process.terminate()
        process.communicate(timeout=90)


def test_the_demo_syncs_at_once_and_goes_on_the_next_time(tmp_path: Path) -> None:
    first = demo(tmp_path)
    names = ["crm-phonebook", "newsletter-crm", "crm-clients"]
    assert re.findall(r"([\w-]+): done", first) == names * 2
    assert re.search(r"\d+ linked, \d+ conflicts", first)
    table = [line.split() for line in first.split("Since the beginning:")[1].splitlines()]
    told = {row[0]: list(map(int, row[1:])) for row in table if row and row[0] in names}
    assert told["crm-phonebook"][:3] == [53, 44, 30]
    assert all(row[5] == 0 for row in told.values())
    with served(tmp_path) as (apps, second):
        assert "Everything is there from last time." in second
        assert re.findall(r"(\d+) created, (\d+) updated", second) == [("0", "0")] * 6
        assert "1 deleted opposite" in second
        a_phone_number_goes_from_page_to_page(apps, tmp_path)


def a_phone_number_goes_from_page_to_page(apps: str, var: Path) -> None:
    """As the README has it: changed on Contactually's page, synced, seen on Google's."""
    place = f"{apps}/contactually/people/contact_2"
    form = Forms(requests.get(place, timeout=10).text).to("/people/contact_2")
    form["phone_numbers.0.number"] = ["+32 471 98 76 54"]
    requests.post(place, data=form, timeout=10).raise_for_status()
    told = manage("sync", "crm-phonebook", ENV_FILE=str(var / "environment"))
    assert "crm-phonebook: done." in told
    (address,) = form["email_addresses.0.address"]
    found = requests.get(f"{apps}/google/", params={"q": address}, timeout=10).text
    (person,) = set(re.findall(r"/google/(people/c\d+)", found))
    assert "+32 471 98 76 54" in requests.get(f"{apps}/google/{person}", timeout=10).text


def test_the_demo_refuses_where_work_is_done_for_real() -> None:
    assert not settings.DEBUG
    with pytest.raises(CannotServe, match="needs DEBUG=on"):
        show(print, port=8000, once=True, stop=Event())
