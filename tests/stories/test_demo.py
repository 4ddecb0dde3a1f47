"""A first look, as the README has it: no setting, nothing prepared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest
from django.conf import settings

from sync.management.demo.books import CannotServe
from sync.management.demo.show import show

#: What a new user's shell holds, of all that the tests have set.
OURS = ("VAR_DIR", "ENV_FILE", "DEBUG", "SECRET_KEY", "CREDENTIALS_KEYS", "DATABASE_URL")


def demo(var: Path) -> str:
    bare = {name: value for name, value in os.environ.items() if name not in OURS}
    answer = subprocess.run(
        [sys.executable, "manage.py", "demo", "--once"],
        cwd=settings.BASE_DIR,
        env={**bare, "VAR_DIR": str(var)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def test_the_demo_syncs_at_once_and_goes_on_the_next_time(tmp_path: Path) -> None:
    first = demo(tmp_path)
    names = ["crm-phonebook", "newsletter-crm", "crm-clients"]
    assert re.findall(r"([\w-]+): done", first) == names * 2
    assert re.search(r"\d+ linked, \d+ conflicts", first)
    table = [line.split() for line in first.split("Since the beginning:")[1].splitlines()]
    told = {row[0]: list(map(int, row[1:])) for row in table if row and row[0] in names}
    assert told["crm-phonebook"][:3] == [53, 44, 30]
    assert all(row[5] == 0 for row in told.values())
    second = demo(tmp_path)
    assert "Everything is there from last time." in second
    assert re.findall(r"(\d+) created, (\d+) updated", second) == [("0", "0")] * 6
    assert "1 deleted opposite" in second


def test_the_demo_refuses_where_work_is_done_for_real() -> None:
    assert not settings.DEBUG
    with pytest.raises(CannotServe, match="needs DEBUG=on"):
        show(print, port=8000, once=True, stop=Event())
