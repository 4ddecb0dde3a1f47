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
    assert re.findall(r"([\w-]+): done", first) == ["phone-team", "crm-customers"] * 2
    assert re.search(r"\d+ linked, \d+ conflicts", first)
    second = demo(tmp_path)
    assert "Everything is there from last time." in second
    assert re.findall(r"(\d+) created, (\d+) updated", second) == [("0", "0")] * 4


def test_the_demo_refuses_where_work_is_done_for_real() -> None:
    assert not settings.DEBUG
    with pytest.raises(CannotServe, match="needs DEBUG=on"):
        show(print, port=8000, once=True, stop=Event())
