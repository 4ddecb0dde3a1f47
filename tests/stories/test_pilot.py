"""Semantics §2: a pilot is possible, on chosen contacts or on the first N, before everything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connections.models import Connection
from sync.models import Run
from tests.stories.bench import Bench, person

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench().placed() as placed:
        placed.load(state="draft")
        for name in ("Ann", "Bob", "Eve"):
            placed.a.add(person(name, f"{name}@x.org"))
        yield placed


def test_a_pilot_on_several_chosen_contacts(bench: Bench) -> None:
    bench.sync(approved=True, only=f"ann@x.org\na:{bench.id('a', 'Eve')}")
    assert bench.names("b") == ["Ann", "Eve"]
    assert bench.connection().state == Connection.State.DRAFT


def test_a_pilot_on_the_first_n_and_then_everybody(bench: Bench) -> None:
    bench.sync(approved=True, only="first 2")
    assert bench.names("b") == ["Ann", "Bob"]
    assert bench.connection().state == Connection.State.DRAFT
    bench.sync(approved=True)
    assert bench.names("b") == ["Ann", "Bob", "Eve"]
    assert bench.connection().state == Connection.State.ACTIVE
    assert bench.writes(bench.sync()) == 0


def test_a_pilot_names_the_key_that_nobody_has(bench: Bench) -> None:
    run = bench.sync(approved=True, only="ann@x.org\nnobody@x.org")
    assert run.state == Run.State.REFUSED
    assert run.why.startswith("Neither side has a contact 'nobody@x.org'.")
    assert bench.names("b") == []
