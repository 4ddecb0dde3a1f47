"""The README says what is true."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.utils import timezone

from connectors import registry
from connectors.memory import store
from connectors.memory.app import MemoryApp, Quirks
from rules.configuration.loading import load

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
FENCED = re.findall(r"^```(\w*)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_ci_runs_the_test_command_of_the_readme() -> None:
    (command,) = [text.strip() for _, text in FENCED if text.endswith("-m pytest\n")]
    assert f"{command} --partners-required" in (ROOT / ".ci" / "run").read_text()


def test_every_setting_of_the_readme_is_read_and_every_one_read_is_there() -> None:
    settings = (ROOT / "config" / "settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    read |= {setting.name for setting in registry.settings()}
    table = README.split("## Settings")[1].split("## Commands")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == read


def test_every_command_of_the_readme_exists_and_has_help() -> None:
    table = README.split("## Commands")[1].split("## What exactly")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {text.split()[0] for row in rows for text in re.findall(r"`([^`]+)`", row)}
    ours = {name for name, app in get_commands().items() if app in ("connections", "rules", "sync")}
    assert named == ours
    for name in named:
        assert load_command_class(get_commands()[name], name).help


def test_every_manage_line_of_the_readme_names_a_command() -> None:
    lines = [line for _, text in FENCED for line in text.splitlines()]
    calls = [shlex.split(line) for line in lines if line.startswith(".venv/bin/python manage.py")]
    assert {call[2] for call in calls} <= set(get_commands())


def test_every_picture_of_the_readme_is_there_and_every_one_there_is_in_the_readme() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    shown += re.findall(r'<img src="([^"]+)"[^>]* alt="[^"]+">', README)
    pictures = ROOT / "tests" / "browser" / "pictures"
    kept = {picture.relative_to(ROOT).as_posix() for picture in pictures.iterdir()}
    assert sorted(shown) == sorted(kept)
    assert sum((ROOT / name).stat().st_size for name in kept) < 1_500_000


@pytest.fixture
def placed() -> Iterator[None]:
    """Apps that can do what an address book can."""
    quirks = Quirks(segments=frozenset({"category"}))
    store.placed.update({name: MemoryApp(timezone.now, quirks) for name in ("one", "two")})
    yield
    store.placed.clear()


@pytest.mark.parametrize("text", [text for kind, text in FENCED if kind == "yaml"])
def test_the_configuration_files_of_the_readme_are_valid(db: None, placed: None, text: str) -> None:
    """With memory apps in place of address book servers that do not exist."""
    text = re.sub(r"app: carddav", "app: memory", text)
    text = re.sub(r"credentials: \{url.*", "credentials: {name: NAME}", text)
    text = re.sub(r"credentials:\n(      .*\n)+", "credentials: {name: NAME}\n", text)
    for name in ("one", "two"):
        text = text.replace("NAME}", f"{name}}}", 1)
    if "name: work" not in text:
        text = text.replace(
            "connections:", "  - {name: work, app: memory, credentials: {name: two}}\nconnections:"
        )
    assert load(text, {}).changes != ()
    assert load(text, {}).changes == ()
