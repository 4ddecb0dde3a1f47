from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier

from config.made_once import made_once


def test_made_once_keeps_what_it_made(tmp_path: Path) -> None:
    made = count(1)
    path = tmp_path / "key"
    assert [made_once(path, lambda: f"key {next(made)}") for _ in range(3)] == ["key 1"] * 3
    assert path.read_text() == "key 1"


def test_made_once_is_readable_by_the_owner_only(tmp_path: Path) -> None:
    made_once(tmp_path / "key", lambda: "secret")
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_made_once_agrees_when_many_come_first(tmp_path: Path) -> None:
    people = 8
    together = Barrier(people)
    made = count(1)

    def make() -> str:
        together.wait()  # everybody has found that there is no file yet
        return f"key {next(made)}"

    with ThreadPoolExecutor(people) as pool:
        keys = list(pool.map(lambda _: made_once(tmp_path / "key", make), range(people)))
    assert keys == [(tmp_path / "key").read_text()] * people
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
