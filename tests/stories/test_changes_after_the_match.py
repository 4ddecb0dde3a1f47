"""Semantics §5: what becomes of a change once two contacts are a pair, from the configuration file
to both apps, the audit log and the quiet run after it. (Real address books with simultaneous
edits: test_disjoint_edits.py.)"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from connectors.contact import Entry, Value
from connectors.errors import AppError, Refused, TryAgain
from connectors.fields import STANDARD, Field, FieldType
from sync.models import Run, Step
from tests.stories.bench import TAGS, Bench, Quirks, having, person

#: The stories that run on PostgreSQL too take the same ways through the tables.
pytestmark = pytest.mark.sqlite_only

PHONE = Field("custom:Phone", "Phone", FieldType.PHONE)
EMAIL = Field("custom:Mail", "Mail", FieldType.EMAIL)
RED, BLUE, GREEN = (
    Entry("+3221111111", "work"),
    Entry("+3222222222", "home"),
    Entry("+3223333333", "mobile"),
)


@pytest.fixture
def bench(db: None) -> Iterator[Bench]:
    with Bench().placed() as placed:
        yield placed


@pytest.fixture
def make(db: None) -> Iterator[Callable[..., Bench]]:
    """A bench of apps with quirks."""
    with Bench().placed() as placed:

        def made(a: Quirks = TAGS, b: Quirks = TAGS) -> Bench:
            placed.a.quirks, placed.b.quirks = a, b
            return placed

        yield made


def met(bench: Bench, a: dict[str, Any], **options: Any) -> Bench:
    """Ann is in sync."""
    bench.load(**options)
    bench.a.add(person("Ann", *a.pop("addresses_", ["ann@x.org"]), **a))
    bench.sync()
    assert bench.names("a") == bench.names("b") == ["Ann"]
    return bench


def ann(bench: Bench, field: str) -> tuple[str, str]:
    """What both sides show."""
    return bench.text("a", "Ann", field), bench.text("b", "Ann", field)


def change(bench: Bench, run: Run, field: str) -> tuple[str, dict[str, Any]]:
    """The side and the change of the only step that wrote this field."""
    steps = [step for step in bench.steps(run) if field in step.fields]
    assert len(steps) == 1
    return steps[0].side, steps[0].fields[field]


# --- three-way, per field ---


@pytest.mark.parametrize(("source", "target"), ["ab", "ba"])
def test_changed_on_one_side_flows(bench: Bench, source: str, target: str) -> None:
    met(bench, {"company": "Ajax", "notes": "n"})
    bench.edit(source, "Ann", company="Beta")
    run = bench.sync()
    assert ann(bench, "company") == ("Beta", "Beta")
    assert change(bench, run, "company") == (target, {"before": "Ajax", "after": "Beta"})
    assert (bench.verbs(run), bench.writes(run), run.counts["conflicts"]) == (["update"], 1, 0)
    assert [step.cause for step in bench.steps(run)] == [source]
    bench.assert_quiet()


def test_different_fields_changed_on_both_sides_flow_both_ways(bench: Bench) -> None:
    met(bench, {"company": "Ajax", "notes": "n"})
    bench.edit("a", "Ann", company="Beta")
    bench.edit("b", "Ann", notes="m")
    run = bench.sync()
    assert (ann(bench, "company"), ann(bench, "notes")) == (("Beta", "Beta"), ("m", "m"))
    assert run.counts["conflicts"] == 0
    bench.assert_quiet()


@pytest.mark.parametrize("winner", "ab")
def test_changed_on_both_to_different_values_the_winner_stays_and_the_loser_is_kept_on_the_step(
    bench: Bench, winner: str
) -> None:
    met(bench, {"company": "Ajax"}, winner=winner)
    bench.edit("a", "Ann", company="of a")
    bench.edit("b", "Ann", company="of b")
    run = bench.sync()
    loser = "b" if winner == "a" else "a"
    assert ann(bench, "company") == (f"of {winner}", f"of {winner}")
    kept = {"before": f"of {loser}", "after": f"of {winner}", "lost": f"of {loser}"}
    assert change(bench, run, "company") == (loser, kept)
    assert run.counts["conflicts"] == 1
    bench.assert_quiet()


def test_the_losing_value_can_be_put_back(bench: Bench) -> None:
    met(bench, {"company": "Ajax"})
    bench.edit("a", "Ann", company="of a")
    bench.edit("b", "Ann", company="of b")
    run = bench.sync()
    step = next(step for step in bench.steps(run) if step.conflict)
    put = bench.sync(kind=Run.Kind.BY_HAND, task={"put back": [[step.pk, "company"]]})
    assert (put.state, put.why) == (Run.State.DONE, "")
    assert ann(bench, "company") == ("of b", "of b")
    bench.assert_quiet()


def test_a_line_may_have_a_winner_of_its_own(bench: Bench) -> None:
    line = {"a": "notes", "arrow": "<->", "b": "notes", "winner": "b"}
    met(bench, {"company": "Ajax", "notes": "n"}, winner="a", mappings=[line])
    for side in "ab":
        bench.edit(side, "Ann", company=f"of {side}", notes=f"note of {side}")
    bench.sync()
    assert ann(bench, "company") == ("of a", "of a")
    assert ann(bench, "notes") == ("note of b", "note of b")
    bench.assert_quiet()


def test_changed_on_both_to_the_same_is_nothing_to_do(bench: Bench) -> None:
    met(bench, {"company": "Ajax"})
    for side in "ab":
        bench.edit(side, "Ann", company="Beta")
    run = bench.sync()
    assert (bench.verbs(run), bench.writes(run), run.counts["conflicts"]) == ([], 0, 0)
    bench.edit("b", "Ann", company="Gamma")
    bench.sync()
    assert ann(bench, "company") == ("Gamma", "Gamma")


@pytest.mark.parametrize(("clearing", "editing"), ["ab", "ba"])
@pytest.mark.parametrize("winner", "ab")
def test_an_edit_beats_a_clear(bench: Bench, clearing: str, editing: str, winner: str) -> None:
    met(bench, {"company": "Ajax", "phones": (RED,)}, winner=winner)
    changed = (replace(RED, value="+3229999999"),)
    bench.edit(clearing, "Ann", company="", phones="")
    bench.edit(editing, "Ann", company="Beta", phones=changed)
    bench.sync()
    assert ann(bench, "company") == ("Beta", "Beta")
    assert ann(bench, "phones") == ("+3229999999", "+3229999999")
    bench.assert_quiet()


# --- clears ---


def test_a_deliberate_clear_flows_like_any_change(bench: Bench) -> None:
    met(bench, {"company": "Ajax", "phones": (RED,)})
    bench.edit("b", "Ann", company="", phones="")
    run = bench.sync()
    assert (ann(bench, "company"), ann(bench, "phones")) == (("", ""), ("", ""))
    assert change(bench, run, "company") == ("a", {"before": "Ajax", "after": ""})
    bench.assert_quiet()


def test_never_blank_a_cleared_value_is_neither_passed_on_nor_refilled(bench: Bench) -> None:
    met(bench, {"company": "Ajax", "phones": (RED,)}, never_blank=True)
    bench.edit("b", "Ann", company="", phones="")
    assert bench.writes(bench.sync()) == 0
    assert (ann(bench, "company"), ann(bench, "phones")) == (("Ajax", ""), ("+3221111111", ""))
    bench.assert_quiet()
    bench.edit("a", "Ann", notes="something else")
    bench.sync()
    assert (ann(bench, "company"), ann(bench, "phones")) == (("Ajax", ""), ("+3221111111", ""))
    bench.edit("a", "Ann", company="Beta")
    bench.sync()
    assert ann(bench, "company") == ("Beta", "Beta")
    bench.assert_quiet()


def test_what_the_target_requires_is_not_cleared_and_that_is_shown(
    make: Callable[..., Bench],
) -> None:
    needed = tuple(
        replace(field, required=True) if name in ("company", "phones") else field
        for name, field in STANDARD.items()
    )
    bench = met(make(b=Quirks(fields=needed)), {"company": "Ajax", "phones": (RED,)})
    bench.edit("a", "Ann", company="", phones="", notes="n")
    run = bench.sync()
    assert (ann(bench, "company"), ann(bench, "phones")) == (("", "Ajax"), ("", "+3221111111"))
    assert ann(bench, "notes") == ("n", "n")
    why = "The last of Phone numbers is never removed by a sync. Company must not be empty there."
    held = bench.record("Ann")
    assert (held.state, held.cause, held.reason) == ("in_sync", "held", why)
    assert [step.why for step in bench.steps(run) if step.verb == "hold"] == [why]
    bench.assert_quiet()
    bench.edit("a", "Ann", company="Beta", phones=(BLUE,))
    bench.sync()
    assert (ann(bench, "company"), ann(bench, "phones")) == (
        ("Beta", "Beta"),
        ("+3222222222", "+3222222222"),
    )
    assert bench.record("Ann").cause == ""
    bench.assert_quiet()


def test_the_last_address_is_never_removed_but_held_and_shown(bench: Bench) -> None:
    met(bench, {"addresses_": ["ann@x.org", "me@x.org"]})
    bench.edit("a", "Ann", emails="", notes="n")
    run = bench.sync()
    assert bench.texts("b", "Ann", "emails") == ["ann@x.org", "me@x.org"]
    assert bench.text("b", "Ann", "notes") == "n"
    why = "The last of E-mail addresses is never removed by a sync."
    assert (bench.record("Ann").cause, bench.record("Ann").reason) == ("held", why)
    assert [step.why for step in bench.steps(run) if step.verb == "hold"] == [why]
    bench.assert_quiet()
    bench.edit("a", "Ann", emails=(Entry("new@x.org"),))
    bench.sync()
    assert bench.texts("b", "Ann", "emails") == ["new@x.org"]
    bench.assert_quiet()


# --- lists ---


def test_lists_merge_by_element(bench: Bench) -> None:
    met(bench, {"phones": (RED, BLUE, GREEN)})
    edited = replace(GREEN, value="+3224444444")
    bench.edit("a", "Ann", phones=(RED, BLUE, edited, Entry("+3225555555")))
    bench.edit("b", "Ann", phones=(BLUE, GREEN, Entry("+3226666666")))
    run = bench.sync()
    expected = ["+3222222222", "+3224444444", "+3225555555", "+3226666666"]
    for side in "ab":
        assert sorted(bench.texts(side, "Ann", "phones")) == expected
    assert run.counts["conflicts"] == 0
    bench.assert_quiet()


def test_an_element_edited_on_both_sides_follows_the_winner(bench: Bench) -> None:
    met(bench, {"phones": (RED, BLUE)})
    bench.edit("a", "Ann", phones=(replace(RED, value="+3224444444"), BLUE))
    bench.edit("b", "Ann", phones=(replace(RED, value="+3225555555"), BLUE))
    run = bench.sync()
    for side in "ab":
        assert bench.texts(side, "Ann", "phones") == ["+3224444444", "+3222222222"]
    side, written = change(bench, run, "phones")
    assert (side, written["lost"]) == ("b", [{"value": "+3225555555", "label": "work"}])
    bench.assert_quiet()


def test_labels_and_order_stay_as_each_app_has_them(bench: Bench) -> None:
    met(bench, {"phones": (RED, BLUE)})
    own = (replace(BLUE, label="desk"), replace(RED, label="shop"))
    bench.edit("b", "Ann", phones=own)
    assert bench.writes(bench.sync()) == 0
    bench.edit("a", "Ann", phones=(RED, BLUE, GREEN))
    bench.sync()
    assert bench.contact("a", "Ann").get("phones") == (RED, BLUE, GREEN)
    assert bench.contact("b", "Ann").get("phones") == (*own, GREEN)
    bench.edit("a", "Ann", phones=(replace(RED, value="+3229999999"), BLUE, GREEN))
    bench.sync()
    changed = replace(own[1], value="+3229999999")
    assert bench.contact("b", "Ann").get("phones") == (own[0], changed, GREEN)
    bench.assert_quiet()


def test_a_pure_reorder_is_no_change(bench: Bench) -> None:
    met(bench, {"phones": (RED, BLUE), "addresses_": ["ann@x.org", "me@x.org"]})
    bench.edit("a", "Ann", phones=(BLUE, RED), emails=(Entry("me@x.org"), Entry("ann@x.org")))
    assert bench.writes(bench.sync()) == 0
    assert bench.texts("b", "Ann", "phones") == ["+3221111111", "+3222222222"]
    bench.assert_quiet()


# --- a list mapped to a single value ---

LIST_TO_SINGLE = [{"a": "phones", "arrow": "<->", "b": "custom:Phone"}]
ONE_PHONE = having("first_name", "emails", custom=[PHONE])


def single(make: Callable[..., Bench], *phones: Entry) -> Bench:
    bench = make(b=ONE_PHONE)
    return met(bench, {"phones": phones}, mappings=LIST_TO_SINGLE)


def test_of_a_list_the_primary_element_is_sent(make: Callable[..., Bench]) -> None:
    bench = single(make, RED, replace(BLUE, primary=True))
    assert bench.text("b", "Ann", "custom:Phone") == BLUE.value
    bench.edit("a", "Ann", phones=(replace(RED, primary=True), BLUE))
    bench.sync()
    assert bench.text("b", "Ann", "custom:Phone") == RED.value
    bench.assert_quiet()


def test_else_the_one_last_sent_while_it_is_still_there_else_the_first(
    make: Callable[..., Bench],
) -> None:
    bench = single(make, RED, BLUE)
    assert bench.text("b", "Ann", "custom:Phone") == RED.value
    bench.edit("a", "Ann", phones=(GREEN, BLUE, RED))
    assert bench.writes(bench.sync()) == 0
    assert bench.text("b", "Ann", "custom:Phone") == RED.value
    bench.edit("a", "Ann", phones=(GREEN, BLUE))
    bench.sync()
    assert bench.text("b", "Ann", "custom:Phone") == GREEN.value
    bench.assert_quiet()


def test_a_change_of_the_single_value_replaces_the_element_it_came_from(
    make: Callable[..., Bench],
) -> None:
    bench = single(make, RED, BLUE)
    bench.edit("a", "Ann", phones=(BLUE, RED))
    bench.sync()
    bench.edit("b", "Ann", custom__Phone="+3229999999")
    bench.sync()
    changed = replace(RED, value="+3229999999")
    assert bench.contact("a", "Ann").get("phones") == (BLUE, changed)
    bench.assert_quiet()
    bench.edit("b", "Ann", custom__Phone="")
    bench.sync()
    assert bench.contact("a", "Ann").get("phones") == (BLUE,)
    assert bench.text("b", "Ann", "custom:Phone") == ""
    bench.assert_quiet()


def test_the_last_address_is_never_removed_through_a_single_value(
    make: Callable[..., Bench],
) -> None:
    one_mail = having("first_name", "emails", custom=[EMAIL])
    lines = [
        {"a": "first_name", "b": "first_name"},
        {"a": "emails", "arrow": "<->", "b": "custom:Mail"},
    ]
    bench = make(b=one_mail)
    bench.load(default_mapping=False, mappings=lines)
    bench.b.add(person("Ann", "ann@x.org", **{"custom__Mail": "ann@x.org"}))
    bench.a.add(person("Ann", "ann@x.org"))
    bench.sync()
    bench.edit("b", "Ann", custom__Mail="")
    bench.sync()
    assert bench.texts("a", "Ann", "emails") == ["ann@x.org"]
    assert bench.record("Ann").reason == "The last of E-mail addresses is never removed by a sync."
    bench.assert_quiet()


# --- one way ---


def test_one_way_an_edit_of_the_target_is_drift_until_the_source_changes(bench: Bench) -> None:
    met(bench, {"company": "Ajax", "phones": (RED,)}, direction="a-to-b")
    bench.edit("b", "Ann", company="Edited", phones=(RED, BLUE))
    run = bench.sync()
    assert (ann(bench, "company"), bench.texts("a", "Ann", "phones")) == (
        ("Ajax", "Edited"),
        [RED.value],
    )
    assert (bench.verbs(run), bench.writes(run)) == (["drift"], 0)
    assert bench.record("Ann").drift == ["phones", "company"]
    bench.assert_quiet()
    bench.edit("a", "Ann", company="Beta")
    run = bench.sync()
    assert ann(bench, "company") == ("Beta", "Beta")
    kept = {"before": "Edited", "after": "Beta", "lost": "Edited"}
    assert change(bench, run, "company") == ("b", kept)
    assert bench.record("Ann").drift == ["phones"]
    assert bench.texts("b", "Ann", "phones") == [RED.value, BLUE.value]
    assert len(bench.a.people[bench.id("a", "Ann")]) == 2, "the source is never written"
    bench.assert_quiet()


# --- what is left alone ---


def test_what_no_mapping_covers_is_never_touched(make: Callable[..., Bench]) -> None:
    own = Quirks(custom=(Field("custom:Own", "Own"),))
    bench = make(b=own)
    off = [{"a": "notes", "arrow": "<->", "b": "notes", "on": False}]
    met(bench, {"company": "Ajax", "notes": "of a", "tags": ["VIP"]}, mappings=off)
    bench.edit("b", "Ann", notes="of b", custom__Own="mine")
    bench.tag("b", "Ann", "Friend")
    bench.sync()
    bench.edit("a", "Ann", company="Beta", notes="changed")
    run = bench.sync()
    assert set(bench.steps(run)[0].fields) == {"company"}
    there = bench.contact("b", "Ann")
    assert [there.text(name) for name in ("company", "notes", "custom:Own")] == [
        "Beta",
        "of b",
        "mine",
    ]
    assert (bench.segments("a", "Ann"), bench.segments("b", "Ann")) == (["VIP"], ["Friend"])
    bench.assert_quiet()


def test_a_value_that_the_app_cut_or_reformatted_is_agreed_and_the_source_never_shortened(
    make: Callable[..., Bench],
) -> None:
    tidy = Quirks(normalise=True, limits={"notes": 6, "phones": 1, "company": 4})
    bench = make(b=tidy)
    phones = (Entry("+32 2 111 11 11", "work"), BLUE)
    long = {"notes": "a long note", "phones": phones, "company": "Ajax  Ltd"}
    met(bench, {**long, "addresses_": ["ANN@x.org"]}, region="BE")
    there = bench.contact("b", "Ann")
    shown = [there.text(name) for name in ("notes", "phones", "company", "emails")]
    assert shown == ["a long", "+3221111111", "Ajax", "ann@x.org"]
    bench.assert_quiet()
    bench.edit("b", "Ann", job_title="Boss")
    bench.sync()
    here = bench.contact("a", "Ann")
    assert {name: here.get(name) for name in long} == long
    assert here.texts("emails") == ("ANN@x.org",)
    bench.edit("a", "Ann", notes="another long note")
    bench.sync()
    assert ann(bench, "notes") == ("another long note", "anothe")
    bench.assert_quiet()
    bench.edit("b", "Ann", notes="short")
    bench.sync()
    assert ann(bench, "notes") == ("short", "short")
    bench.assert_quiet()


def test_an_app_that_reformats_a_value_later_causes_no_ping_pong(bench: Bench) -> None:
    met(bench, {"phones": (Entry("+32 2 111 11 11", "work"),)})
    bench.edit("b", "Ann", phones=(Entry("tel:+3221111111", "work"),), emails=(Entry("ANN@X.org"),))
    assert bench.writes(bench.sync()) == 0
    bench.assert_quiet()


# --- refused, and passing faults ---


SIZE = Field("custom:Size", "Size", FieldType.CHOICE, options=("S", "L", "XL"))
SIZES = Quirks(custom=(SIZE,))
SIZE_LINE = [{"a": "custom:Size", "arrow": "<->", "b": "custom:Size"}]


def answers(bench: Bench, answer: Callable[[Mapping[str, Value]], AppError | None]) -> None:
    """What B says to an update of these fields, before it looks at them itself."""
    update = bench.b.update

    def answering(id: str, version: str, changes: Mapping[str, Value], *segments: Any) -> None:
        if error := answer(changes):
            raise error
        update(id, version, changes, *segments)

    bench.b.update = answering  # type: ignore[method-assign]


def refused(make: Callable[..., Bench]) -> tuple[Bench, set[str]]:
    """B refuses the companies of a set, such as Ann's."""
    bench, unwanted = make(a=SIZES, b=SIZES), {"Beta"}
    met(bench, {"company": "Ajax", "notes": "n"}, mappings=SIZE_LINE)
    answers(bench, lambda new: Refused("Not so.") if new.get("company") in unwanted else None)
    bench.edit("a", "Ann", company="Beta")
    run = bench.sync()
    assert run.counts["failed"] == {"refused": 1}
    [step] = bench.steps(run)
    assert step.result == Step.Result.REFUSED
    assert step.why.startswith("Not so. Change the contact so that the app accepts it")
    bench.assert_quiet()
    bench.wait(hours=3)
    bench.assert_quiet()
    return bench, unwanted


def test_a_refused_contact_is_tried_again_when_its_values_changed(
    make: Callable[..., Bench],
) -> None:
    bench, _ = refused(make)
    bench.edit("a", "Ann", company="Gamma")
    assert bench.sync().counts["failed"] == {}
    assert ann(bench, "company") == ("Gamma", "Gamma")
    bench.assert_quiet()


def test_a_refused_contact_is_tried_again_when_the_configuration_changed(
    make: Callable[..., Bench],
) -> None:
    bench, _ = refused(make)
    bench.load(mappings=[{"a": "company", "arrow": "<->", "b": "company", "on": False}])
    assert bench.sync().counts["failed"] == {}
    assert bench.record("Ann").state == "in_sync"
    bench.assert_quiet()


def test_a_refused_contact_is_tried_again_when_the_apps_fields_changed(
    make: Callable[..., Bench],
) -> None:
    bench, unwanted = refused(make)
    unwanted.clear()
    bench.assert_quiet()
    bench.b.quirks = Quirks(custom=(replace(SIZE, options=("S", "L", "XL", "XXL")),))
    bench.wait(hours=2)
    bench.sync()
    assert ann(bench, "company") == ("Beta", "Beta")
    assert bench.record("Ann").state == "in_sync"
    bench.assert_quiet()


def test_a_refused_contact_is_tried_again_when_staff_press_try_again(
    make: Callable[..., Bench],
) -> None:
    bench, unwanted = refused(make)
    unwanted.clear()
    bench.sync(kind=Run.Kind.BY_HAND, task={"again": [bench.record("Ann").pk]})
    assert ann(bench, "company") == ("Beta", "Beta")
    assert bench.record("Ann").state == "in_sync"
    bench.assert_quiet()


def test_a_passing_fault_is_tried_again_by_itself(bench: Bench) -> None:
    met(bench, {"company": "Ajax"})
    stumbles: list[AppError] = [TryAgain("The app stumbled.")]
    answers(bench, lambda new: stumbles.pop() if stumbles else None)
    bench.edit("a", "Ann", company="Beta")
    run = bench.sync()
    assert (run.counts["failed"], ann(bench, "company")) == (
        {"try again": 1},
        ("Beta", "Ajax"),
    )
    bench.wait(minutes=5)
    assert bench.sync().counts["failed"] == {}
    assert ann(bench, "company") == ("Beta", "Beta")
    bench.assert_quiet()
