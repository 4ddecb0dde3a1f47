"""A preview shows what the run that follows does: by chance, after a kill, and without a write."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from random import Random

import pytest

from sync.models import Run, Step
from tests.stories.bench import Bench, add, has, person, rule
from tests.stories.drawn import APP, Drawn

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

#: Of a run's totals what a preview cannot know the same of: what reading and writing cost.
COSTS = ("requests",)

#: What goes out to an app. A run plans again what its own writes brought to light, which a preview
#: cannot foresee: then a reason may be told anew, but nothing more is written.
WRITES = frozenset({"create", "update", "act", "revert", "mark", "unmark"})


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=APP, b=APP).placed() as placed:
        yield placed


def told(run: Run) -> Counter[str]:
    """The steps of a run, for comparing: whom, what, and because of which rule. A preview does
    not know yet the id of what is made."""
    steps = []
    for step in Step.objects.filter(run=run):
        ids = {"a": step.a_remote, "b": step.b_remote}
        made = {x.side for x in Step.objects.filter(run=run, verb="create", name=step.name)}
        known = {side: id for side, id in ids.items() if side not in made}
        what = [step.verb, step.side, step.name, known, step.fields, step.rule, step.conflict]
        steps.append(json.dumps(what, sort_keys=True))
    return Counter(steps)


def totals(run: Run) -> dict[str, object]:
    counts = {**run.counts}
    for side in "ab":
        counts[side] = {k: n for k, n in counts[side].items() if k not in COSTS}
    return counts


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("sharing", [False, True])
def test_a_preview_shows_what_the_run_does(bench: Bench, seed: int, sharing: bool) -> None:
    print(f"seed {seed}")
    drawn = Drawn(bench, Random(seed), sharing)
    drawn.load()
    drawn.people(8)
    for number in range(3):
        preview = bench.sync(kind=Run.Kind.PREVIEW)
        run = bench.sync()
        assert (preview.state, run.state) == ("done", "done"), run.why
        shown, done = told(preview), told(run)
        assert shown - done == Counter(), f"round {number}"
        later = [json.loads(step)[0] for step in done - shown]
        assert WRITES.isdisjoint(later), f"round {number}"
        assert totals(preview) == totals(run), f"round {number}"
        drawn.happen(5)
        if drawn.chance.random() < 0.4:
            drawn.load()


class Killed(BaseException):
    """kill -9 of this process, as far as one process can tell."""


def test_a_preview_after_a_kill_sees_who_was_left(bench: Bench) -> None:
    bench.load(rules=[rule("All", "a"), rule("Clients", "a", [has("Client")], [add("From A")])])
    for number in range(30):
        bench.a.add(person(f"P{number}", f"p{number}@x.org", tags=["Client"]))
    with pytest.raises(Killed):
        kill_at(bench, 2)
    doubtful = in_doubt()
    left = 30 - len(bench.b.contacts()) - doubtful
    assert 0 < left < 30
    bench.wait(minutes=10)  # then it is taken for dead
    preview = bench.sync(kind=Run.Kind.PREVIEW)
    assert preview.counts["b"]["created"] == left
    assert preview.counts["in_sync"] == 30
    made = bench.sync().counts["b"]["created"]
    assert left <= made <= left + doubtful
    assert len(bench.b.contacts()) == 30


def kill_at(bench: Bench, call: int) -> None:
    """Start a run that dies before a certain write to b, and leaves no word."""
    writes = 0

    def interrupt(moment: str, name: str) -> None:
        nonlocal writes
        writes += (moment, name) == ("before", "write")
        if writes == call:
            raise Killed

    bench.b.interrupt = interrupt
    try:
        bench.sync()
    finally:
        bench.b.interrupt = lambda moment, name: None


def in_doubt() -> int:
    open_ones = (Step.Result.SENT, Step.Result.UNKNOWN)
    return Step.objects.filter(result__in=open_ones, leads=True).count()


def test_a_preview_writes_nothing_and_is_no_part_of_the_audit_log(bench: Bench) -> None:
    bench.load(rules=[rule("All", "a")])
    bench.a.add(person("Ann", "ann@x.org"))
    preview = bench.sync(kind=Run.Kind.PREVIEW)
    assert preview.counts["b"]["created"] == 1
    assert bench.names("b") == []
    assert bench.states() == []
