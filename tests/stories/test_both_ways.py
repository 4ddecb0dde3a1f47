"""Rules that go both ways (semantics §3): two memberships are one yes or no."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rules.configuration.problems import ConfigurationError
from rules.rows import held_conditions
from tests.stories.bench import EVERYTHING, Bench, Quirks, add, has, person, rule

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

ALL = [rule("All of A", "a"), rule("All of B", "b")]


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=EVERYTHING, b=EVERYTHING).placed() as placed:
        yield placed


def joint(undo: bool = False, **options: object) -> dict[str, object]:
    """The tag Client of a is the group Clients of b."""
    actions = [{"kind": "add to group", "value": "Clients"}]
    options = {"both_ways": True, **options}
    return rule("Clients", "a", [has("Client")], actions, undo=undo, **options)


def where(bench: Bench, first: str = "Ann") -> tuple[bool, bool]:
    """Is the contact in the place of a, and in that of b?"""
    return (
        "Client" in bench.segments("a", first),
        "Clients" in bench.segments("b", first, "group"),
    )


def begin(bench: Bench, a: bool, b: bool, *rules: dict[str, object]) -> None:
    bench.load(rules=[*ALL, *rules])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"] if a else []))
    bench.b.add(person("Ann", "ann@x.org", segments=[("group", "Clients")] if b else []))
    bench.sync()


@pytest.mark.parametrize("b", [False, True])
@pytest.mark.parametrize("a", [False, True])
def test_at_the_first_meeting_the_two_are_united(bench: Bench, a: bool, b: bool) -> None:
    begin(bench, a, b, joint(undo=True))
    assert where(bench) == (a or b, a or b)
    assert bench.writes(bench.sync()) == 0


@pytest.mark.parametrize("undo", [False, True])
@pytest.mark.parametrize("side", ["a", "b"])
def test_put_on_at_either_side_it_is_put_on_at_the_other(
    bench: Bench, side: str, undo: bool
) -> None:
    begin(bench, False, False, joint(undo))
    put_on(bench, side)
    run = bench.sync()
    assert where(bench) == (True, True)
    assert bench.verbs(run) == ["act"]
    [step] = bench.steps(run)
    assert step.side != side
    assert (step.cause, step.rule.partition(":")[0]) == ("rule", "Clients")
    assert bench.writes(bench.sync()) == 0


@pytest.mark.parametrize("origin", ["a", "b"])
@pytest.mark.parametrize("side", ["a", "b"])
def test_taken_off_at_either_side_it_is_taken_off_at_the_other_if_undo_is_on(
    bench: Bench, side: str, origin: str
) -> None:
    begin(bench, origin == "a", origin == "b", joint(undo=True))
    take_off(bench, side)
    run = bench.sync()
    assert where(bench) == (False, False)
    assert bench.verbs(run) == ["revert"]
    assert bench.writes(bench.sync()) == 0


@pytest.mark.parametrize("side", ["a", "b"])
def test_else_it_is_left(bench: Bench, side: str) -> None:
    begin(bench, True, False, joint())
    take_off(bench, side)
    run = bench.sync()
    assert where(bench) == (side == "b", side == "a")
    assert bench.writes(run) == 0
    bench.edit("a", "Ann", notes="another change")
    bench.sync()
    assert where(bench) == (side == "b", side == "a"), "it is not put on again"
    put_on(bench, side)
    bench.sync()
    assert where(bench) == (True, True)


def test_changed_at_both_to_the_same_nothing_is_to_do(bench: Bench) -> None:
    begin(bench, False, False, joint(undo=True))
    put_on(bench, "a")
    put_on(bench, "b")
    assert bench.writes(bench.sync()) == 0
    take_off(bench, "a")
    take_off(bench, "b")
    assert bench.writes(bench.sync()) == 0
    assert where(bench) == (False, False)


def test_what_was_put_on_at_the_other_side_meanwhile_counts(bench: Bench) -> None:
    """On at a and off at b without undo; then each side changes to what the other was."""
    begin(bench, True, True, joint())
    take_off(bench, "b")
    bench.sync()
    take_off(bench, "a")
    put_on(bench, "b")
    bench.sync()
    assert where(bench) == (True, True), "of two changes, putting on counts"


@pytest.mark.parametrize("side", ["a", "b"])
def test_a_counterpart_is_made_from_either_side_in_the_right_place(bench: Bench, side: str) -> None:
    bench.load(rules=[*ALL, joint(undo=True)])
    place = ("tag", "Client") if side == "a" else ("group", "Clients")
    bench.apps[side].add(person("Ann", "ann@x.org", segments=[place]))
    bench.apps[side].add(person("Bob", "bob@x.org"))
    run = bench.sync()
    assert where(bench, "Ann") == (True, True)
    assert where(bench, "Bob") == (False, False)
    assert bench.verbs(run, "Ann") == ["create", "act"]
    assert bench.writes(run) == 2
    take_off(bench, "b" if side == "a" else "a")
    bench.sync()
    assert where(bench, "Ann") == (False, False)


def test_a_membership_alone_brings_a_pair_into_scope_from_either_side(bench: Bench) -> None:
    bench.load(rules=[joint(undo=True)])
    bench.a.add(person("Ann", "ann@x.org", tags=["client"]))
    bench.a.add(person("Bob", "bob@x.org"))
    bench.b.add(person("Cid", "cid@x.org", segments=[("group", "clients")]))
    bench.b.add(person("Dan", "dan@x.org"))
    bench.sync()
    assert bench.names("a") == ["Ann", "Bob", "Cid"]
    assert bench.names("b") == ["Ann", "Cid", "Dan"]
    take_off(bench, "b", "Cid")
    bench.sync()
    assert bench.record("Cid").state == "excluded"
    assert bench.segments("a", "Cid") == []


@pytest.mark.parametrize(("direction", "target"), [("a-to-b", "b"), ("b-to-a", "a")])
@pytest.mark.parametrize("from_side", ["a", "b"])
def test_in_a_one_way_sync_only_the_target_is_written(
    bench: Bench, direction: str, target: str, from_side: str
) -> None:
    source = "a" if target == "b" else "b"
    both = rule("Same", from_side, [has("X")], [add("X")], both_ways=True, undo=True)
    bench.load(direction=direction, rules=[rule("All", source), both])
    for app in ("a", "b"):
        bench.apps[app].add(person("Ann", "ann@x.org"))
        bench.apps[app].add(person("Bob", "bob@x.org"))
    bench.sync()
    bench.tag(source, "Ann", "X")
    bench.tag(target, "Bob", "X")
    bench.sync()
    bench.sync()
    is_ignored = from_side == target
    assert bench.segments(target, "Ann") == ([] if is_ignored else ["X"])
    assert bench.segments(source, "Bob") == []
    bench.untag(source, "Ann", "X")
    bench.sync()
    assert bench.segments(target, "Ann") == []
    assert bench.segments(target, "Bob") == ["X"]


@pytest.mark.parametrize("undo", [False, True])
def test_other_rules_do_not_see_what_it_put_on(bench: Bench, undo: bool) -> None:
    echo = rule("Echo", "b", [has("Clients", "group")], [add("Seen in B")])
    begin(bench, True, False, joint(undo), echo)
    bench.sync()
    assert where(bench) == (True, True)
    assert bench.segments("a", "Ann") == ["Client"]
    if not undo:
        take_off(bench, "a")
        bench.sync()
        bench.edit("a", "Ann", notes="planned once more")
        bench.sync()
        assert where(bench) == (False, True)
        assert bench.segments("a", "Ann") == [], "it is there since we put it there, still"
    bench.b.add(person("Bob", "bob@x.org", segments=[("group", "Clients")]))
    bench.sync()
    assert bench.segments("a", "Bob") == ["Client", "Seen in B"]


def test_it_does_not_see_what_other_rules_put_on(bench: Bench) -> None:
    fans = rule("Fans", "b", [has("Fan")], [add("Client")], undo=True)
    begin(bench, False, False, joint(undo=True), fans)
    bench.tag("b", "Ann", "Fan")
    bench.sync()
    bench.edit("a", "Ann", notes="planned once more")
    bench.sync()
    assert where(bench) == (True, False)
    bench.load(never_blank=True)
    bench.assert_quiet()


def test_what_it_wants_on_stays_when_another_rule_ends_that_put_it_there(bench: Bench) -> None:
    fans = rule("Fans", "b", [has("Fan")], [add("Client")], undo=True)
    begin(bench, False, False, joint(undo=True), fans)
    bench.tag("b", "Ann", "Fan")
    bench.sync()
    bench.tag("b", "Ann", "Clients", kind="group")
    bench.sync()
    assert where(bench) == (True, True)
    bench.untag("b", "Ann", "Fan")
    bench.sync()
    assert where(bench) == (True, True)
    bench.load(never_blank=True)
    bench.assert_quiet()
    bench.untag("b", "Ann", "Clients", kind="group")
    bench.sync()
    assert where(bench) == (False, False)


def test_what_it_put_on_is_not_seen_while_it_is_taken_back(bench: Bench) -> None:
    echo = rule("Echo", "b", [has("Clients", "group")], [add("Seen in B")])
    begin(bench, True, False, joint(undo=True), echo)
    bench.load(rules=[*ALL, joint(undo=True, on=False, take_back=True), echo])
    bench.sync()
    assert (where(bench), bench.segments("a", "Ann")) == ((True, False), ["Client"])
    bench.load(never_blank=True)
    bench.assert_quiet()


def test_other_rules_see_at_once_what_it_takes_off(bench: Bench) -> None:
    gone = rule("Gone", "b", [{**has("Clients", "group"), "op": "has not"}], [add("Gone")])
    begin(bench, False, True, joint(undo=True), gone)
    assert (where(bench), bench.segments("a", "Ann")) == ((True, True), ["Client"])
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert (where(bench), bench.segments("a", "Ann")) == ((False, False), ["Gone"])
    bench.load(never_blank=True)
    bench.assert_quiet()


def test_in_a_one_way_sync_the_place_of_the_target_says_nothing(bench: Bench) -> None:
    bench.load(rules=[joint()], direction="a-to-b")
    bench.a.add(person("Ann", "ann@x.org"))
    bench.b.add(person("Ann", "ann@x.org", segments=[("group", "Clients")]))
    bench.sync()
    bench.tag("a", "Ann", "Client")
    bench.sync()
    assert bench.record("Ann").state == "in_sync"
    bench.untag("a", "Ann", "Client")
    for options in ({"never_blank": True}, {"never_blank": False}):
        bench.sync()
        assert (bench.record("Ann").state, where(bench)) == ("excluded", (False, True))
        bench.load(**options)


def test_an_edited_condition_starts_anew_and_takes_back_what_was_put_on(bench: Bench) -> None:
    begin(bench, True, False, joint(undo=True))
    bench.a.add(person("Bob", "bob@x.org", tags=["VIP"]))
    bench.b.add(person("Cid", "cid@x.org", segments=[("group", "Clients")]))
    bench.sync()
    assert where(bench, "Cid") == (True, True)
    edited = {**joint(undo=True), "if": [has("VIP")]}
    bench.load(rules=[*ALL, edited])
    bench.sync()
    assert bench.segments("b", "Bob", "group") == ["Clients"]
    assert bench.segments("a", "Cid") == ["VIP"], "Client was put on by the rule, VIP is now"
    assert bench.segments("a", "Ann") == ["Client"], "a person's own tag is never taken off"
    bench.sync()
    assert bench.writes(bench.sync()) == 0


@pytest.mark.parametrize("undo", [False, True])
def test_an_edited_action_takes_nothing_off_that_people_put_on(bench: Bench, undo: bool) -> None:
    begin(bench, True, False, joint(undo))
    edited = {**joint(undo), "then": [{"kind": "add to group", "value": "Customers"}]}
    bench.load(rules=[*ALL, edited])
    bench.sync()
    assert bench.segments("a", "Ann") == ["Client"]
    left = [] if undo else ["Clients"]
    assert bench.segments("b", "Ann", "group") == [*left, "Customers"]
    assert bench.writes(bench.sync()) == 0


@pytest.mark.parametrize(("undo", "options", "taken_back"), [
    (True, {"on": False}, False),
    (False, {"on": False, "take_back": True}, True),
    (True, None, False),
])  # fmt: skip
def test_deleting_or_switching_it_off_leaves_what_it_did_or_takes_it_back(
    bench: Bench, undo: bool, options: dict[str, object] | None, taken_back: bool
) -> None:
    begin(bench, True, False, joint(undo))
    bench.b.add(person("Cid", "cid@x.org", segments=[("group", "Clients")]))
    bench.sync()
    bench.load(rules=[*ALL, *([] if options is None else [joint(undo, **options)])])
    bench.sync()
    assert where(bench, "Ann") == (True, not taken_back)
    assert where(bench, "Cid") == (not taken_back, True)
    assert bench.writes(bench.sync()) == 0


@pytest.mark.parametrize("rules", [
    [rule("R", "a", [has("X"), has("Y")], [add("X")], both_ways=True)],
    [rule("R", "a", [{"kind": "tag", "op": "has not", "value": "X"}], [add("X")], both_ways=True)],
    [rule("R", "a", [{"kind": "exists"}], [add("X")], both_ways=True)],
    [rule("R", "a", [has("X")], [add("X"), add("Y")], both_ways=True)],
    [rule("R", "a", [has("X")], [{"kind": "remove tag", "value": "X"}], both_ways=True)],
    [rule("R", "a", [has("X")], both_ways=True)],
])  # fmt: skip
def test_offered_only_with_one_has_condition_and_one_add_action(
    bench: Bench, rules: list[dict[str, object]]
) -> None:
    with pytest.raises(ConfigurationError, match="both_ways.*exactly one has or in condition"):
        bench.load(rules=rules)


@pytest.mark.parametrize("side", ["a", "b"])
def test_a_place_that_vanished_in_its_app_takes_nothing_off_at_the_other(
    db: None, side: str
) -> None:
    registered = Quirks(segments=frozenset({"tag"}), registers=frozenset({"tag"}))
    with Bench(a=registered, b=registered).placed() as bench:
        both = rule("Same", "a", [has("X")], [add("X")], both_ways=True, undo=True)
        bench.load(rules=[*ALL, both])
        bench.a.add(person("Ann", "ann@x.org", tags=["X"]))
        bench.a.add(person("Bob", "bob@x.org"))
        bench.sync()
        bench.sync()
        bench.apps[side].unregister("tag", "X")
        bench.sync()
        there = "b" if side == "a" else "a"
        assert bench.segments(there, "Ann") == ["X"]
        [held] = held_conditions(bench.connection())
        assert (held.rule, "X is not there any more" in held.why) == ("Same", True)
        bench.tag(side, "Bob", "X")
        bench.wait(hours=2)
        bench.sync()
        assert held_conditions(bench.connection()) == []
        assert bench.segments(there, "Bob") == ["X"]


def put_on(bench: Bench, side: str, first: str = "Ann") -> None:
    if side == "a":
        bench.tag("a", first, "Client")
    else:
        bench.tag("b", first, "Clients", kind="group")


def take_off(bench: Bench, side: str, first: str = "Ann") -> None:
    if side == "a":
        bench.untag("a", first, "client")
    else:
        bench.untag("b", first, "clients", kind="group")
