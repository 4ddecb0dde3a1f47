"""The acceptance scenarios a to n of what PieSync did: an operator's day, one story a letter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.contact import Entry
from connectors.errors import TryAgain
from connectors.fields import STANDARD, Field, FieldType
from connectors.memory.app import Quirks
from sync.models import Run
from tests.stories.bench import TAGS, Bench, add, has, person, rule

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

#: A contact app with labels, and a CRM with buckets and tags.
GOOGLE = Quirks(segments=frozenset({"label"}), archives=True, merges=True)
CRM = Quirks(segments=frozenset({"tag", "bucket"}))
MARKETING = Quirks(segments=frozenset({"tag", "group"}), statuses=("subscribed", "unsubscribed"))
PHONE = (Entry("+32 475 11 22 33", "mobile"),)
OTHER_PHONE = (Entry("+32 9 225 00 00", "work"),)


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    """A is the contact app, B the CRM."""
    with Bench(a=GOOGLE, b=CRM).placed() as placed:
        placed.load()
        yield placed


def assert_quiet(bench: Bench) -> None:
    """n: nothing changed, so nothing is written, and a request a side is enough."""
    before = [(app.number, app.requests) for app in (bench.a, bench.b)]
    run = bench.sync()
    assert (run.state, bench.verbs(run)) == (Run.State.DONE, [])
    after = [(app.number, app.requests) for app in (bench.a, bench.b)]
    assert after == [(number, requests + 1) for number, requests in before]


# --- a -------------------------------------------------------------------------------------


def test_a_two_default_rules_into_an_empty_app(bench: Bench) -> None:
    for number in range(25):
        bench.a.add(person(f"P{number:02}", f"p{number}@x.org", notes=f"Note {number}"))
    bench.a.add(person("No address", phones=PHONE))
    run = bench.sync()
    assert run.counts["b"]["created"] == run.counts["in_sync"] == 25
    assert run.counts["excluded"] == {"no e-mail": 1}
    assert ("No address", "excluded", "no e-mail") in bench.states()
    assert bench.text("b", "P07", "notes") == "Note 7"
    assert_quiet(bench)


# --- b -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("winner", "first"), [("a", "Anna"), ("b", "Ann")])
def test_b_the_winners_value_on_both_and_the_losers_where_the_winner_has_none(
    bench: Bench, winner: str, first: str
) -> None:
    bench.load(winner=winner)
    loser = "b" if winner == "a" else "a"
    bench.a.add(person("Anna", "ann@x.org", **({"phones": PHONE} if loser == "a" else {})))
    bench.b.add(person("Ann", "ANN@x.org", **({"phones": PHONE} if loser == "b" else {})))
    bench.sync()
    for side in "ab":
        assert bench.names(side) == [first]
        assert bench.texts(side, first, "phones") == ["+32 475 11 22 33"]
    assert_quiet(bench)


# --- c -------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", ["a", "b"])
def test_c_a_changed_address_keeps_the_link(bench: Bench, side: str) -> None:
    bench.a.add(person("Ann", "ann@old.org"))
    bench.sync()
    row = bench.record("Ann")
    bench.edit(side, "Ann", emails=(Entry("ann@new.org"),))
    run = bench.sync()
    assert bench.verbs(run) == ["update"]
    assert bench.texts("a", "Ann", "emails") == bench.texts("b", "Ann", "emails") == ["ann@new.org"]
    after = bench.record("Ann")
    assert (after.pk, after.a_id, after.b_id) == (row.pk, row.a_id, row.b_id)
    assert_quiet(bench)


# --- d, e ----------------------------------------------------------------------------------


def test_d_edits_of_different_fields_on_both_sides_both_survive(bench: Bench) -> None:
    bench.a.add(person("Ann", "ann@x.org", job_title="Boss", notes="Tea"))
    bench.sync()
    bench.edit("a", "Ann", job_title="Chief", phones=PHONE)
    bench.edit("b", "Ann", notes="Coffee", phones=OTHER_PHONE)
    run = bench.sync()
    for side in "ab":
        assert bench.text(side, "Ann", "job_title") == "Chief"
        assert bench.text(side, "Ann", "notes") == "Coffee"
        assert set(bench.texts(side, "Ann", "phones")) == {"+32 475 11 22 33", "+32 9 225 00 00"}
    assert run.counts["conflicts"] == 0
    assert_quiet(bench)


@pytest.mark.parametrize(("winner", "title", "lost"), [("a", "A", "B"), ("b", "B", "A")])
def test_e_of_edits_of_the_same_field_the_winners_stays_and_the_other_is_kept_on_the_step(
    bench: Bench, winner: str, title: str, lost: str
) -> None:
    bench.load(winner=winner)
    bench.a.add(person("Ann", "ann@x.org", job_title="Boss"))
    bench.sync()
    bench.edit("a", "Ann", job_title="A")
    bench.edit("b", "Ann", job_title="B")
    run = bench.sync()
    assert bench.text("a", "Ann", "job_title") == bench.text("b", "Ann", "job_title") == title
    [step] = bench.steps(run)
    assert step.fields["job_title"]["lost"] == lost
    assert run.counts["conflicts"] == 1
    assert_quiet(bench)


# --- f -------------------------------------------------------------------------------------


def people_with(bench: Bench) -> None:
    for first, tags in (
        ("Both", ["Client", "VIP"]), ("Client", ["Client"]), ("Vip", ["vip"]), ("None", []),
    ):  # fmt: skip
        bench.b.add(person(first, f"{first.lower()}@x.org", tags=tags))


def test_f_a_rule_with_two_conditions_wants_both(bench: Bench) -> None:
    bench.load(rules=[rule("Clients and VIPs", "b", [has("Client"), has("VIP")])])
    people_with(bench)
    run = bench.sync()
    assert bench.names("a") == ["Both"]
    assert run.counts["excluded"] == {"no rule": 3}
    assert_quiet(bench)


def test_f_two_rules_want_either(bench: Bench) -> None:
    rules = [rule("Clients", "b", [has("Client")]), rule("VIPs", "b", [has("VIP")])]
    bench.load(rules=rules)
    people_with(bench)
    bench.sync()
    assert bench.names("a") == ["Both", "Client", "Vip"]
    assert_quiet(bench)


# --- g -------------------------------------------------------------------------------------


def clients(undo: bool, name: str = "Clients", tag: str = "Client") -> dict[str, Any]:
    return rule(name, "b", [has(tag)], [add("From CRM", "label")], undo=undo)


@pytest.mark.parametrize(("undo", "left"), [(False, ["From CRM"]), (True, [])])
def test_g_a_tag_removed_at_the_source_excludes_and_undo_takes_the_label_back(
    bench: Bench, undo: bool, left: list[str]
) -> None:
    bench.load(rules=[clients(undo)])
    bench.b.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    assert bench.segments("a", "Ann", "label") == ["From CRM"]
    bench.untag("b", "Ann", "Client")
    bench.edit("b", "Ann", notes="Not for A any more")
    bench.sync()
    assert bench.states() == [("Ann", "excluded", "no rule")]
    assert bench.segments("a", "Ann", "label") == left
    assert bench.text("a", "Ann", "notes") == ""
    assert bench.names("a") == ["Ann"]
    assert_quiet(bench)


def test_g_a_label_that_was_there_before_stays(bench: Bench) -> None:
    bench.load(rules=[clients(undo=True)])
    bench.a.add(person("Ann", "ann@x.org", segments=[("label", "From CRM")]))
    bench.b.add(person("Ann", "ann@x.org", tags=["Client"]))
    bench.sync()
    bench.untag("b", "Ann", "Client")
    bench.sync()
    assert bench.segments("a", "Ann", "label") == ["From CRM"]


def test_g_a_label_that_another_rule_still_wants_stays(bench: Bench) -> None:
    bench.load(rules=[clients(undo=True), clients(undo=True, name="VIPs", tag="VIP")])
    bench.b.add(person("Ann", "ann@x.org", tags=["Client", "VIP"]))
    bench.sync()
    bench.untag("b", "Ann", "Client")
    bench.sync()
    assert bench.segments("a", "Ann", "label") == ["From CRM"]
    bench.untag("b", "Ann", "VIP")
    bench.sync()
    assert bench.segments("a", "Ann", "label") == []


# --- h -------------------------------------------------------------------------------------


def test_h_deleted_in_the_contact_app_the_crm_gets_the_tag_and_nothing_else(bench: Bench) -> None:
    bench.load(sync_deletions=["a-to-b"])
    for first in ("Ann", "Zoe"):
        bench.b.add(person(first, f"{first.lower()}@x.org", notes="Long known"))
    bench.sync()
    bench.a.remove(bench.id("a", "Ann"))
    run = bench.sync()
    assert bench.segments("b", "Ann") == ["PieSync Trash"]
    assert bench.names("b") == ["Ann", "Zoe"], "nothing is deleted"
    assert bench.text("b", "Ann", "notes") == "Long known"
    assert run.counts["b"]["marked"] == 1
    assert run.counts["deleted_opposite"] == 1
    bench.edit("b", "Ann", notes="Edited since")
    bench.sync()
    assert bench.names("a") == ["Zoe"], "nor made again"
    assert_quiet(bench)


def test_h_binned_in_the_contact_app_is_deleted_and_back_is_restored(bench: Bench) -> None:
    bench.load(sync_deletions=["a-to-b"])
    for first in ("Ann", "Zoe"):
        bench.a.add(person(first, f"{first.lower()}@x.org"))
    bench.sync()
    ann = bench.id("a", "Ann")
    bench.a.archive(ann)
    bench.sync()
    assert bench.segments("b", "Ann") == ["PieSync Trash"]
    bench.a.restore(ann)
    bench.sync()
    assert bench.segments("b", "Ann") == []
    assert_quiet(bench)


# --- i -------------------------------------------------------------------------------------


def test_i_unsubscribed_in_the_marketing_app_the_crm_gets_the_tag(db: None) -> None:
    with Bench(a=MARKETING, b=CRM).placed() as bench:
        bench.load(sync_unsubscribes=["a-to-b"], new_status="subscribed")
        bench.b.add(person("Ann", "ann@x.org"))
        bench.sync()
        ann = bench.id("a", "Ann")
        assert bench.contact("a", "Ann").status == "subscribed"
        bench.a.unsubscribe(ann)
        bench.sync()
        assert bench.segments("b", "Ann") == ["PieSync Unsubscribes"]
        bench.edit("b", "Ann", job_title="Boss")
        bench.sync()
        bench.sync(full=True)
        assert bench.text("a", "Ann", "job_title") == "Boss"
        assert bench.contact("a", "Ann").status == "unsubscribed", "never subscribed again"
        assert_quiet(bench)


# --- j -------------------------------------------------------------------------------------


def test_j_one_way_edits_in_the_target_stay_until_the_source_changes(bench: Bench) -> None:
    bench.load(direction="a-to-b")
    bench.a.add(person("Ann", "ann@x.org", job_title="Boss", notes="Tea"))
    bench.sync()
    before = bench.a.number
    bench.edit("b", "Ann", job_title="Edited in B")
    bench.sync()
    assert bench.text("a", "Ann", "job_title") == "Boss", "nothing is sent back"
    assert bench.text("b", "Ann", "job_title") == "Edited in B", "nor overwritten"
    assert bench.a.number == before
    assert bench.record("Ann").drift == ["job_title"]
    bench.edit("a", "Ann", notes="Coffee")
    bench.sync()
    assert bench.text("b", "Ann", "job_title") == "Edited in B", "another field changed"
    bench.edit("a", "Ann", job_title="Chief")
    run = bench.sync()
    assert bench.text("b", "Ann", "job_title") == "Chief"
    [step] = bench.steps(run)
    assert step.fields["job_title"]["lost"] == "Edited in B"
    assert_quiet(bench)


# --- k -------------------------------------------------------------------------------------


def test_k_a_list_gives_its_first_value_and_the_single_edits_only_that(db: None) -> None:
    direct = Field("custom:direct", "Direct line", FieldType.PHONE)
    with Bench(a=TAGS, b=Quirks(custom=(direct,))).placed() as bench:
        bench.load(
            default_mapping=False,
            mappings=[
                {"a": "first_name", "arrow": "<->", "b": "first_name"},
                {"a": "emails", "arrow": "<->", "b": "emails"},
                {"a": "phones", "arrow": "<->", "b": "custom:direct"},
            ],
        )
        phones = (Entry("+32 475 11 22 33", "mobile"), Entry("+32 9 225 00 00", "work"))
        bench.a.add(person("Ann", "ann@x.org", phones=phones))
        bench.sync()
        assert bench.text("b", "Ann", "custom:direct") == "+32 475 11 22 33"
        bench.edit("b", "Ann", custom__direct="+32 475 99 88 77")
        bench.sync()
        assert bench.contact("a", "Ann").get("phones") == (
            Entry("+32 475 99 88 77", "mobile"),
            Entry("+32 9 225 00 00", "work"),
        )
        assert_quiet(bench)


# --- l -------------------------------------------------------------------------------------


def test_l_of_a_full_name_only_the_part_that_changed_is_written(db: None) -> None:
    left_out = ("first_name", "last_name", "middle_name", "prefix", "suffix")
    fields = tuple(field for name, field in STANDARD.items() if name not in left_out)
    full = Field("custom:name", "Name", FieldType.NAME)
    with Bench(a=TAGS, b=Quirks(fields=fields, custom=(full,))).placed() as bench:
        bench.load(
            default_mapping=False,
            mappings=[
                {"a": "full_name", "arrow": "<->", "b": "custom:name"},
                {"a": "emails", "arrow": "<->", "b": "emails"},
            ],
        )
        bench.a.add(person("Ann Marie", "ann@x.org", last_name="Smith"))
        bench.sync()
        [id] = bench.b.contacts()
        assert bench.b.contacts()[id].text("custom:name") == "Ann Marie Smith"
        bench.b.edit(id, {"custom:name": "Ann Marie Jones"})
        run = bench.sync()
        assert bench.text("a", "Ann Marie", "last_name") == "Jones"
        [step] = bench.steps(run)
        assert list(step.fields) == ["last_name"], "the first name is not touched"
        assert_quiet(bench)


# --- m -------------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["empty", "error"])
def test_m_an_empty_answer_or_an_error_infers_no_deletions(db: None, trouble: str) -> None:
    with Bench(a=Quirks(deltas=False), b=CRM).placed() as bench:
        bench.load(sync_deletions=["a-to-b"])
        for number in range(9):
            bench.a.add(person(f"P{number}", f"p{number}@x.org"))
        bench.sync()
        before = bench.b.contacts()
        people = bench.a.people
        if trouble == "empty":
            bench.a.people = {}
        else:

            def fail(moment: str, call: str) -> None:
                raise TryAgain("503 Service Unavailable")

            bench.a.interrupt = fail
        for _ in range(3):
            assert bench.sync().state in (Run.State.HELD, Run.State.FAILED)
            assert bench.b.contacts() == before
        assert {state for _, state, _ in bench.states()} == {"in_sync"}
        bench.a.people = people
        bench.a.interrupt = lambda moment, call: None
        assert_quiet(bench)
        assert bench.b.contacts() == before


# --- n -------------------------------------------------------------------------------------


def test_n_run_twice_with_no_change_nothing_is_written(bench: Bench) -> None:
    bench.load(rules=[clients(undo=True), rule("All in A", "a")], sync_deletions=["a-to-b"])
    for number in range(30):
        tags = ["Client"] if number % 3 else []
        bench.b.add(person(f"P{number}", f"p{number}@x.org", tags=tags, phones=PHONE))
    for number in range(20, 40):
        bench.a.add(person(f"Q{number}", f"p{number}@x.org", notes="From A"))
    bench.sync()
    assert_quiet(bench)
    assert_quiet(bench)
