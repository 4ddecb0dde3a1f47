"""Semantics §6: a field that vanished in the app holds what names it, and the others go on."""

from __future__ import annotations

from dataclasses import replace

from connectors.fields import Field
from rules.rows import held_conditions
from tests.stories.bench import TAGS, Bench, Quirks, add, has, person, rule, set_field

SEGMENT = "custom:Segment"
WITH_FIELD = Quirks(segments=frozenset({"tag"}), custom=(Field(SEGMENT, "Segment"),))


def test_an_action_whose_field_vanished_is_held_and_the_others_go_on(db: None) -> None:
    with Bench(a=TAGS, b=WITH_FIELD).placed() as bench:
        actions = [set_field(SEGMENT, "Client"), add("From CRM")]
        bench.load(rules=[rule("Clients", "a", [has("Client")], actions, undo=True)])
        bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
        bench.sync()
        bench.b.quirks = replace(WITH_FIELD, custom=())
        bench.wait(hours=2)
        bench.untag("a", "Ann", "Client")
        bench.a.add(person("Bob", "bob@x.org", tags=["Client"]))
        run = bench.sync()
        assert bench.segments("b", "Ann") == []
        assert bench.segments("b", "Bob") == ["From CRM"]
        assert bench.verbs(run, "Ann") == ["revert", "exclude"]
        assert [(held.rule, held.condition) for held in held_conditions(bench.connection())] == [
            ("Clients", f"set {SEGMENT} to Client")
        ]
        assert bench.writes(bench.sync()) == 0

        bench.b.quirks = WITH_FIELD
        bench.wait(hours=2)
        bench.sync()
        assert bench.text("b", "Bob", SEGMENT) == "Client", "it is carried out when it can be"
        assert bench.writes(bench.sync()) == 0
