"""Explain says what a run does, and *try it* what a run does after the same was really done."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from io import StringIO
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from connectors.contact import Address, Entry, Segment, entries
from connectors.fields import Field
from sync.explaining.asking import explain
from sync.explaining.paper import Trial, paper_of
from sync.models import Run, Step, SyncRecord
from tests.stories.bench import TAGS, Bench, Quirks, add, has, person, rule, set_field
from tests.stories.drawn import APP, SEGMENT, Drawn
from tests.stories.test_preview import WRITES

pytestmark = pytest.mark.sqlite_only

WITH_FIELD = Quirks(segments=frozenset({"tag"}), custom=(Field(SEGMENT, "Segment"),))


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=TAGS, b=WITH_FIELD).placed() as placed:
        yield placed


@pytest.fixture
def drawn_bench(db: None) -> Iterator[Bench]:
    with Bench(a=APP, b=APP).placed() as placed:
        yield placed


def clients() -> dict[str, object]:
    conditions = [has("Client"), {"kind": "field", "field": "city", "op": "is", "value": "Ghent"}]
    actions = [add("From CRM"), set_field(SEGMENT, "Client")]
    return rule("Clients", "a", conditions, actions, undo=True)


def explained(*arguments: str) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("explain", "pair", *arguments, "--json", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("explain", "pair", *arguments, stdout=out)
    return out.getvalue()


def verbs(told: dict[str, Any]) -> list[str]:
    return [step["verb"] for step in told["would"]["steps"]]


# --- the same as a run ---


def in_short(verb: str, side: str, fields: dict[str, Any], rule: str) -> str:
    return json.dumps([verb, side, fields, rule], sort_keys=True)


def steps_to(run: Run, side: str, remote_id: str) -> Counter[str]:
    steps = Step.objects.filter(run=run, **{f"{side}_remote": remote_id})
    return Counter(in_short(x.verb, x.side, x.fields, x.rule) for x in steps)


def would_be(told: dict[str, Any]) -> Counter[str]:
    return Counter(
        in_short(x["verb"], x["side"] or "", x["fields"], x["rule"] or "")
        for x in told["would"]["steps"]
    )


def assert_same(told: Counter[str], done: Counter[str], what: str) -> None:
    """A run plans again what its own writes brought to light, and may then tell a reason anew."""
    assert told - done == Counter(), what
    assert WRITES.isdisjoint(json.loads(step)[0] for step in done - told), what


@pytest.mark.parametrize("seed", range(12))
def test_explain_says_what_the_run_does(drawn_bench: Bench, seed: int) -> None:
    print(f"seed {seed}")
    bench = drawn_bench
    drawn = Drawn(bench, Random(seed), sharing=False)
    drawn.load()
    drawn.people(4)
    for number in range(2):
        bench.sync(kind=Run.Kind.PREVIEW)  # reads what happened
        connection, before = bench.connection(), rows()
        told = {
            (side, id): [x.to_json() for x in explain(connection, f"{side}:{id}", bench.now())]
            for side in "ab"
            for id in bench.apps[side].contacts()
        }
        assert rows() == before, "explain writes nothing"
        run = bench.sync()
        for (side, id), [each] in told.items():
            assert_same(would_be(each), steps_to(run, side, id), f"round {number}, {side}:{id}")
            assert each["would"]["state"] == state_of(side, id), f"round {number}, {side}:{id}"
        drawn.happen(4)
        if number % 2:
            drawn.load()


def rows() -> list[int]:
    return [model.objects.count() for model in (Run, Step, SyncRecord)]


def state_of(side: str, id: str) -> str:
    container = bench_container(side)
    return SyncRecord.objects.get(
        **{f"{side}__remote_id": id, f"{side}__container": container}
    ).state


def bench_container(side: str) -> int:
    row = SyncRecord.objects.select_related("connection").first()
    assert row is not None
    return row.connection.container(side).pk


@pytest.mark.parametrize("seed", range(12))
def test_what_is_tried_follows_when_it_is_done(drawn_bench: Bench, seed: int) -> None:
    print(f"seed {seed}")
    bench, chance = drawn_bench, Random(1000 + seed)
    drawn = Drawn(bench, chance, sharing=False)
    drawn.load()
    drawn.people(4)
    bench.sync()
    for _ in range(3):
        side = chance.choice("ab")
        app = bench.apps[side]
        if not app.contacts():
            continue
        id = chance.choice(sorted(app.contacts()))
        shown = app.contacts()[id]
        company, tag = chance.choice(["ACME", "Initech", ""]), chance.choice(["Client", "VIP"])
        is_in = any(item.name == tag for item in shown.segments)
        put_on, take_off = ([], [f"tag={tag}"]) if is_in else ([f"tag={tag}"], [])
        trial = Trial([f"company={company}"], put_on, take_off)
        connection, key = bench.connection(), f"{side}:{id}"
        [told] = explain(connection, key, bench.now(), paper_of(connection, key, trial))
        assert app.contacts()[id] == shown, "it was tried out on paper only"
        app.edit(id, {"company": company})
        segments = frozenset({Segment("tag", tag)})
        app.tag(id, frozenset() if is_in else segments, segments if is_in else frozenset())
        run = bench.sync()
        assert_same(would_be(told.to_json()), steps_to(run, side, id), f"{side}:{id}")


# --- what it tells ---


def test_every_condition_is_told_with_the_actual_value(bench: Bench) -> None:
    bench.load(rules=[clients(), rule("In B", "b", [has("X")]), rule("Off", "a", on=False)])
    bench.a.add(person("Ann", "ann@x.org", tags=["client"]))
    bench.sync()
    [told] = explained("ann@x.org")
    assert (told["state"], told["cause"]) == ("excluded", "no rule")
    first, second, third = told["rules"]
    assert [(x["condition"], x["actual"], x["truth"]) for x in first["conditions"]] == [
        ("has the tag Client", "client", True),
        ("Addresses · City is Ghent", "empty", False),
    ]
    assert (first["matches"], second["ignored"]) == (False, "there is no contact in B yet")
    assert (third["on"], third["matches"]) == (False, False)
    assert told["last"]["verb"] == "exclude"
    assert told["would"]["steps"] == []


def test_how_it_was_matched_and_what_was_put_on_it(bench: Bench) -> None:
    bench.load(rules=[clients()])
    ghent = (Entry(Address(city="Ghent"), "home"),)
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"], addresses=ghent))
    bench.b.add(person("Ann", "ann@x.org"))
    bench.sync()
    [told] = explained("ann@x.org")
    assert (told["met"]["verb"], told["existed"], told["state"]) == ("link", True, "in_sync")
    assert [(x["kind"], x["name"], x["after"], x["ours"], x["rule"]) for x in told["effects"]] == [
        ("tag", "From CRM", "From CRM", True, "Clients"),
        ("field", SEGMENT, "Client", True, "Clients"),
    ]
    text = said("ann@x.org")
    assert "tag From CRM put on in B by Clients (ours; before: not there)" in text
    assert "They were recognised as the same person on 2026-11-23" in text
    assert "What a run now would do\n  nothing" in text


def test_rules_over_the_side_that_is_written_are_told_as_ignored(bench: Bench) -> None:
    bench.load(direction="a-to-b", rules=[rule("A", "a"), rule("B", "b", [has("X")])])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    [told] = explained("ann@x.org")
    assert [x["ignored"] for x in told["rules"]] == [
        None,
        "the direction is a-to-b, so rules over B are not asked",
    ]


def test_trying_it_out_touches_nothing(bench: Bench) -> None:
    bench.load(rules=[clients()])
    bench.a.add(person("Bob", "bob@x.org"))
    bench.sync()
    before = [bench.states(), Step.objects.count(), Run.objects.count(), bench.a.requests]
    [told] = explained("bob@x.org", "--try", "city=Ghent", "--try-tag", "tag=Client")
    assert verbs(told) == ["create", "act", "act"]
    assert told["tried"]["fields"]["tag"] == {"before": "", "after": "Client"}
    assert told["would"]["state"] == "in_sync"
    after = [bench.states(), Step.objects.count(), Run.objects.count(), bench.a.requests]
    assert after == before


def test_another_address_on_paper_may_be_somebody_elses(bench: Bench) -> None:
    bench.load(rules=[rule("A", "a"), rule("B", "b", [has("X")])])
    bench.b.add(person("Cec", "cec@x.org"))
    bench.a.add(person("Ann"))
    bench.sync()
    [told] = explained("a:c1", "--try", "emails=CEC@x.org")
    assert verbs(told)[0] == "link"
    assert told["b"]["id"] == "c1"


def test_two_that_share_an_address_are_two_people(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    told = explained("ann@x.org")
    assert sorted(x["state"] for x in told) == ["duplicate", "in_sync"]


def test_what_stands_in_the_way_is_told(bench: Bench) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    bench.load(state="paused")
    [told] = explained("ann@x.org")
    assert told["notes"] == ["pair is paused: nothing is written until `resume pair`."]


def test_somebody_gone_is_still_explained(bench: Bench) -> None:
    bench.load(sync_deletions=["b-to-a"])
    bench.a.add(person("Ann", "ann@x.org"))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.sync()
    bench.b.remove("c1")
    bench.sync()
    [told] = explained("ann@x.org")
    assert (told["state"], told["b"]["gone"]) == ("deleted_opposite", True)
    assert [(x["name"], x["rule"]) for x in told["effects"]] == [
        ("PieSync Trash", "sync deletions")
    ]


# --- what cannot be explained ---


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["zoe@x.org"], "Neither side of pair has a contact 'zoe@x.org', as last read."),
        (["ann@x.org", "--try", "city=Ghent"], "ann@x.org is on both sides."),
        (["a:c1", "--try", "shoe=4"], "There is no field 'shoe' in this app."),
        (["a:c1", "--try", "birthday=soon"], "'soon' is not a date such as 2026-11-23."),
        (["a:c1", "--try", "birthday"], "'birthday' is not of the form FIELD=VALUE."),
        (["a:c1", "--try", "addresses=Ghent"], "Addresses are tried out by their parts"),
        (["a:c1", "--try-tag", "bucket=Hot"], "This app has no kind 'bucket' to be in."),
    ],
)
def test_what_cannot_be_explained_says_why(
    bench: Bench, arguments: list[str], message: str
) -> None:
    bench.load()
    bench.a.add(person("Ann", "ann@x.org", phones=entries(["+32477112233"])))
    bench.sync()
    with pytest.raises(CommandError) as error:
        explained(*arguments)
    assert error.value.returncode == 2
    assert str(error.value).startswith(message)


def test_before_anything_was_read(bench: Bench) -> None:
    bench.load()
    with pytest.raises(CommandError, match="Nothing of pair has been read yet."):
        explained("ann@x.org")
