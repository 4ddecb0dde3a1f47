"""What becomes of effects when rules are edited, renamed, off or deleted (semantics §3)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.fields import Field
from rules.models import Rule
from tests.stories.bench import TAGS, Bench, Quirks, add, has, person, rule, set_field

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

SEGMENT = "custom:Segment"
WITH_FIELD = Quirks(segments=frozenset({"tag"}), custom=(Field(SEGMENT, "Segment"),))
ALL = rule("All", "a")


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench(a=TAGS, b=WITH_FIELD).placed() as placed:
        placed.load(rules=[ALL, clients()])
        placed.a.add(person("Ann", "ann@x.org", tags=["Client"]))
        placed.a.add(person("Bob", "bob@x.org", tags=["VIP"]))
        placed.sync()
        assert tell(placed, "Ann") == (["CRM"], "Client")
        assert tell(placed, "Bob") == ([], "")
        yield placed


def clients(name: str = "Clients", tag: str = "Client", **options: object) -> dict[str, object]:
    actions = [add("CRM"), set_field(SEGMENT, "Client")]
    return {**rule(name, "a", [has(tag)], actions, undo=True), **options}


def tell(bench: Bench, first: str = "Ann") -> tuple[list[str], str]:
    return bench.segments("b", first), bench.text("b", first, SEGMENT)


@pytest.mark.parametrize("undo", [True, False])
def test_an_edited_condition_counts_as_leaving(bench: Bench, undo: bool) -> None:
    outcome = bench.load(rules=[ALL, clients(tag="VIP", undo=undo)])
    assert (
        "connection pair: rule Clients: condition has the tag Client → has the tag VIP"
        in outcome.changes
    )
    bench.sync()
    assert tell(bench, "Ann") == (([], "") if undo else (["CRM"], "Client"))
    assert tell(bench, "Bob") == (["CRM"], "Client")


@pytest.mark.parametrize("undo", [True, False])
def test_a_removed_action_counts_as_leaving(bench: Bench, undo: bool) -> None:
    fewer = clients(then=[set_field(SEGMENT, "Client")], undo=undo)
    outcome = bench.load(rules=[ALL, fewer], check=True)
    assert "connection pair: rule Clients: action add the tag CRM: removed" in outcome.changes, (
        "shown before saving"
    )
    bench.load(rules=[ALL, fewer])
    bench.sync()
    assert tell(bench) == (([] if undo else ["CRM"]), "Client")


def test_an_action_with_another_name_takes_the_old_one_back(bench: Bench) -> None:
    bench.load(rules=[ALL, clients(then=[add("Customer"), set_field(SEGMENT, "Customer")])])
    bench.sync()
    assert tell(bench) == (["Customer"], "Customer")
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert tell(bench) == ([], "")


def test_deleting_a_rule_leaves_what_it_did(bench: Bench) -> None:
    outcome = bench.load(rules=[ALL])
    assert "connection pair: rule Clients: removed (what it did stays)" in outcome.changes
    run = bench.sync()
    assert tell(bench) == (["CRM"], "Client")
    assert bench.writes(run) == 0


def test_what_a_deleted_rule_left_is_nobodys_and_seen_by_others_at_once(bench: Bench) -> None:
    echo = rule("Echo", "b", [has("CRM")], [add("Seen in B")])
    bench.load(rules=[ALL, clients(), echo])
    bench.sync()
    assert bench.segments("a", "Ann") == ["Client"], "what a rule put there no rule sees"
    bench.load(rules=[ALL, echo])
    bench.sync()
    assert bench.segments("a", "Ann") == ["Client", "Seen in B"]
    bench.load(never_blank=True)
    bench.assert_quiet()


def test_switching_a_rule_off_leaves_what_it_did(bench: Bench) -> None:
    outcome = bench.load(rules=[ALL, clients(on=False)])
    assert "connection pair: rule Clients: switched off (what it did stays)" in outcome.changes
    run = bench.sync()
    assert tell(bench) == (["CRM"], "Client")
    assert bench.writes(run) == 0
    bench.untag("a", "Ann", "Client")
    bench.load(rules=[ALL, clients()])
    bench.sync()
    assert tell(bench) == (["CRM"], "Client"), "it stays for good"


@pytest.mark.parametrize("undo", [True, False])
def test_or_takes_it_back(bench: Bench, undo: bool) -> None:
    bench.edit("b", "Ann", custom__Segment="Own")
    outcome = bench.load(rules=[ALL, clients(on=False, take_back=True, undo=undo)])
    assert (
        "connection pair: rule Clients: switched off (what it did is taken back)" in outcome.changes
    )
    run = bench.sync()
    assert tell(bench) == ([], "Own"), "only what is still as we left it"
    assert bench.verbs(run) == ["revert"]
    [step] = bench.steps(run)
    assert step.rule.startswith("Clients: ")
    bench.load(rules=[ALL])
    assert bench.writes(bench.sync()) == 0


def test_taking_back_leaves_what_another_rule_wants(bench: Bench) -> None:
    also = rule("Also", "a", [has("Client")], [add("CRM")])
    bench.load(rules=[ALL, clients(), also])
    bench.sync()
    bench.load(rules=[ALL, clients(on=False, take_back=True), also])
    bench.sync()
    assert tell(bench) == (["CRM"], "")


def test_switched_on_again_it_acts_as_a_new_one(bench: Bench) -> None:
    bench.load(rules=[ALL, clients(on=False, take_back=True)])
    bench.sync()
    bench.wait(days=1)
    bench.load(rules=[ALL, clients()])
    bench.sync()
    assert tell(bench) == (["CRM"], "Client")


def test_a_renamed_rule_keeps_its_effects(bench: Bench) -> None:
    """As the rule form renames it: what a person took off stays off, what is ours is ours."""
    bench.untag("b", "Ann", "CRM")
    bench.sync()
    Rule.objects.filter(name="Clients").update(name="Customers")
    run = bench.sync()
    assert bench.writes(run) == 0
    assert tell(bench) == ([], "Client")
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert tell(bench) == ([], "")


def test_a_rule_renamed_in_the_file_keeps_its_effects(bench: Bench) -> None:
    bench.untag("b", "Ann", "CRM")
    bench.sync()
    outcome = bench.load(rules=[ALL, clients("Customers")])
    assert outcome.changes == ("connection pair: rule Clients: renamed Customers",)
    run = bench.sync()
    assert bench.writes(run) == 0
    assert tell(bench) == ([], "Client")
    bench.untag("a", "Ann", "Client")
    bench.sync()
    assert tell(bench) == ([], "")


def test_a_rule_moved_to_the_other_side_is_another_rule(bench: Bench) -> None:
    bench.load(rules=[ALL, {**clients(then=[add("CRM")]), "from": "b"}])
    run = bench.sync()
    assert tell(bench) == (["CRM"], "Client"), "the old one is deleted: what it did stays"
    assert bench.segments("a", "Ann") == ["Client"]
    assert bench.writes(run) == 0


def test_after_a_change_all_contacts_are_planned_again_without_reading_the_apps_again(
    bench: Bench,
) -> None:
    bench.load(rules=[ALL, clients(tag="VIP")])
    requests = bench.a.requests
    run = bench.sync()
    assert tell(bench, "Bob") == (["CRM"], "Client")
    assert bench.a.requests == requests + 1, "changes since the last run: none"
    assert run.counts["b"]["updated"] == 2
