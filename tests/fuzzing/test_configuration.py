"""Configuration files, spoilt: every one is taken, or refused with the line of what is wrong."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path

import pytest
import yaml

from rules.configuration.loading import load
from rules.configuration.problems import ConfigurationError
from tests.fuzzing.conftest import Chances
from tests.fuzzing.lies import corpus
from tests.fuzzing.spoiling import spoilt, spoilt_text

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite_only, pytest.mark.usefixtures("var")]

FILE = """\
accounts:
  - {name: one, app: memory, credentials: {name: one}}
  - {name: two, app: memory, credentials: {name: two}}
connections:
  - name: pair
    a: {account: one}
    b: {account: two}
    direction: two-way
    winner: a
    avoid_duplicates: true
    never_blank: false
    sync_deletions: [b-to-a]
    sync_unsubscribes: []
    new_status: null
    region: BE
    interval: 5
    state: draft
    brakes: {marks: [5, 0.05], overwrites: [10, 0.2], changes: [50, 0.2], most: 2000}
    rules:
      - name: Clients
        from: a
        if:
          - {kind: tag, op: has, value: Client}
          - {kind: field, field: job_title, op: is, value: Boss}
          - {kind: field, field: birthday, op: within days, value: 30}
          - {kind: exists, op: not}
        then:
          - {kind: add tag, value: From one}
          - {kind: set field, field: notes, value: Met}
        undo: true
        both_ways: false
        on: true
    default_mapping: true
    mappings:
      - {a: job_title, arrow: "->", b: company}
      - {a: emails, arrow: "<->", b: emails, on: false}
"""
#: Seconds of this process for a large file; PyYAML takes a good part of it for itself.
_PATIENCE = 60


def file_holds(text: str) -> None:
    """As ``loadconfig --check`` has it. A place is a line of the file."""
    lines = text.count("\n") + text.count("\r") + text.count("\x85") + text.count("\u2028") + 2
    try:
        outcome = load(text, {}, check=True)
    except ConfigurationError as refused:
        assert refused.problems
        for problem in refused.problems:
            assert problem.text and 1 <= problem.place.line <= lines + text.count("\u2029")
        return
    assert all(isinstance(change, str) for change in outcome.changes)


def _spoilt(chance: random.Random) -> str:
    if chance.random() < 0.4:
        return spoilt_text(FILE, chance)
    data = spoilt(yaml.safe_load(FILE), chance)
    try:
        return yaml.safe_dump(data) if chance.random() < 0.6 else json.dumps(data)
    except (yaml.YAMLError, RecursionError):
        return json.dumps(data)


def test_files_spoilt_by_chance(chances: Chances) -> None:
    file_holds(FILE)
    for seed, chance in chances(40):
        text = _spoilt(chance)
        try:
            file_holds(text)
        except Exception as error:
            error.add_note(f"seed {seed}; for the corpus: {text!r}")
            raise


@pytest.mark.parametrize("file", corpus("configuration"), ids=lambda file: file.stem)
def test_files_of_the_corpus(file: Path) -> None:
    file_holds(file.read_text(encoding="utf-8"))


_LARGE = {
    "nested lists": "[" * 100_000,
    "nested tables": "{a: " * 20_000,
    "aliases": "a0: &a0 [x, x]\n"
    + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)),
    "unknown keys": "".join(f"k{n}: 1\n" for n in range(2_000)),
    "one long text": "accounts: " + "x" * 1_000_000,
    "accounts": "accounts:\n" + "  - {name: one, app: nothing}\n" * 1_000,
}


@pytest.mark.parametrize("what", _LARGE)
def test_large_files_take_their_time_and_no_more(what: str) -> None:
    begun = time.process_time()
    file_holds(_LARGE[what])
    assert time.process_time() - begun < _PATIENCE
