"""Whatever the engine can store of a contact is told, with what to do about it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import sync
from sync.desk.places import ACCOUNTS, MAPPING, OPTIONS, REVIEW, RULES, TRASH
from sync.desk.remedies import State, causes, remedy_of

ROOT = Path(str(sync.__file__)).parent
#: Where a cause that is stored, or handed in, is read back.
READS = {"memory.cause", "row.cause", "cause"}


@cache
def calls() -> list[ast.Call]:
    """All of the code of this room."""
    trees = (ast.parse(file.read_text()) for file in ROOT.rglob("*.py"))
    return [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]


def test_every_cause_of_the_engine_is_told() -> None:
    """mypy lets nothing but a ``Cause`` be decided, so those that are made are all there are."""
    given = [x.args[0] for x in calls() if isinstance(x.func, ast.Name) and x.func.id == "Cause"]
    made = {x.value for x in given if isinstance(x, ast.Constant)}
    assert made - {""} == causes()
    assert {ast.unparse(x) for x in given if not isinstance(x, ast.Constant)} <= READS


def test_no_cause_is_written_as_a_mere_text() -> None:
    """Those of steps are: on whose account something was done."""
    written = {
        word.value.value
        for call in calls()
        for word in call.keywords
        if word.arg == "cause" and isinstance(word.value, ast.Constant)
    }
    assert written <= {"mapping", "rule", "person"}


@pytest.mark.parametrize("state", State)
def test_each_state_is_told_whatever_the_cause(state: str) -> None:
    for cause in ("", *causes(), "of an earlier version"):
        told = remedy_of(state, cause)
        assert told.label and told.means.endswith("."), cause
        assert told.remedy == "" or told.remedy.endswith("."), cause
        assert set(told.where) <= {ACCOUNTS, MAPPING, OPTIONS, REVIEW, RULES, TRASH}, cause
        if state in (State.FAILED, State.TO_REVIEW, State.DUPLICATE):
            assert told.remedy, "somebody has to do something"


def test_the_cause_makes_a_difference() -> None:
    labels = [remedy_of(State.EXCLUDED, cause).label for cause in ("no e-mail", "no rule", "empty")]
    assert len(set(labels)) == 3
    assert remedy_of(State.FAILED, "nonsense") == remedy_of(State.FAILED, "")
