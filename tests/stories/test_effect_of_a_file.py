"""``loadconfig --check`` shows what a changed file would do to contacts, from the mirror: the
next run then does just that."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from connectors.fields import Field
from sync.effect import EXAMPLES, Effect, effect_of
from sync.models import Run, Step, SyncRecord
from tests.stories.bench import TAGS, Bench, Quirks, add, has, person, rule
from tests.stories.drawn import APP, SEGMENT, Drawn

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

WITH_FIELD = Quirks(segments=frozenset({"tag"}), custom=(Field(SEGMENT, "Segment"),))


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=TAGS, b=WITH_FIELD).placed() as placed:
        yield placed


def clients(condition: str, put: str) -> dict[str, object]:
    return rule("Clients", "a", [has(condition)], [add(put)], undo=True)


def people(bench: Bench, number: int, *tags: str) -> None:
    first = len(bench.a.contacts())
    for n in range(first, first + number):
        bench.a.add(person(f"P{n}", f"p{n}@x.org", tags=list(tags)))


def effect(bench: Bench, **options: Any) -> Effect:
    outcome = bench.load(check=True, **options)
    [(connection, setup)] = outcome.setups
    return effect_of(connection, setup, bench.now())


def counts(effect: Effect) -> dict[str, int]:
    return {kind: counted.number for kind, counted in effect.counts.items() if counted.number}


def test_another_condition_shows_who_leaves_and_who_enters(bench: Bench) -> None:
    bench.load(rules=[clients("Client", "From CRM")])
    people(bench, 4, "Client")
    people(bench, 2, "VIP")
    bench.sync()
    requests = [app.requests for app in bench.apps.values()]
    rows = [SyncRecord.objects.count(), Step.objects.count(), Run.objects.count()]
    outcome = bench.load(check=True, rules=[clients("VIP", "From CRM")])
    [(connection, setup)] = outcome.setups
    asked = [app.requests for app in bench.apps.values()]
    shown = effect_of(connection, setup, bench.now())
    assert [app.requests for app in bench.apps.values()] == asked >= requests
    assert [SyncRecord.objects.count(), Step.objects.count(), Run.objects.count()] == rows
    assert counts(shown) == {
        "enter": 2, "leave": 4, "create b": 2, "update b": 4, "act": 2, "revert": 4,
    }  # fmt: skip
    assert shown.counts["leave"].names == ["P0", "P1", "P2"][:EXAMPLES]


def test_the_next_run_would_be_held(bench: Bench) -> None:
    bench.load(rules=[rule("All", "a"), clients("Client", "From CRM")])
    people(bench, 60, "Client")
    bench.sync(approved=True)
    shown = effect(bench, rules=[rule("All", "a"), clients("Client", "Other")])
    assert shown.held[-1] == "It would create or change 60 contacts of 60 pairs."
    bench.load()
    run = bench.sync()
    assert run.state == Run.State.HELD
    assert all(reason in run.why for reason in shown.held)


def test_a_line_switched_on_again_shows_what_it_does_first(bench: Bench) -> None:
    off = [{"a": "notes", "arrow": "<->", "b": "notes", "on": False}]
    on = [{"a": "notes", "arrow": "<->", "b": "notes"}]
    bench.load(default_mapping=True)
    bench.a.add(person("Ann", "ann@x.org", notes="Old"))
    bench.a.add(person("Bob", "bob@x.org", notes="Old"))
    bench.sync()
    bench.load(mappings=off)
    bench.sync()
    bench.edit("a", "Ann", notes="New")
    bench.sync()
    shown = effect(bench, mappings=on)
    assert counts(shown) == {"update b": 1}
    assert shown.counts["update b"].names == ["Ann"]


def test_a_widened_direction_starts_as_a_first_match(bench: Bench) -> None:
    bench.load(direction="a-to-b", winner="b")
    bench.a.add(person("Ann", "ann@x.org", company="ACME"))
    bench.sync()
    bench.edit("b", "Ann", company="Globex")
    bench.sync()
    shown = effect(bench, direction="two-way")
    assert counts(shown) == {"update a": 1, "conflict": 1}


def test_what_changes_nothing_says_so(bench: Bench, tmp_path: Path) -> None:
    bench.load()
    people(bench, 3)
    bench.sync()
    said = check(bench, tmp_path, avoid_duplicates=False)
    assert "pair: no contact would be changed by the next run, as last read." in said


def test_a_connection_that_never_ran_is_to_be_previewed(bench: Bench, tmp_path: Path) -> None:
    bench.load()
    said = check(bench, tmp_path, winner="b")
    assert "pair has not run yet" in said
    assert "sync pair --preview" in said


def test_the_command_tells_it_in_sentences(bench: Bench, tmp_path: Path) -> None:
    bench.load(rules=[clients("Client", "From CRM")])
    people(bench, 4, "Client")
    bench.sync()
    said = check(bench, tmp_path, rules=[clients("VIP", "From CRM")])
    assert said.splitlines()[-4:] == [
        "  4 contacts would be left out from now on: P0, P1, P2 and 1 more",
        "  4 contacts would be changed in B: P0, P1, P2 and 1 more",
        "  4 contacts would lose what a rule put on: P0, P1, P2 and 1 more",
        "That is what would change. Nothing was stored.",
    ]


def check(bench: Bench, folder: Path, **options: Any) -> str:
    document = {"connections": [{"name": "pair", **options}]}
    path = folder / "accord.yaml"
    path.write_text(yaml.safe_dump(document))
    out = StringIO()
    call_command("loadconfig", str(path), "--check", stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.parametrize("seed", range(12))
def test_the_effect_is_what_the_next_run_does(db: None, seed: int) -> None:
    print(f"seed {seed}")
    with Bench(a=APP, b=APP).placed() as bench:
        drawn = Drawn(bench, Random(seed), sharing=True)
        drawn.load()
        drawn.people(8)
        bench.sync()
        bench.sync()
        [(connection, setup)] = drawn.load(check=True).setups
        shown = effect_of(connection, setup, bench.now())
        bench.load()
        run = bench.sync()
        steps = Step.objects.filter(run=run)
        for verb in ("act", "revert", "mark", "link"):
            number = len(set(steps.filter(verb=verb).values_list("sync_record")))
            assert shown.counts[verb].number == number, verb
        for side in "ab":
            created, updated = run.counts[side]["created"], run.counts[side]["updated"]
            assert shown.counts[f"create {side}"].number == created
            assert shown.counts[f"update {side}"].number == updated
