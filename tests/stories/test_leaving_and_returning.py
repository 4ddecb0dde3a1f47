"""Leaving rules and coming back (semantics §3): undo, and who is excluded meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.fields import Field
from sync.models import Step
from tests.stories.bench import TAGS, Bench, Quirks, add, has, person, rule, set_field

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

SEGMENT = "custom:Segment"
WITH_FIELD = Quirks(segments=frozenset({"tag"}), custom=(Field(SEGMENT, "Segment"),))
ALL = rule("All", "a")


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=TAGS, b=WITH_FIELD).placed() as placed:
        yield placed


def clients(undo: bool = True) -> dict[str, object]:
    actions = [add("CRM"), {"kind": "remove tag", "value": "Cold"}, set_field(SEGMENT, "Client")]
    return rule("Clients", "a", [has("Client")], actions, undo=undo)


def tell(bench: Bench, first: str = "Ann") -> tuple[list[str], str]:
    return bench.segments("b", first), bench.text("b", first, SEGMENT)


def begin(bench: Bench, *rules: dict[str, object]) -> None:
    """Ann is Cold and Old in b until the rule makes her a client."""
    bench.load(rules=list(rules))
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"], notes="N", company="C"))
    bench.b.add(person("Ann", "ann@x.org", tags=["Cold"], **{SEGMENT: "Old"}))
    bench.a.add(person("Zed", "zed@x.org", tags=["Client"]))
    bench.sync()
    assert tell(bench) == (["CRM"], "Client")


# --- Undo ---------------------------------------------------------------------------------


def test_effects_are_taken_back_and_remove_is_the_inverse_of_add(bench: Bench) -> None:
    begin(bench, ALL, clients())
    bench.untag("a", "Ann", "Client")
    run = bench.sync()
    assert tell(bench) == (["Cold"], "Old")
    assert bench.verbs(run) == ["revert", "revert", "revert"]
    assert bench.writes(run) == 1, "one call takes all of it back"
    assert {step.rule.partition(":")[0] for step in bench.steps(run)} == {"Clients"}
    assert bench.writes(bench.sync()) == 0


def test_only_if_still_as_we_left_them(bench: Bench) -> None:
    begin(bench, ALL, clients())
    bench.untag("b", "Ann", "CRM")
    bench.tag("b", "Ann", "Cold")
    bench.edit("b", "Ann", custom__Segment="Partner")
    bench.untag("a", "Ann", "Client")
    run = bench.sync()
    assert tell(bench) == (["Cold"], "Partner")
    assert bench.writes(run) == 0


def test_what_a_person_put_back_as_we_left_it_is_taken_back(bench: Bench) -> None:
    """Nobody can tell it from ours."""
    begin(bench, ALL, clients())
    bench.edit("b", "Ann", custom__Segment="Partner")
    bench.sync()
    bench.edit("b", "Ann", custom__Segment="Client")
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert bench.text("b", "Ann", SEGMENT) == "Old"


def test_except_those_that_another_matching_rule_also_wants(bench: Bench) -> None:
    also = rule("Also", "a", [has("VIP")], [add("CRM"), set_field(SEGMENT, "Client")], undo=True)
    bench.load(rules=[ALL, clients(), also])
    begin(bench, ALL, clients(), also)
    bench.tag("a", "Ann", "VIP")
    bench.sync()
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert tell(bench) == (["CRM", "Cold"], "Client")
    bench.untag("a", "Ann", "VIP")
    bench.sync()
    assert tell(bench) == (["Cold"], "Old")


@pytest.mark.parametrize("at_leaving", [True, False])
def test_what_counts_is_the_setting_at_the_moment_of_leaving(
    bench: Bench, at_leaving: bool
) -> None:
    begin(bench, ALL, clients(undo=not at_leaving))
    bench.load(rules=[ALL, clients(undo=at_leaving)])
    bench.sync()
    assert tell(bench) == (["CRM"], "Client"), "the setting alone does nothing"
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert tell(bench) == ((["Cold"], "Old") if at_leaving else (["CRM"], "Client"))


def test_undo_switched_on_after_leaving_takes_nothing_back(bench: Bench) -> None:
    begin(bench, ALL, clients(undo=False))
    bench.untag("a", "Ann", "Client")
    bench.sync()
    bench.load(rules=[ALL, clients()])
    bench.sync()
    assert tell(bench) == (["CRM"], "Client")


def test_coming_back_it_is_carried_out_again(bench: Bench) -> None:
    begin(bench, ALL, clients())
    bench.untag("a", "Ann", "Client")
    bench.sync()
    bench.wait(days=1)
    bench.tag("a", "Ann", "Client")
    bench.sync()
    assert tell(bench) == (["CRM"], "Client")


def test_what_was_there_already_is_noted_as_not_ours_and_never_taken_back(bench: Bench) -> None:
    bench.load(rules=[ALL, clients()])
    bench.a.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.b.add(person("Ann", "ann@x.org", tags=["crm"], **{SEGMENT: "Client"}))
    run = bench.sync()
    assert bench.verbs(run) == ["link"]
    effects = bench.record("Ann").effects
    assert {target: effect["ours"] for target, effect in effects.items()} == {
        "b tag crm": False,
        "b tag cold": False,
        f"b field {SEGMENT}": False,
    }
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert tell(bench) == (["crm"], "Client")


def test_the_source_is_not_written_when_the_direction_is_narrowed(bench: Bench) -> None:
    friends = rule("Friends", "b", [has("Friend")], [add("From B")], undo=True)
    bench.load(rules=[ALL, friends])
    bench.b.add(person("Ann", "ann@x.org", tags=["Friend"]))
    bench.b.add(person("Bob", "bob@x.org", tags=["Friend"]))
    bench.sync()
    assert bench.segments("a", "Ann") == bench.segments("a", "Bob") == ["From B"]
    bench.load(direction="a-to-b")
    bench.untag("b", "Ann", "Friend")
    bench.sync()
    assert bench.segments("a", "Ann") == ["From B"]
    bench.load(direction="two-way")
    bench.sync()
    assert (bench.segments("a", "Ann"), bench.segments("a", "Bob")) == ([], ["From B"])


# --- Excluded -----------------------------------------------------------------------------


def test_a_contact_that_leaves_every_rule_becomes_excluded(bench: Bench) -> None:
    """Nothing is deleted, updates stop, only effects are taken back."""
    begin(bench, clients())
    bench.untag("a", "Ann", "Client")
    bench.edit("a", "Ann", notes="N2")
    bench.edit("b", "Ann", company="C2")
    run = bench.sync()
    assert bench.verbs(run) == ["revert", "revert", "revert", "exclude"]
    assert tell(bench) == (["Cold"], "Old")
    assert bench.names("b") == ["Ann", "Zed"]
    assert bench.text("b", "Ann", "notes") == "N"
    assert bench.text("a", "Ann", "company") == "C"
    row = bench.record("Ann")
    assert (row.state, row.cause) == ("excluded", "no rule")
    assert row.reason == "No rule matches it any more; nothing is deleted."
    assert run.counts["excluded"] == {"no rule": 1}
    bench.edit("a", "Ann", notes="N3")
    assert bench.verbs(bench.sync()) == [], "a standing state is not repeated"


def test_it_resumes_from_the_remembered_values_as_a_three_way_merge(bench: Bench) -> None:
    begin(bench, clients())
    bench.untag("a", "Ann", "Client")
    bench.sync()
    bench.edit("a", "Ann", notes="From A", job_title="A", company="")
    bench.sync()
    bench.edit("b", "Ann", nickname="From B", job_title="B")
    bench.sync()
    bench.wait(days=1)  # else the tag would be held: to and fro
    bench.tag("a", "Ann", "Client")
    run = bench.sync()
    for app in ("a", "b"):
        assert bench.text(app, "Ann", "notes") == "From A"
        assert bench.text(app, "Ann", "nickname") == "From B"
        assert bench.text(app, "Ann", "job_title") == "A", "a wins conflicts"
        assert bench.text(app, "Ann", "company") == "", "a clear flows: no first match"
    assert "include" in bench.verbs(run)
    [conflict] = [step for step in bench.steps(run) if step.conflict]
    assert conflict.fields["job_title"]["lost"] == "B"
    assert tell(bench) == (["CRM"], "Client")
    assert bench.writes(bench.sync()) == 0


def test_conflicts_go_by_the_winner(bench: Bench) -> None:
    begin(bench, clients())
    bench.load(winner="b")
    bench.untag("a", "Ann", "Client")
    bench.sync()
    bench.edit("a", "Ann", notes="From A")
    bench.edit("b", "Ann", notes="From B")
    bench.tag("a", "Ann", "Client")
    bench.sync()
    assert bench.text("a", "Ann", "notes") == bench.text("b", "Ann", "notes") == "From B"


def test_the_pair_stays_the_identity_while_it_is_excluded(bench: Bench) -> None:
    begin(bench, clients())
    bench.untag("a", "Ann", "Client")
    bench.sync()
    pair = bench.record("Ann").pk
    bench.edit("a", "Ann", emails=person("x", "other@x.org").get("emails"))
    bench.sync()
    bench.tag("a", "Ann", "Client")
    bench.sync()
    assert bench.names("b") == ["Ann", "Zed"]
    assert bench.texts("b", "Ann", "emails") == ["other@x.org"]
    assert bench.record("Ann").pk == pair


@pytest.mark.parametrize("side", ["a", "b"])
def test_a_deletion_while_excluded_is_noted_not_marked(bench: Bench, side: str) -> None:
    begin(bench, clients())
    bench.load(sync_deletions=["a-to-b", "b-to-a"])
    bench.untag("a", "Ann", "Client")
    bench.sync()
    there = "b" if side == "a" else "a"
    before = bench.contact(there, "Ann")
    bench.apps[side].remove(bench.id(side, "Ann"))
    run = bench.sync()
    assert bench.verbs(run) == ["delete"]
    assert bench.writes(run) == 0
    assert bench.contact(there, "Ann") == before
    row = bench.record("Ann")
    assert (row.state, row.cause) == ("deleted_opposite", "deleted while excluded")
    assert Step.objects.filter(verb="mark").count() == 0
    bench.edit(there, "Ann", notes="later")
    bench.load(never_blank=True)
    assert bench.writes(bench.sync()) == 0


def test_a_deletion_in_scope_is_marked_beside_it(bench: Bench) -> None:
    begin(bench, clients())
    bench.load(sync_deletions=["a-to-b"])
    bench.a.remove(bench.id("a", "Ann"))
    bench.sync()
    assert tell(bench) == (["CRM", "PieSync Trash"], "Client"), "nobody leaves by being deleted"
