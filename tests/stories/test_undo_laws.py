"""The law of undo, over random setups, people and edits: what a run wrote and nobody touched since
is as it was before the run, on both sides, and the next run is quiet.

By design it does not hold of contacts that the run made (they stay), of lists that an app cut when
they were written (what it then shows is not what the audit log tells, so it counts as changed
since), and of values touched since (they are left)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest

from connectors.contact import SEGMENT_KINDS, Address, Contact, Entry, Value
from connectors.fields import Field, equal, field_named
from sync.models import Run
from tests.stories.bench import Bench, Quirks, add, has, person, rule, set_field

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

SEGMENT = "custom:Segment"
TEXTS = ("company", "job_title", "notes", "nickname")
LISTS = ("phones", "urls", "addresses")
TAGS = ("Client", "VIP", "CRM", "Cold")
Snapshot = dict[tuple[str, str], Contact]


class Chance:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def quirks(self) -> Quirks:
        return Quirks(
            segments=frozenset({"tag", "label"}),
            custom=(Field(SEGMENT, "Segment"),),
            normalise=self.random.random() < 0.3,
            limits={"notes": 8} if self.random.random() < 0.3 else {},
            reads_back=self.random.random() < 0.7,
            deltas=self.random.random() < 0.7,
            conditional_writes=self.random.random() < 0.7,
        )

    def options(self) -> dict[str, Any]:
        clients = rule(
            "Clients", "a", [has("Client")], [add("CRM"), set_field(SEGMENT, "C")],
            undo=self.random.random() < 0.5,
        )  # fmt: skip
        vips = rule(
            "VIPs", "a", [has("VIP")], [add("VIP", "label")],
            both_ways=True, undo=self.random.random() < 0.5,
        )  # fmt: skip
        cold = rule("Cold", "b", [has("Cold")], [add("Cold")], undo=True)
        rules = [x for x in (clients, vips, cold) if self.random.random() < 0.6]
        mobile = {"a": "phones.mobile", "arrow": "<->", "b": "phones.mobile"}
        return {
            "rules": [rule("All of a", "a"), rule("All of b", "b"), *rules],
            "winner": self.random.choice("ab"),
            "never_blank": self.random.random() < 0.3,
            "direction": self.random.choice(("two-way", "two-way", "a-to-b")),
            "mappings": [mobile] if self.random.random() < 0.3 else [],
            "brakes": {"overwrites": [1000, 1.0], "changes": [1000, 1.0], "marks": [1000, 1.0]},
        }

    def value(self, name: str) -> Value:
        number = self.random.randrange(6)
        if name in TEXTS:
            return f"Word {number} of {name}" if number else ""
        count = self.random.randrange(3)
        return tuple(dict.fromkeys(self.entry(name) for _ in range(count)))

    def entry(self, name: str) -> Entry:
        number = self.random.randrange(5)
        label = self.random.choice(("mobile", "work", ""))
        if name == "phones":
            return Entry(f"+3247511223{number}", label)
        if name == "urls":
            return Entry(f"https://site{number}.example", label)
        return Entry(Address(street=f"Street {number}", city="Ghent"), label)

    def edit(self, bench: Bench, side: str, first: str) -> None:
        kind = self.random.choice(("text", "text", "list", "list", "tag"))
        if kind == "tag":
            change = self.random.choice((bench.tag, bench.untag))
            change(side, first, self.random.choice(TAGS))
        else:
            name = self.random.choice(TEXTS if kind == "text" else LISTS)
            bench.edit(side, first, **{name: self.value(name)})


def snapshot(bench: Bench) -> Snapshot:
    return {(s, id): x for s in "ab" for id, x in bench.apps[s].contacts().items()}


def segments(contact: Contact) -> set[tuple[str, str]]:
    return {(x.kind, x.name) for x in contact.segments if x.kind in SEGMENT_KINDS}


def differences(before: Contact, after: Contact) -> dict[str, tuple[object, object]]:
    names = {*before.fields, *after.fields}
    found: dict[str, tuple[object, object]] = {
        name: (before.get(name), after.get(name))
        for name in names
        if not equal(field_named(name), before.get(name), after.get(name), "BE")
    }
    if segments(before) != segments(after):
        found["segments"] = (segments(before), segments(after))
    return found


def story(seed: int, touched: bool) -> None:
    chance = Chance(seed)
    with Bench(a=chance.quirks(), b=chance.quirks()).placed() as bench:
        bench.load(region="BE", **chance.options())
        for number in range(3):
            values: Mapping[str, Value] = {n: chance.value(n) for n in (*TEXTS, *LISTS)}
            for side in "ab" if chance.random.random() < 0.5 else "a":
                tags = [tag for tag in TAGS if chance.random.random() < 0.3]
                bench.apps[side].add(person(f"P{number}", f"p{number}@x.org", tags=tags, **values))
        if chance.random.random() < 0.8:
            bench.sync()
        for _ in range(chance.random.randrange(1, 8)):
            side = chance.random.choice("ab")
            if names := bench.names(side):
                chance.edit(bench, side, chance.random.choice(names))
        before = snapshot(bench)
        run = bench.sync()
        assert run.state == Run.State.DONE, run.why
        written = snapshot(bench)
        if touched:
            for _ in range(3):
                side = chance.random.choice("ab")
                if names := bench.names(side):
                    chance.edit(bench, side, chance.random.choice(names))
        since = snapshot(bench)
        undone = bench.sync(kind=Run.Kind.UNDO, task={"undo": run.pk})
        assert undone.state in (Run.State.DONE, Run.State.REFUSED), undone.why
        after = snapshot(bench)
        assert after.keys() == since.keys(), "nobody is deleted, nobody made"
        for key, contact in before.items():
            edited = differences(written[key], since[key]).keys()
            wrong = differences(contact, after[key])
            assert wrong.keys() <= edited, f"{key} is not as it was: {wrong}"
        if not touched:
            quiet = bench.sync()
            assert (quiet.state, bench.writes(quiet)) == (Run.State.DONE, 0), [
                (step.verb, step.side, step.name, step.fields) for step in bench.steps(quiet)
            ]


@pytest.mark.parametrize("touched", [False, True])
@pytest.mark.parametrize("number", range(8))
@pytest.mark.django_db
def test_what_nobody_touched_is_as_it_was_and_the_next_run_is_quiet(
    number: int, touched: bool
) -> None:
    seed = random.SystemRandom().randrange(10**9)
    print(f"seed {seed}, touched {touched}")
    story(seed, touched)
